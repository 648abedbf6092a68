"""Spans: what a process does for a trace, from when to when, and on behalf of which other span.

Tracing is off until span_export has given `export_with` a tracer. Until then each function here returns None, and the
traceparent that travels with calls and events only names the trace in logs. With tracing on, it also names the span
that a call or an event comes from, and the span of its receiver becomes that one's child.

Names and attributes are those of OpenTelemetry's semantic conventions (https://opentelemetry.io/docs/specs/semconv/).
They contain no personal data: names from the code, outcomes, and municipalities that exist. ATTRIBUTES lists them all;
the path of a request, which the conventions ask for, is not among them, since it can hold the token of a resident.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal

from .unavailable import is_unavailable

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Value = str | int
Outcome = Literal["ok", "refused", "unavailable", "failed"]

MUNICIPALITY = "loket.municipality"
OUTCOME = "loket.outcome"
REFUSAL = "loket.refusal"
CHANNEL = "loket.message.channel"
MESSAGE_KIND = "loket.message.kind"
ERROR = "error.type"
HTTP_METHOD = "http.request.method"
HTTP_ROUTE = "http.route"
HTTP_STATUS = "http.response.status_code"
RPC_SYSTEM = "rpc.system.name"
RPC_METHOD = "rpc.method"
MESSAGING_SYSTEM = "messaging.system"
OPERATION_NAME = "messaging.operation.name"
OPERATION_TYPE = "messaging.operation.type"
DESTINATION = "messaging.destination.name"
QUEUE = "messaging.destination.subscription.name"
ROUTING_KEY = "messaging.rabbitmq.destination.routing_key"
BATCH_SIZE = "messaging.batch.message_count"
EVENT_TYPE = "cloudevents.event_type"

#: every attribute that a span may have
ATTRIBUTES = frozenset(
    {
        MUNICIPALITY, OUTCOME, REFUSAL, CHANNEL, MESSAGE_KIND, ERROR, HTTP_METHOD, HTTP_ROUTE, HTTP_STATUS, RPC_SYSTEM,
        RPC_METHOD, MESSAGING_SYSTEM, OPERATION_NAME, OPERATION_TYPE, DESTINATION, QUEUE, ROUTING_KEY, BATCH_SIZE,
        EVENT_TYPE,
    }
)  # fmt: skip
#: the methods that RFC 9110 and RFC 5789 define; any other is recorded as OTHER, since a client can write anything
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"})
OTHER = "_OTHER"
RABBITMQ, NAMEKO = "rabbitmq", "nameko"


class Span(Protocol):
    """A span that has begun. It is exported when it ends; one that never ends is not."""

    @property
    def traceparent(self) -> str:
        """What names this span to the receivers of calls and events (W3C Trace Context)."""

    def end(self, attributes: Mapping[str, Value], *, error: str | None = None, name: str | None = None) -> None:
        """End it. `error`: the kind of error, when it failed. `name`: in place of the one it began with."""


class Tracer(Protocol):
    """Begins spans."""

    def begin(
        self, kind: Kind, name: str, parent: str | None, attributes: Mapping[str, Value], links: Sequence[str] = ()
    ) -> Span:
        """Begin a span. `parent`, `links`: the traceparent of other spans; without a parent it begins a trace."""


_tracer: Tracer | None = None


def export_with(tracer: Tracer | None) -> None:
    """Switch tracing on, or off with None."""
    global _tracer  # noqa: PLW0603 - read by each request, call and event
    _tracer = tracer


def is_on() -> bool:
    return _tracer is not None


def begin(name: str, parent: str | None) -> Span | None:
    """Work that no other process waits for, such as that of a timer."""
    return None if _tracer is None else _tracer.begin("internal", name, parent, {})


def begin_request(parent: str | None) -> Span | None:
    """A request over HTTP; `end_request` names it."""
    return None if _tracer is None else _tracer.begin("server", "HTTP", parent, {})


def end_request(
    span: Span, method: str, route: str | None, status: int, refusal: str | None, municipality: str | None
) -> None:
    """`route`: None without one. `municipality`: in the path; it exists, if the request was not refused."""
    method = method if method in METHODS else OTHER
    attributes: dict[str, Value] = {HTTP_METHOD: method, HTTP_STATUS: status}
    if route is not None:
        attributes[HTTP_ROUTE] = route
    if refusal is not None:
        attributes[REFUSAL] = refusal
    if municipality and status < 400:
        attributes[MUNICIPALITY] = municipality
    name = "HTTP" if method == OTHER else method
    span.end(attributes, name=f"{name} {route}" if route else name, error=str(status) if status >= 500 else None)


def begin_call(method: str, parent: str | None) -> Span | None:
    """A call of another service, until its answer. `method`: with the service, as `booking/book`."""
    if _tracer is None:
        return None
    return _tracer.begin("client", method, parent, {RPC_SYSTEM: NAMEKO, RPC_METHOD: method})


def begin_answer(method: str, parent: str | None) -> Span | None:
    """A call that this service answers."""
    if _tracer is None:
        return None
    return _tracer.begin("server", method, parent, {RPC_SYSTEM: NAMEKO, RPC_METHOD: method})


def begin_publishing(event: Event, exchange: str) -> Span | None:
    """The delivery of an event to the broker, until it is confirmed."""
    if _tracer is None:
        return None
    attributes: dict[str, Value] = {
        MESSAGING_SYSTEM: RABBITMQ, OPERATION_NAME: "send", OPERATION_TYPE: "send", DESTINATION: exchange,
        ROUTING_KEY: event.type, EVENT_TYPE: event.type, MUNICIPALITY: event.municipality,
    }  # fmt: skip
    return _tracer.begin("producer", f"send {event.type}", event.traceparent, attributes)


def begin_processing(queue: str, events: Sequence[Event], *, is_batch: bool = False) -> Span | None:
    """The handling of an event, or of a batch. Several events are linked to; a single one is the parent."""
    if _tracer is None:
        return None
    attributes: dict[str, Value] = {
        MESSAGING_SYSTEM: RABBITMQ, OPERATION_NAME: "process", OPERATION_TYPE: "process", QUEUE: queue,
    }  # fmt: skip
    if is_batch:
        attributes[BATCH_SIZE] = len(events)
    if len(events) > 1:
        links = [each.traceparent for each in events if each.traceparent]
        return _tracer.begin("consumer", f"process {queue}", None, attributes, links)
    (event,) = events
    attributes |= {EVENT_TYPE: event.type, MUNICIPALITY: event.municipality}
    return _tracer.begin("consumer", f"process {queue}", event.traceparent, attributes)


def begin_message(channel: str, kind: str, municipality: str, parent: str | None) -> Span | None:
    """The sending of one message to a resident or a team, until its outcome is stored."""
    if _tracer is None:
        return None
    attributes: dict[str, Value] = {CHANNEL: channel, MESSAGE_KIND: kind, MUNICIPALITY: municipality}
    return _tracer.begin("client", f"send {channel}", parent, attributes)


def outcome_of(error: BaseException | None, expected: tuple[type[BaseException], ...] = (Refusal,)) -> Outcome:
    """How work ended. `expected`: the errors that are an answer, not a failure."""
    if error is None:
        return "ok"
    if isinstance(error, expected):
        return "refused"
    return "unavailable" if is_unavailable(error) else "failed"


def end(span: Span, error: BaseException | None = None, attributes: Mapping[str, Value] | None = None) -> None:
    """End the span of a call, an event or a timer. `attributes`: those that count when there was no error.

    Of an error only its class or code is recorded: its text may have personal data.
    """
    outcome = outcome_of(error)
    found: dict[str, Value] = {OUTCOME: outcome}
    if error is None:
        found |= attributes or {}
    elif isinstance(error, Refusal):
        found[REFUSAL] = error.code
    span.end(found, error=type(error).__name__ if outcome in ("unavailable", "failed") else None)
