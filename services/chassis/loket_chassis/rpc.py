"""RPC: nameko's protocol, with deadlines. An unanswered call is an error within seconds, never a hang.

Requests and replies travel unconfirmed and unkept: the caller's deadline already covers every way in which one can be
lost, and a request that waited longer than its deadline must not be carried out behind the caller's back.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import eventlet
from kombu.message import Message
from nameko.exceptions import RemoteError, deserialize, deserialize_to_instance, serialize
from nameko.extensions import DependencyProvider, Extension
from nameko.messaging import HeaderEncoder
from nameko.rpc import ReplyListener, Rpc, RpcConsumer, get_rpc_exchange
from pymongo.errors import ConnectionFailure, PyMongoError

from loket_contracts.errors import Refusal

from . import tracing
from .fleeting import FleetingPublisher
from .lasting import AWAY

deserialize_to_instance(Refusal)


class Unavailable(Exception):
    """The other service did not answer in time, or the broker could not be reached."""


class UnwritableAnswer(Exception):
    """The method gave what is no JSON. What it was stays untold, since the caller logs what it is told."""


class Replier(RpcConsumer):
    """The answering side: a result is serialised once, and sent without waiting for the broker's confirm."""

    publisher = FleetingPublisher()

    def handle_result(self, message: Message, result: Any, exc_info: Any) -> tuple[Any, Any]:
        error = serialize(_as_told(exc_info[1])) if exc_info else None
        try:
            body = _written({"result": result, "error": error})
        except (TypeError, ValueError):
            body = _written({"result": None, "error": serialize(UnwritableAnswer(type(result).__name__))})
        self.publisher.publish(
            body,
            get_rpc_exchange(self.container.config).name,
            message.properties["reply_to"],
            correlation_id=message.properties.get("correlation_id"),
        )
        self.queue_consumer.ack_message(message)
        return result, exc_info


def _written(message: dict[str, Any]) -> bytes:
    """Raises TypeError or ValueError: it is no JSON, or holds half a character."""
    return json.dumps(message, ensure_ascii=False).encode()


def _as_told(error: BaseException) -> BaseException:
    """What the caller is told of an error: a database that is away or slow is no failure of ours, and passes."""
    if isinstance(error, ConnectionFailure) or (isinstance(error, PyMongoError) and error.timeout):
        return Refusal("service-unavailable")
    return error


class Answer(Rpc):
    """An RPC entrypoint whose refusals are answers, not failures."""

    rpc_consumer = Replier()

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"expected_exceptions": Refusal, **options})


answer = Answer.decorator


class Replies(ReplyListener):
    """The caller's queue of replies. Whoever stops waiting says so, and a reply that comes late is dropped."""

    def forget(self, correlation: str) -> None:
        self._reply_events.pop(correlation, None)


class Calls(Extension):
    """What a dependency provider needs to make calls of its own to another service."""

    replies = Replies()
    publisher = FleetingPublisher()

    def __init__(self, target: str, deadline: float | None = None) -> None:
        """`deadline`: seconds; the setting RPC_DEADLINE when left out."""
        self.target = target
        self.own_deadline = deadline

    @property
    def deadline(self) -> float:
        return self.own_deadline or float(self.container.config["settings"].rpc_deadline)

    def from_worker(self, worker_ctx: Any) -> Service:
        return Service(self, worker_ctx)

    def outside_work(self) -> Service:
        """For who asks on its own account and not in the course of one request, such as a memory that is refreshed."""
        return Service(self, SimpleNamespace(context_data={tracing.KEY: tracing.start()}))

    def call(self, worker_ctx: Any, method: str, args: Any, kwargs: Any) -> Any:
        """Raises Refusal, Unavailable, or RemoteError when the other side failed."""
        correlation = uuid.uuid4().hex
        reply = self.replies.get_reply_event(correlation)
        try:
            with eventlet.Timeout(self.deadline):
                self.publisher.publish(
                    _written({"args": args, "kwargs": kwargs}),
                    get_rpc_exchange(self.container.config).name,
                    f"{self.target}.{method}",
                    reply_to=self.replies.routing_key,
                    correlation_id=correlation,
                    application_headers=HeaderEncoder().get_message_headers(worker_ctx),
                    expiration=str(int(self.deadline * 1000)),
                )
                body = reply.wait()
        except eventlet.Timeout as timeout:
            raise Unavailable(f"{self.target} did not answer within {self.deadline} s") from timeout
        except AWAY as error:
            raise Unavailable(f"the broker cannot be reached: {error}") from error
        finally:
            self.replies.forget(correlation)
        if body["error"]:
            raise deserialize(body["error"])
        return body["result"]


class Remote(DependencyProvider):
    """Gives a service class a proxy of another service: `self.booking.find_slots(...)`.

    Raises Refusal when the other says no, Unavailable when it says nothing within the deadline, and RemoteError when
    it failed.
    """

    def __init__(self, target: str, deadline: float | None = None) -> None:
        self.calls = Calls(target, deadline)

    def get_dependency(self, worker_ctx: Any) -> Service:
        return self.calls.from_worker(worker_ctx)


class Service:
    """Another service, seen from one worker: each attribute is a method of it."""

    def __init__(self, calls: Calls, worker_ctx: Any) -> None:
        self._calls = calls
        self._worker_ctx = worker_ctx

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *args, **kwargs: self._calls.call(self._worker_ctx, method, args, kwargs)


__all__ = ["Calls", "Remote", "RemoteError", "Service", "Unavailable", "answer"]
