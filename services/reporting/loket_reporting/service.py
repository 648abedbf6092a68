"""The entrypoints of reporting: events and RPC methods. They translate and delegate; they decide nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from nameko.timer import timer

from loket_chassis.messaging.consumer import listen
from loket_chassis.messaging.dead_letters import DeadLetters
from loket_chassis.messaging.rpc import RpcClient, rpc
from loket_chassis.runtime.metrics import WorkerMetrics
from loket_chassis.service.health import Probes, ReadinessWithDatabase
from loket_contracts.envelope import Event
from loket_contracts.events import BOOKING_EXCHANGE, EVENTS, NOTIFICATION_EXCHANGE

from .bootstrap import Bootstrap
from .domain.facts import KIND_OF
from .domain.periods import period
from .queries import reports
from .workers import rebuild, weekly_report


def _consumed(exchange: str) -> tuple[str, list[str]]:
    return exchange, [event.type for event in EVENTS.values() if event.exchange == exchange and event.name in KIND_OF]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _today() -> dt.date:
    return _now().date()


class ReportingService(DeadLetters, Probes):
    """Figures about appointments."""

    name = "reporting"

    app = Bootstrap()
    booking = RpcClient("booking", deadline=30)
    notification = RpcClient("notification", deadline=30)
    traceparent = WorkerMetrics()
    readiness = ReadinessWithDatabase()

    @listen("reporting.events", [_consumed(BOOKING_EXCHANGE), _consumed(NOTIFICATION_EXCHANGE)])
    def on_event(self, event: Event) -> None:
        for projection in self.app.projections.all():
            if projection.facts.apply(event):
                self.app.rollup.wake()

    @timer(300)
    def announce_weekly(self) -> None:
        """Announce weekly reports that are due. Every instance tries; each report is announced once."""
        weekly_report.announce(self.app.projections.current(), self.app.weekly_reports, self.app.announce, _now())

    @rpc
    def overview(
        self, municipality: str, first: str | None = None, last: str | None = None, **filters: str | None
    ) -> dict[str, Any]:
        """Raises Refusal: invalid-request."""
        projection = self.app.projections.current()
        return reports.overview(projection, municipality, period(first, last, _today()), filters)

    @rpc
    def table(
        self, municipality: str, first: str | None = None, last: str | None = None, every: str | None = None,
        by: str | None = None, after: int = 0, **filters: str | None,
    ) -> dict[str, Any]:  # fmt: skip
        """A page of rows: {figures, rows, after}. Raises Refusal: invalid-request."""
        projection = self.app.projections.current()
        return reports.table(projection, municipality, period(first, last, _today()), every, by, after, filters)

    @rpc
    def open_data(self, municipality: str) -> list[dict[str, Any]]:
        return reports.open_data(self.app.projections.current(), municipality, _today())

    @rpc
    def rebuild(self) -> bool:
        """Rebuild all facts and figures from the event logs, in the background. Return False when one is running."""
        return rebuild.start(self.app.projections, self.booking, self.notification, self.app.spawn)

    @rpc
    def rebuilding(self) -> dict[str, Any]:
        """The progress of the last rebuild."""
        return rebuild.progress(self.app.projections)

    @rpc
    def ping(self) -> str:
        return "ok"
