"""RPC: nameko's protocol, with deadlines. An unanswered call is an error within seconds, never a hang.

Requests and replies travel unconfirmed and unkept: the caller's deadline already covers every way in which one can be
lost. A worker drops a call that it could only begin after its deadline (see deadlines); the message's own expiration
removes it from the queue when no worker reads it. What began in time may end after the deadline: its outcome is
unknown to the caller, who gets OutcomeUnknown.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import eventlet
import structlog
from kombu.message import Message
from nameko.exceptions import RemoteError, deserialize, deserialize_to_instance, serialize
from nameko.extensions import DependencyProvider, Extension
from nameko.messaging import HeaderEncoder
from nameko.rpc import ReplyListener, Rpc, RpcConsumer, get_rpc_exchange

from loket_contracts.errors import Refusal

from ..runtime import tracing
from ..storage import connection
from . import deadlines
from .queue_consumer import QueueConsumer
from .reconnecting_channel import BROKER_ERRORS
from .transient_publisher import TransientPublisher

deserialize_to_instance(Refusal)


#: seconds until a reply that cannot be sent is given up; its caller waits no longer either
LONGEST_REPLY = 2.0

log = structlog.get_logger()


class Unavailable(Exception):
    """No answer from the other service. When it is not OutcomeUnknown, nothing was sent and so nothing was done."""


class OutcomeUnknown(Unavailable):
    """No answer came in time to this call or to an earlier one of the same worker, which may be carried out or not."""


class UnwritableAnswer(Exception):
    """The method gave what is no JSON. What it was stays untold, since the caller logs what it is told."""


class RpcRequestConsumer(RpcConsumer):
    """The answering side: a result is serialised once, and sent without waiting for the broker's confirm.

    It replaces nameko's RpcConsumer, which opens a confirming channel for each reply, and lets a reply that cannot be
    sent end the container. Here such a reply is given up: its caller stops waiting at the deadline.
    """

    queue_consumer = QueueConsumer()
    publisher = TransientPublisher()

    def handle_message(self, body: Any, message: Message) -> None:
        try:
            super().handle_message(body, message)
        except Exception:
            log.exception("a call could not be taken")
            self.queue_consumer.ack_message(message)

    def handle_result(self, message: Message, result: Any, exc_info: Any) -> tuple[Any, Any]:
        if exc_info is None or exc_info[0] is not deadlines.DeadlinePassed:
            self._reply(message, result, exc_info)
        self.queue_consumer.ack_message(message)
        return result, exc_info

    def _reply(self, message: Message, result: Any, exc_info: Any) -> None:
        error = serialize(_as_told(exc_info[1])) if exc_info else None
        try:
            body = _written({"result": result, "error": error})
        except (TypeError, ValueError):
            body = _written({"result": None, "error": serialize(UnwritableAnswer(type(result).__name__))})
        try:
            with eventlet.Timeout(LONGEST_REPLY):
                self.publisher.publish(
                    body,
                    get_rpc_exchange(self.container.config).name,
                    message.properties["reply_to"],
                    correlation_id=message.properties.get("correlation_id"),
                )
        except (Exception, eventlet.Timeout) as trouble:
            log.warning("a reply could not be sent", error=repr(trouble))


def _written(message: dict[str, Any]) -> bytes:
    """Raises TypeError or ValueError: it is no JSON, or holds half a character."""
    return json.dumps(message, ensure_ascii=False).encode()


def _as_told(error: BaseException) -> BaseException:
    """What the caller is told of an error: a database or a service that is away is no failure of ours, and passes."""
    if connection.is_away(error) or isinstance(error, OutcomeUnknown):
        return Refusal("outcome-unknown")
    if isinstance(error, Unavailable):
        return Refusal("service-unavailable")
    return error


class RpcEntrypoint(Rpc):
    """An RPC entrypoint whose refusals are answers, not failures."""

    rpc_consumer = RpcRequestConsumer()

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"expected_exceptions": Refusal, **options})


rpc = RpcEntrypoint.decorator


class ReplyConsumer(ReplyListener):
    """The caller's queue of replies. Whoever stops waiting says so, and a reply that comes late is dropped.

    It is nameko's ReplyListener on our QueueConsumer, which outlives its broker.
    """

    queue_consumer = QueueConsumer()

    def forget(self, correlation: str) -> None:
        self._reply_events.pop(correlation, None)


class RpcCaller(Extension):
    """What a dependency provider needs to make calls of its own to another service."""

    replies = ReplyConsumer()
    publisher = TransientPublisher()

    def __init__(self, target: str, deadline: float | None = None) -> None:
        """`deadline`: seconds; the setting RPC_DEADLINE when left out."""
        self.target = target
        self.own_deadline = deadline

    @property
    def deadline(self) -> float:
        return self.own_deadline or float(self.container.config["settings"].rpc_deadline)

    def from_worker(self, worker_ctx: Any) -> ServiceProxy:
        return ServiceProxy(self, worker_ctx)

    def outside_work(self) -> ServiceProxy:
        """For who asks on its own account and not in the course of one request, such as a memory that is refreshed."""
        return ServiceProxy(self, SimpleNamespace(context_data={tracing.KEY: tracing.start()}))

    def call(self, worker_ctx: Any, method: str, args: Any, kwargs: Any) -> Any:
        """Raises Refusal; OutcomeUnknown, Unavailable; or RemoteError when the other side failed."""
        correlation = uuid.uuid4().hex
        reply = self.replies.get_reply_event(correlation)
        headers = HeaderEncoder().get_message_headers(worker_ctx)
        headers[deadlines.HEADER] = deadlines.after(self.deadline)
        # an earlier call of the same worker may have changed something
        unanswered = OutcomeUnknown if getattr(worker_ctx, "has_sent_calls", False) else Unavailable
        try:
            with eventlet.Timeout(self.deadline):
                self.publisher.publish(
                    _written({"args": args, "kwargs": kwargs}),
                    get_rpc_exchange(self.container.config).name,
                    f"{self.target}.{method}",
                    reply_to=self.replies.routing_key,
                    correlation_id=correlation,
                    application_headers=headers,
                    expiration=str(int(self.deadline * 1000)),
                )
                unanswered, worker_ctx.has_sent_calls = OutcomeUnknown, True
                body = reply.wait()
        except eventlet.Timeout as timeout:
            raise unanswered(f"{self.target} did not answer within {self.deadline} s") from timeout
        except BROKER_ERRORS as error:
            raise unanswered(f"the broker cannot be reached: {error}") from error
        finally:
            self.replies.forget(correlation)
        if body["error"]:
            raise deserialize(body["error"])
        return body["result"]


class RpcClient(DependencyProvider):
    """Gives a service class a proxy of another service: `self.booking.find_slots(...)`.

    Raises Refusal when the other says no, OutcomeUnknown when it says nothing within the deadline, Unavailable when the
    call could not be sent, and RemoteError when it failed.
    """

    def __init__(self, target: str, deadline: float | None = None) -> None:
        self.calls = RpcCaller(target, deadline)

    def get_dependency(self, worker_ctx: Any) -> ServiceProxy:
        return self.calls.from_worker(worker_ctx)


class ServiceProxy:
    """Another service, seen from one worker: each attribute is a method of it."""

    def __init__(self, calls: RpcCaller, worker_ctx: Any) -> None:
        self._calls = calls
        self._worker_ctx = worker_ctx

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *args, **kwargs: self._calls.call(self._worker_ctx, method, args, kwargs)


__all__ = ["OutcomeUnknown", "RemoteError", "RpcCaller", "RpcClient", "ServiceProxy", "Unavailable", "rpc"]
