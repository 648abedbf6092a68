"""The entrypoints of reporting: events and RPC methods. They translate and delegate; they decide nothing."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from nameko.timer import timer

from loket_chassis.messaging.batch_consumer import listen_in_batches
from loket_chassis.messaging.dead_letters import DeadLetters
from loket_chassis.messaging.rpc import rpc
from loket_chassis.runtime.metrics import WorkerMetrics
from loket_chassis.service.health import Probes, ReadinessWithDatabase
from loket_chassis.service.status import Status
from loket_contracts.envelope import Event
from loket_contracts.events import upcast
from loket_contracts.queues import sources_of
from loket_contracts.rpc.reporting import Reporting
from loket_contracts.rpc.reporting.answers import OpenDataRow, Overview, RebuildProgress, StoredReferences, TablePage

from .bootstrap import Bootstrap
from .domain.periods import period
from .domain.reference_values import ReferenceValues, checked_targets, checked_weeks, read_baseline
from .queries import reports
from .queries.references import references
from .queries.reports import Filters
from .workers import rebuild, weekly_report


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _today() -> dt.date:
    return _now().date()


def _as_set(values: ReferenceValues) -> StoredReferences:
    return {"baseline": dict(values.baseline), "weeks": values.weeks, "targets": dict(values.targets)}


class ReportingService(DeadLetters, Status, Probes):
    """Figures about appointments."""

    name = "reporting"

    app = Bootstrap()
    traceparent = WorkerMetrics()
    readiness = ReadinessWithDatabase()

    @listen_in_batches("reporting.events", sources_of("reporting.events"), gather=0.05)
    def on_events(self, events: list[Event]) -> None:
        upcasted = [upcast(each) for each in events]
        current, *being_built = self.app.projections.all()
        if current.counting.apply(upcasted):
            self.app.rollup.wake()
        for projection in being_built:
            projection.facts.apply_all(upcasted)

    @timer(300)
    def announce_weekly(self) -> None:
        """Announce weekly reports that are due. Every instance tries; each report is announced once."""
        weekly_report.announce(self.app.projections.current(), self.app.weekly_reports, self.app.announce, _now())

    @rpc
    def overview(
        self, municipality: str, first: str | None = None, last: str | None = None, team: str | None = None,
        appointment_type: str | None = None, location: str | None = None,
    ) -> Overview:  # fmt: skip
        filters = Filters(team, appointment_type, location)
        asked = period(first, last, _today())
        projection, cache = self.app.projections.current(), self.app.reports
        found = cache.overview(projection, municipality, asked, filters)
        values = self.app.references.of(municipality)
        answer = found.copy()
        answer["references"] = references(projection, cache, municipality, values, filters)
        return answer

    @rpc
    def table(
        self, municipality: str, first: str | None = None, last: str | None = None, every: str | None = None,
        by: str | None = None, after: int = 0, team: str | None = None, appointment_type: str | None = None,
        location: str | None = None,
    ) -> TablePage:  # fmt: skip
        filters, asked = Filters(team, appointment_type, location), period(first, last, _today())
        return reports.table(self.app.projections.current(), municipality, asked, every, by, after, filters)

    @rpc
    def open_data(self, municipality: str) -> list[OpenDataRow]:
        return reports.open_data(self.app.projections.current(), municipality, _today())

    @rpc
    def reference_values(self, municipality: str) -> StoredReferences:
        return _as_set(self.app.references.of(municipality))

    @rpc
    def set_baseline(
        self, municipality: str, by: str, csv: str | None = None, weeks: int | None = None
    ) -> StoredReferences:
        baseline = {} if csv is None else read_baseline(csv)
        number = None if weeks is None else checked_weeks(weeks)
        return _as_set(self.app.references.change(municipality, by, baseline=baseline, weeks=number))

    @rpc
    def set_targets(self, municipality: str, by: str, targets: dict[str, str]) -> StoredReferences:
        return _as_set(self.app.references.change(municipality, by, targets=checked_targets(targets)))

    @rpc
    def rebuild(self) -> bool:
        return rebuild.start(self.app.projections, self.app.sources(), self.app.spawn)

    @rpc
    def rebuilding(self) -> RebuildProgress:
        return rebuild.progress(self.app.projections)


if TYPE_CHECKING:
    #: an error of mypy when the service does not have every method of the Protocol, with its types
    _: type[Reporting] = ReportingService
