"""RPC: nameko's protocol, with deadlines. An unanswered call is an error within seconds, never a hang.

Requests and replies are transient and unconfirmed: the caller's deadline covers every loss. A worker drops a call whose
deadline has passed, and starts no operation of the database after it (see deadlines); the expiration of the message
removes it from the queue when no worker reads it. A call that was executed may still be answered too late: the caller
then gets OutcomeUnknown.
"""

from __future__ import annotations

import functools
import json
import logging
import uuid
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Generic, TypeVar, cast, overload

import eventlet
import structlog
from kombu import Queue
from kombu.message import Message
from nameko.exceptions import (
    IncorrectSignature,
    MalformedRequest,
    MethodNotFound,
    RemoteError,
    deserialize,
    deserialize_to_instance,
    serialize,
)
from nameko.extensions import DependencyProvider, Extension, register_entrypoint
from nameko.messaging import HeaderEncoder
from nameko.rpc import (
    RPC_REPLY_QUEUE_TTL,
    ReplyListener,
    Rpc,
    RpcConsumer,
)

from loket_contracts.error_codes import ERRORS
from loket_contracts.errors import Refusal
from loket_contracts.rpc.method import FORMAT, FORMAT_HEADER, F, Method, is_call, method_of, routing_name, service_name
from loket_contracts.rpc.permitted_calls import CALLS

from ..runtime import outages, spans, tracing
from ..runtime.unavailable import OutcomeUnknown, Unavailable, is_database_unavailable, is_unavailable
from . import deadlines
from .declarations import ensure_exchange, ensure_queue, exists, make_reply_queue
from .exchanges import RPC
from .queue_consumer import QueueConsumer
from .reconnecting_channel import BROKER_ERRORS
from .rpc_proxy import proxy_of
from .transient_publisher import TransientPublisher

deserialize_to_instance(Refusal)
P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)

#: the broker adds this header to a message that a queue passed on to an exchange
DEAD_LETTERED = "x-death"
#: seconds after which a reply that cannot be sent is dropped; its caller does not wait longer either
LONGEST_REPLY = 2.0

log = structlog.get_logger()


class UnwritableAnswer(Exception):
    """The method returned a value that is not JSON. The value is not included, since the caller logs this error."""


class RpcRequestConsumer(RpcConsumer):
    """The server side: a result is serialised once, and sent without publisher confirm.

    It replaces nameko's RpcConsumer, which opens a confirming channel for each reply, and ends the container when a
    reply cannot be sent. Here such a reply is dropped: its caller stops waiting at the deadline.
    """

    queue_consumer = QueueConsumer()
    publisher = TransientPublisher()

    def __init__(self) -> None:
        super().__init__()
        self._by_routing_name: dict[str, RpcEntrypoint] = {}

    def setup(self) -> None:
        super().setup()
        self.queue.exchange, self.queue.no_declare = RPC, True

    def prepare_queues(self, channel: Any) -> None:
        ensure_exchange(channel, RPC)
        ensure_queue(channel, self.queue)

    def register_provider(self, provider: RpcEntrypoint) -> None:
        super().register_provider(provider)
        self._by_routing_name[provider.routing_name] = provider

    def get_provider_for_method(self, routing_key: str) -> RpcEntrypoint:
        _, _, name = routing_key.rpartition(".")
        try:
            return self._by_routing_name[name]
        except KeyError:
            raise MethodNotFound(name) from None

    def handle_message(self, body: Any, message: Message) -> None:
        if DEAD_LETTERED in (message.headers or {}):
            # the broker checks the routing key of what a user publishes, and not that of what a queue passes on
            log.warning("a call that a queue passed on was dropped", routing_key=message.delivery_info["routing_key"])
            self.queue_consumer.ack_message(message)
            return
        try:
            super().handle_message(body, message)
        except Exception:
            log.exception("a call could not be processed")
            self.queue_consumer.ack_message(message)

    def handle_result(self, message: Message, result: Any, exc_info: Any) -> tuple[Any, Any]:
        self._reply(message, result, exc_info)
        self.queue_consumer.ack_message(message)
        return result, exc_info

    def _reply(self, message: Message, result: Any, exc_info: Any) -> None:
        reply_to = message.properties.get("reply_to", "")
        if not reply_to or is_call(reply_to, CALLS):  # the broker would close the channel, and lose other replies
            log.warning("a call without a usable reply_to gets no reply", reply_to=reply_to)
            return
        error = serialize(_as_reported(exc_info[1])) if exc_info else None
        try:
            body = _written({"result": result, "error": error, deadlines.CLOCK: deadlines.now()})
        except (TypeError, ValueError):
            body = _written({"result": None, "error": serialize(UnwritableAnswer(type(result).__name__))})
        try:
            with eventlet.Timeout(LONGEST_REPLY):
                self.publisher.publish(
                    body,
                    RPC.name,
                    reply_to,
                    correlation_id=message.properties.get("correlation_id"),
                )
        except (Exception, eventlet.Timeout) as error:
            is_outage = is_unavailable(error) or isinstance(error, eventlet.Timeout)
            log.log(logging.DEBUG if is_outage else logging.WARNING, "a reply could not be sent", error=repr(error))


