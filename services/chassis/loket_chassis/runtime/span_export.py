"""Export spans to an OpenTelemetry collector, over OTLP and HTTP. https://opentelemetry.io/docs/languages/python/

This is the only module that imports OpenTelemetry, when tracing is switched on: it costs memory, and the extra
`tracing` may not be installed. Spans wait in a queue of bounded length, and a green thread sends them in batches. While
the collector is away they are dropped, and the log has one warning for the whole outage.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping, Sequence

import eventlet
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from . import spans, tracing
from .outages import Outage

#: of spans in a batch, unless the environment says otherwise: writing one takes 0.1 ms, and nothing else runs meanwhile
BATCH = {"OTEL_BSP_MAX_EXPORT_BATCH_SIZE": "64"}
KINDS = {kind: trace.SpanKind[kind.upper()] for kind in ("internal", "server", "client", "producer", "consumer")}


class OtelSpan:
    """A span of the SDK."""

    def __init__(self, span: trace.Span) -> None:
        self._span = span

    @property
    def traceparent(self) -> str:
        found = self._span.get_span_context()
        return f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}"

    def end(self, attributes: Mapping[str, spans.Value], *, error: str | None = None, name: str | None = None) -> None:
        if self._span.is_recording():
            if name is not None:
                self._span.update_name(name)
            self._span.set_attributes(_allowed(attributes))
            if error is not None:
                self._span.set_attribute(spans.ERROR, error)
                self._span.set_status(trace.StatusCode.ERROR)
        self._span.end()


class OtelTracer:
    """Begins spans of the SDK."""

    def __init__(self, provider: trace.TracerProvider) -> None:
        self._tracer = provider.get_tracer("loket")

    def begin(
        self, kind: spans.Kind, name: str, parent: str | None, attributes: Mapping[str, spans.Value],
        links: Sequence[str] = (),
    ) -> OtelSpan:  # fmt: skip
        begun = self._tracer.start_span(
            name,
            _context_of(parent),
            KINDS[kind],
            _allowed(attributes),
            [trace.Link(_parsed(each)) for each in links if tracing.given(each)],
            record_exception=False,
            set_status_on_exception=False,
        )
        return OtelSpan(begun)


class ReportedExporter(SpanExporter):
    """Logs one line when the collector becomes unavailable and one when it is back; the SDK logs each attempt."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._outage = Outage("collector of traces")

    def export(self, batch: Sequence[ReadableSpan]) -> SpanExportResult:
        result = self._exporter.export(batch)
        if result is SpanExportResult.SUCCESS:
            self._outage.end()
        else:
            self._outage.begin("spans could not be sent, and are dropped meanwhile")
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()


def start(service: str, version: str, settings: Mapping[str, str]) -> Callable[[float], None]:
    """Switch tracing on. Return a function that sends the spans that wait, for a number of seconds at most.

    `settings`: variables of OpenTelemetry, which reads others from the environment itself.
    """
    os.environ.update({**BATCH, **os.environ, **settings})
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)  # see ReportedExporter
    resource = {"service.namespace": "loket", "service.name": service, "service.version": version}
    if name := os.environ.get("OTEL_SERVICE_NAME"):
        resource["service.name"] = name
    provider = TracerProvider(resource=Resource.create(resource), shutdown_on_exit=False)
    processor = BatchSpanProcessor(ReportedExporter(OTLPSpanExporter()))
    provider.add_span_processor(processor)
    spans.export_with(OtelTracer(provider))

    def stop(seconds: float) -> None:
        with eventlet.Timeout(seconds, False):
            processor.shutdown()

    return stop


def _allowed(attributes: Mapping[str, spans.Value]) -> dict[str, spans.Value]:
    return {name: value for name, value in attributes.items() if name in spans.ATTRIBUTES}


def _context_of(traceparent: str | None) -> Context:
    """The context of a child of this span, or of the first span of a trace."""
    if tracing.given(traceparent) is None:
        return Context()
    return trace.set_span_in_context(trace.NonRecordingSpan(_parsed(str(traceparent))), Context())


def _parsed(traceparent: str) -> trace.SpanContext:
    trace_id, span_id, flags = tracing.fields(traceparent)
    return trace.SpanContext(trace_id, span_id, is_remote=True, trace_flags=trace.TraceFlags(flags))
