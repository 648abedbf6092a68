"""The spans of requests, calls, events and messages: what each is a child of, and what it says."""

import datetime as dt

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from structlog.testing import capture_logs

from loket_chassis.messaging.outbox import published
from loket_chassis.runtime import spans
from loket_chassis.runtime.span_export import OtelTracer, ReportedExporter
from loket_chassis.runtime.unavailable import Unavailable
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
GIVEN = f"00-{TRACE}-{PARENT}-01"


@pytest.fixture
def exported():
    """Switch tracing on; the call returns the spans that have ended, by name."""
    memory, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    spans.export_with(OtelTracer(provider))
    yield lambda: {each.name: each for each in memory.get_finished_spans()}
    spans.export_with(None)


def an_event(number=1, traceparent=GIVEN):
    return Event(
        f"event-{number}", "appointment.booked.v1", "/booking", "rumst", "a", number,
        dt.datetime(2026, 11, 28, tzinfo=dt.UTC), {"appointment": "a"}, traceparent,
    )  # fmt: skip


def named(span):
    return f"00-{span.context.trace_id:032x}-{span.context.span_id:016x}-{span.context.trace_flags:02x}"


def test_without_a_collector_no_span_begins_and_events_are_sent_as_they_are():
    assert spans.begin_request(GIVEN) is None
    assert spans.begin_call("booking/book", GIVEN) is None
    assert spans.begin_processing("queue", [an_event()]) is None
    with published([an_event()], "booking.events") as sent:
        assert sent == [an_event()]


def test_a_request_without_a_traceparent_begins_a_trace(exported):
    span = spans.begin_request(None)
    spans.end_request(span, "GET", "/health", 200, None, None)
    found = exported()["GET /health"]
    assert found.parent is None
    assert span.traceparent == named(found)


@pytest.mark.parametrize("malformed", ["", "nonsense", f"00-{'0' * 32}-{PARENT}-01"])
def test_a_malformed_traceparent_begins_a_trace_too(exported, malformed):
    spans.end(spans.begin_answer("booking/book", malformed))
    assert exported()["booking/book"].parent is None


def test_a_span_is_a_child_of_the_one_that_the_traceparent_names(exported):
    request = spans.begin_request(GIVEN)
    spans.end(spans.begin_call("booking/book", request.traceparent))
    spans.end_request(request, "POST", "/appointments", 201, None, "rumst")
    found = exported()
    assert f"{found['POST /appointments'].parent.span_id:016x}" == PARENT
    assert found["booking/book"].parent.span_id == found["POST /appointments"].context.span_id
    assert {f"{each.context.trace_id:032x}" for each in found.values()} == {TRACE}


def test_a_trace_that_its_caller_does_not_record_is_not_exported(exported):
    span = spans.begin_request(GIVEN[:-1] + "0")
    assert span.traceparent.endswith("-00")
    spans.end_request(span, "GET", "/", 200, None, None)
    assert not exported()


def test_a_request_names_its_route_and_never_its_path(exported):
    spans.end_request(spans.begin_request(None), "POST", "/api/v1/<municipality>/appointments", 201, None, "rumst")
    (found,) = exported().values()
    assert found.name == "POST /api/v1/<municipality>/appointments"
    assert found.kind == SpanKind.SERVER
    assert dict(found.attributes) == {
        "http.request.method": "POST",
        "http.route": "/api/v1/<municipality>/appointments",
        "http.response.status_code": 201,
        "loket.municipality": "rumst",
    }


def test_a_refused_request_says_why_and_not_for_which_municipality_which_may_not_exist(exported):
    spans.end_request(spans.begin_request(None), "GET", "/<municipality>/", 404, "unknown-municipality", "jan-peeters")
    (found,) = exported().values()
    assert found.attributes["loket.refusal"] == "unknown-municipality"
    assert "jan-peeters" not in str(found.to_json())
    assert found.status.status_code == StatusCode.UNSET


def test_a_method_that_does_not_exist_is_recorded_as_other(exported):
    spans.end_request(spans.begin_request(None), "JAN", None, 405, "method-not-allowed", None)
    (found,) = exported().values()
    assert (found.name, found.attributes["http.request.method"]) == ("HTTP", "_OTHER")