def _written(message: dict[str, Any]) -> bytes:
    """Raises TypeError or ValueError for a value that JSON or UTF-8 cannot express."""
    return json.dumps(message, ensure_ascii=False).encode()


def _as_reported(error: BaseException) -> BaseException:
    """The error that the caller gets. An unavailable database or service is a refusal, since it will pass."""
    if is_database_unavailable(error) or isinstance(error, OutcomeUnknown):
        return Refusal("outcome-unknown")
    if isinstance(error, (Unavailable, deadlines.DeadlinePassed)):
        return Refusal("service-unavailable")
    return error


class RpcEntrypoint(Rpc):
    """An RPC entrypoint for which refusals are normal responses, not failures.

    `name` and `version`: those in the routing key; by default the name of the method, and 1.
    """

    rpc_consumer = RpcRequestConsumer()

    def __init__(self, name: str | None = None, version: int = 1, **options: Any) -> None:
        super().__init__(**{"expected_exceptions": Refusal, **options})
        self._name = name
        self._version = version

    @property
    def routing_name(self) -> str:
        return routing_name(self._name or self.method_name, self._version)

    def setup(self) -> None:
        self.described = description_of(getattr(self.container.service_cls, self.method_name))
        super().setup()

    def handle_message(self, body: Any, message: Message) -> None:
        if (message.headers or {}).get(FORMAT_HEADER, FORMAT) != FORMAT:
            raise MalformedRequest(f"The {FORMAT_HEADER} of this service is {FORMAT}")
        super().handle_message(body, message)

    def unpack_message_headers(self, message: Message) -> dict[str, Any]:
        context: dict[str, Any] = super().unpack_message_headers(message)
        deadlines.bound(context, message.properties.get("expiration"))
        return context

    def begin_span(self, worker_ctx: Any) -> spans.Span | None:
        """The span of a call; its municipality is recorded when the call succeeds, since it exists then."""
        given = self.described.bind(worker_ctx.args, worker_ctx.kwargs)
        if isinstance(given.get("municipality"), str):
            worker_ctx.span_attributes = {spans.MUNICIPALITY: given["municipality"]}
        name = f"{self.container.service_name}/{self.routing_name}"
        return spans.begin_answer(name, worker_ctx.data.get(tracing.KEY))

    def check_signature(self, args: Any, kwargs: Any) -> None:
        try:
            self.described.bind(args, kwargs)
        except TypeError as error:
            raise IncorrectSignature(str(error)) from error


@overload
def rpc(method: F) -> F: ...


@overload
def rpc(*, name: str | None = None, version: int = 1) -> Callable[[F], F]: ...


