"""RPC: nameko's protocol, with deadlines. An unanswered call is an error within seconds, never a hang.

Requests and replies are transient and unconfirmed: the caller's deadline covers every loss. A worker drops a call whose
deadline has passed (see deadlines); the expiration of the message removes it from the queue when no worker reads it. A
call that started in time may end after its deadline: the caller then gets OutcomeUnknown.
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


#: seconds after which a reply that cannot be sent is dropped; its caller does not wait longer either
LONGEST_REPLY = 2.0

log = structlog.get_logger()


class Unavailable(Exception):
    """The other service did not respond. Unless it is OutcomeUnknown, nothing was sent and nothing was done."""


class OutcomeUnknown(Unavailable):
    """This call, or an earlier one of the same worker, got no response in time; it may have been executed."""


class UnwritableAnswer(Exception):
    """The method returned a value that is not JSON. The value is not included, since the caller logs this error."""


class RpcRequestConsumer(RpcConsumer):
    """The server side: a result is serialised once, and sent without publisher confirm.

    It replaces nameko's RpcConsumer, which opens a confirming channel for each reply, and ends the container when a
    reply cannot be sent. Here such a reply is dropped: its caller stops waiting at the deadline.
    """

    queue_consumer = QueueConsumer()
    publisher = TransientPublisher()

    def handle_message(self, body: Any, message: Message) -> None:
        try:
            super().handle_message(body, message)
        except Exception:
            log.exception("a call could not be processed")
            self.queue_consumer.ack_message(message)

    def handle_result(self, message: Message, result: Any, exc_info: Any) -> tuple[Any, Any]:
        if exc_info is None or exc_info[0] is not deadlines.DeadlinePassed:
            self._reply(message, result, exc_info)
        self.queue_consumer.ack_message(message)
        return result, exc_info

    def _reply(self, message: Message, result: Any, exc_info: Any) -> None:
        error = serialize(_as_reported(exc_info[1])) if exc_info else None
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
    """Raises TypeError or ValueError for a value that JSON or UTF-8 cannot express."""
    return json.dumps(message, ensure_ascii=False).encode()


def _as_reported(error: BaseException) -> BaseException:
    """The error that the caller gets. An unavailable database or service is a refusal, since it will pass."""
    if connection.is_away(error) or isinstance(error, OutcomeUnknown):
        return Refusal("outcome-unknown")
    if isinstance(error, Unavailable):
        return Refusal("service-unavailable")
    return error


class RpcEntrypoint(Rpc):
    """An RPC entrypoint for which refusals are normal responses, not failures."""

    rpc_consumer = RpcRequestConsumer()

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"expected_exceptions": Refusal, **options})


rpc = RpcEntrypoint.decorator


class ReplyConsumer(ReplyListener):
    """The caller's queue of replies: nameko's ReplyListener on our QueueConsumer, which survives a broker outage.

    A caller that stops waiting calls `forget`, and a late reply is dropped.
    """

    queue_consumer = QueueConsumer()

    def forget(self, correlation: str) -> None:
        self._reply_events.pop(correlation, None)


class RpcCaller(Extension):
    """Lets an extension call another service."""

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
        """A proxy for calls that belong to no request, such as those that refresh a cache."""
        return ServiceProxy(self, SimpleNamespace(context_data={tracing.KEY: tracing.start()}))

    def call(self, worker_ctx: Any, method: str, args: Any, kwargs: Any) -> Any:
        """Call a method and wait for its result. Raises Refusal, OutcomeUnknown, Unavailable or RemoteError."""
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

    Raises Refusal; OutcomeUnknown when there is no response within the deadline; Unavailable when the call could not be
    sent; RemoteError when the other service failed.
    """

    def __init__(self, target: str, deadline: float | None = None) -> None:
        self.calls = RpcCaller(target, deadline)

    def get_dependency(self, worker_ctx: Any) -> ServiceProxy:
        return self.calls.from_worker(worker_ctx)


class ServiceProxy:
    """Another service as one worker calls it: each attribute is one of its methods."""

    def __init__(self, calls: RpcCaller, worker_ctx: Any) -> None:
        self._calls = calls
        self._worker_ctx = worker_ctx

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *args, **kwargs: self._calls.call(self._worker_ctx, method, args, kwargs)


__all__ = ["OutcomeUnknown", "RemoteError", "RpcCaller", "RpcClient", "ServiceProxy", "Unavailable", "rpc"]