@pytest.mark.parametrize(
    ("error", "outcome", "status"),
    [
        (None, "ok", StatusCode.UNSET),
        (Refusal("slot-taken"), "refused", StatusCode.UNSET),
        (Unavailable("booking did not answer"), "unavailable", StatusCode.ERROR),
        (ValueError("jan.peeters@example.org"), "failed", StatusCode.ERROR),
    ],
)
def test_a_call_says_how_it_ended_and_nothing_that_an_error_says(exported, error, outcome, status):
    spans.end(spans.begin_answer("booking/book", GIVEN), error)
    found = exported()["booking/book"]
    assert (found.attributes["loket.outcome"], found.status.status_code) == (outcome, status)
    assert found.attributes.get("loket.refusal") == ("slot-taken" if outcome == "refused" else None)
    assert found.attributes.get("error.type") == (type(error).__name__ if status == StatusCode.ERROR else None)
    assert "peeters" not in found.to_json()


def test_an_attribute_that_is_not_listed_is_not_exported(exported):
    spans.end(spans.begin("announce", None), None, {"email": "jan.peeters@example.org"})
    assert dict(exported()["announce"].attributes) == {"loket.outcome": "ok"}


def test_an_event_is_sent_with_the_traceparent_of_its_delivery(exported):
    with published([an_event()], "booking.events") as (sent,):
        pass
    found = exported()["send appointment.booked.v1"]
    assert f"{found.parent.span_id:016x}" == PARENT
    assert sent.traceparent == named(found)
    assert found.kind == SpanKind.PRODUCER
    assert dict(found.attributes) == {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": "send",
        "messaging.operation.type": "send",
        "messaging.destination.name": "booking.events",
        "messaging.rabbitmq.destination.routing_key": "appointment.booked.v1",
        "cloudevents.event_type": "appointment.booked.v1",
        "loket.municipality": "rumst",
        "loket.outcome": "ok",
    }


def test_an_event_that_was_not_confirmed_has_a_delivery_that_failed(exported):
    with pytest.raises(Unavailable), published([an_event()], "booking.events"):
        raise Unavailable
    assert exported()["send appointment.booked.v1"].attributes["loket.outcome"] == "unavailable"


def test_the_handling_of_one_event_is_a_child_of_its_delivery(exported):
    spans.end(spans.begin_processing("reporting.events", [an_event()], is_batch=True))
    found = exported()["process reporting.events"]
    assert f"{found.parent.span_id:016x}" == PARENT
    assert found.kind == SpanKind.CONSUMER
    assert found.attributes["messaging.batch.message_count"] == 1
    assert not found.links


def test_the_handling_of_several_events_is_one_span_that_is_linked_to_each_of_their_deliveries(exported):
    others = [an_event(number, f"00-{TRACE}-{number:016x}-01") for number in (1, 2)]
    spans.end(spans.begin_processing("reporting.events", [*others, an_event(3, None)], is_batch=True))
    found = exported()["process reporting.events"]
    assert found.parent is None
    assert [each.context.span_id for each in found.links] == [1, 2]
    assert found.attributes["messaging.batch.message_count"] == 3


def test_a_message_names_its_channel_kind_and_municipality(exported):
    spans.begin_message("email", "confirmation", "rumst", GIVEN).end({spans.OUTCOME: "sent"})
    found = exported()["send email"]
    assert dict(found.attributes) == {
        "loket.message.channel": "email",
        "loket.message.kind": "confirmation",
        "loket.municipality": "rumst",
        "loket.outcome": "sent",
    }


class Collector(SpanExporter):
    """A collector that is away for the first batches."""

    def __init__(self, away_for):
        self.away_for = away_for

    def export(self, batch):
        self.away_for -= 1
        return SpanExportResult.SUCCESS if self.away_for < 0 else SpanExportResult.FAILURE


def test_an_outage_of_the_collector_is_two_lines_in_the_log():
    exporter = ReportedExporter(Collector(away_for=3))
    with capture_logs() as lines:
        for _ in range(6):
            exporter.export([])
    assert [(each["log_level"], each["event"]) for each in lines] == [
        ("warning", "the collector of traces is unavailable"),
        ("info", "the collector of traces is available again"),
    ]