def rpc(method: Callable[..., Any] | None = None, *, name: str | None = None, version: int = 1) -> Any:
    """Serve a method over RPC. Its annotations say how arguments are made from JSON.

    A message that does not fit its schema is refused with invalid-request before the method runs. `name`, `version`: as
    for RpcEntrypoint.
    """

    def serve(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def call(service: Any, *args: Any, **kwargs: Any) -> Any:
            described = method_of(function)
            arguments = described.read_arguments(described.bind(args, kwargs))
            return function(service, **arguments)

        register_entrypoint(call, RpcEntrypoint(name, version))
        return call

    return serve if method is None else serve(method)


def description_of(served: Callable[..., Any]) -> Method:
    """The description of a method that `rpc` has wrapped."""
    return method_of(cast(Any, served).__wrapped__)


class ReplyConsumer(ReplyListener):
    """The caller's queue of replies: nameko's ReplyListener on our QueueConsumer, which survives a broker outage.

    - Replies are not acknowledged: their caller stops waiting at the deadline, whatever is delivered again.
    - A caller that stops waiting calls `forget`, and a late reply is dropped; in nameko every caller waits for ever.
    - The queue is replaced when it is on a node of the broker that is down: no other process needs the old one.
    """

    queue_consumer = QueueConsumer()
    queue: Queue | None = None

    def prepare_queues(self, channel: Any) -> None:
        """Make a queue of this process alone. It outlives its connection by five minutes, and so any reconnect."""
        if self.queue is not None and exists(channel, self.queue.name):
            return
        ensure_exchange(channel, RPC)
        name = make_reply_queue(channel, RPC, self.routing_key, {"x-expires": RPC_REPLY_QUEUE_TTL})
        self.queue = Queue(name, no_ack=True, no_declare=True)

    def setup(self) -> None:
        self.routing_key = str(uuid.uuid4())
        self.queue_consumer.register_provider(self)

    def handle_message(self, body: Any, message: Message) -> None:
        waiting = self._reply_events.pop(message.properties.get("correlation_id"), None)
        if waiting is not None:
            waiting.send(body)

    def forget(self, correlation: str) -> None:
        self._reply_events.pop(correlation, None)


class RpcCaller(Extension, Generic[P_co]):
    """Lets an extension call another service, whose methods are those of a Protocol."""

    replies = ReplyConsumer()
    publisher = TransientPublisher()

    def __init__(self, protocol: type[P_co], deadline: float | None = None) -> None:
        """`deadline`: seconds; the setting RPC_DEADLINE when left out."""
        self.protocol = protocol
        self.target = service_name(protocol)
        self.own_deadline = deadline

    @property
    def deadline(self) -> float:
        return self.own_deadline or float(self.container.config["settings"].rpc_deadline)

    def from_worker(self, worker_ctx: Any) -> P_co:
        return proxy_of(self.protocol, functools.partial(self.call, worker_ctx))

    def outside_work(self, traceparent: str | None = None) -> P_co:
        """The service for calls that belong to no request, such as those that refresh a cache.

        `traceparent`: of the span on whose behalf they are made, if there is one.
        """
        return self.from_worker(SimpleNamespace(context_data={tracing.KEY: traceparent} if traceparent else {}))

    def call(self, worker_ctx: Any, method: str, args: Any, kwargs: Any) -> Any:
        """Call a method and wait for its result. Raises Refusal, OutcomeUnknown, Unavailable or RemoteError."""
        parent = worker_ctx.context_data.get(tracing.KEY)
        span = spans.begin_call(f"{self.target}/{method}", parent)
        if span is None:
            return self._call(worker_ctx, method, args, kwargs, parent or tracing.start())
        error: BaseException | None = None
        try:
            return self._call(worker_ctx, method, args, kwargs, span.traceparent)
        except BaseException as raised:  # also a timeout of the caller
            error = raised
            raise
        finally:
            spans.end(span, error)
            del error  # it refers to this frame

    def _call(self, worker_ctx: Any, method: str, args: Any, kwargs: Any, traceparent: str) -> Any:
        # an earlier call of the same worker may have changed something
        not_executed = OutcomeUnknown if getattr(worker_ctx, "has_sent_calls", False) else Unavailable
        unanswered = not_executed
        headers = HeaderEncoder().get_message_headers(worker_ctx)
        remaining = deadlines.remaining_seconds(headers, self.deadline)
        if remaining <= 0:
            raise unanswered(f"the caller of this call of {self.target} has stopped waiting")
        correlation = uuid.uuid4().hex
        reply = self.replies.get_reply_event(correlation)
        sent = deadlines.now()
        headers[deadlines.HEADER] = sent + int(remaining * 1000)
        headers[FORMAT_HEADER] = FORMAT
        headers[tracing.HEADER] = traceparent
        try:
            with eventlet.Timeout(remaining):
                self.publisher.publish(
                    _written({"args": args, "kwargs": kwargs}),
                    RPC.name,
                    f"{self.target}.{method}",
                    reply_to=self.replies.routing_key,
                    correlation_id=correlation,
                    application_headers=headers,
                    expiration=str(int(remaining * 1000)),
                )
                unanswered, worker_ctx.has_sent_calls = OutcomeUnknown, True
                body = reply.wait()
        except eventlet.Timeout as timeout:
            waited_in_full = remaining >= self.deadline  # else its own caller was about to give up
            if waited_in_full and not (outages.BROKER.is_on or outages.DATABASE.is_on):  # one outage is one warning
                outages.of_service(self.target).begin(f"it did not answer {method} within {remaining} s")
            raise unanswered(f"{self.target} did not answer within {round(remaining, 3)} s") from timeout
        except BROKER_ERRORS as error:
            raise unanswered(f"the broker cannot be reached: {error}") from error
        finally:
            self.replies.forget(correlation)
        outages.of_service(self.target).end()
        deadlines.compare_clocks(self.target, sent, body.get(deadlines.CLOCK), deadlines.now())
        if body["error"]:
            raise _as_received(deserialize(body["error"]), self.target, not_executed)
        return body["result"]


def _as_received(error: BaseException, service: str, not_executed: type[Unavailable]) -> BaseException:
    """The error that the caller of a service gets: the reverse of `_as_reported`.

    A refusal with a code that only a later release has is `not_executed` too: nothing was done, and it can be retried.
    """
    if not isinstance(error, Refusal):
        return error
    if error.code == "outcome-unknown":
        return OutcomeUnknown(f"{service} refused: {error.code}")
    if error.code not in ERRORS:
        log.warning("a service refused with an unknown code", code=error.code)
    elif error.code != "service-unavailable":
        return error
    return not_executed(f"{service} refused: {error.code}")


class RpcDependency(DependencyProvider):
    """Gives a service class another service, as one worker calls it."""

    def __init__(self, protocol: type, deadline: float | None = None) -> None:
        self.calls: RpcCaller[Any] = RpcCaller(protocol, deadline)

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.calls.from_worker(worker_ctx)


def rpc_client(protocol: type[P], deadline: float | None = None) -> P:
    """Declare another service as a dependency of a service class: `booking = rpc_client(Booking)`.

    Its methods are those of the Protocol. They raise Refusal; OutcomeUnknown when there is no response within the
    deadline; Unavailable when the call was not sent or not executed; RemoteError when the other service failed.
    """
    return cast(P, RpcDependency(protocol, deadline))


__all__ = ["OutcomeUnknown", "RemoteError", "RpcCaller", "Unavailable", "rpc", "rpc_client"]
