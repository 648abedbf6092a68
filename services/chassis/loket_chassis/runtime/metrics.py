"""Prometheus metrics, and the hook that measures and traces every worker.

Labels are names from the code (entrypoints, event types, outcomes), never values from a request.
"""

from __future__ import annotations

import time
from typing import Any

import structlog
from nameko.extensions import DependencyProvider
from prometheus_client import Counter, Histogram

from . import tracing
from .spans import outcome_of

WORK = Histogram(
    "loket_work_seconds",
    "Duration of one request, call or event",
    ["entrypoint", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
)
EVENTS_PUBLISHED = Counter("loket_events_published_total", "Events confirmed by the broker", ["type"])
EVENTS_CONSUMED = Counter("loket_events_consumed_total", "Events consumed, by outcome", ["type", "outcome"])
OUTBOX_FAILURES = Counter("loket_outbox_failures_total", "Failed deliveries of the outbox")

log = structlog.get_logger()


class WorkerMetrics(DependencyProvider):
    """Gives a service class the traceparent of the current work, and measures every worker."""

    def get_dependency(self, worker_ctx: Any) -> str:
        worker_ctx.started_at = time.perf_counter()
        return str(worker_ctx.data[tracing.KEY])

    def worker_result(self, worker_ctx: Any, result: Any = None, exc_info: Any = None) -> None:
        entrypoint = worker_ctx.entrypoint
        expected = getattr(entrypoint, "expected_exceptions", None) or ()
        outcome = outcome_of(exc_info[1] if exc_info else None, expected)
        if outcome == "failed":
            log.error("work failed", entrypoint=entrypoint.method_name, exc_info=exc_info)
        took = time.perf_counter() - worker_ctx.started_at
        WORK.labels(entrypoint.method_name, outcome).observe(took)
        log.debug("worked", entrypoint=entrypoint.method_name, outcome=outcome, ms=round(took * 1000, 1))
