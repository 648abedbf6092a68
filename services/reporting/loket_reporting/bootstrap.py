"""The composition root: makes the stores and the workers, once per process.

Only the service class imports this module. Everything below it is given what it needs by its constructor or arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from loket_chassis.messaging.outbox import CompositionRoot, Outbox
from loket_chassis.messaging.publish_once import PublishOnce
from loket_chassis.runtime.worker import Spawn
from loket_contracts.envelope import Event
from loket_contracts.events import REPORTING_EXCHANGE

from .queries.report_cache import ReportCache
from .store.projections import Projections
from .workers.rollup import RollupWorker

#: the collection of the weekly reports that were announced
WEEKLY_REPORTS = "announced"


@dataclass(frozen=True)
class Application:
    """What the entrypoints use. `announce` reports events in an outbox to the relay; `spawn` starts a green thread."""

    projections: Projections
    rollup: RollupWorker
    reports: ReportCache
    weekly_reports: PublishOnce
    announce: Callable[[str, Any, Iterable[Event]], None]
    spawn: Spawn


class Bootstrap(CompositionRoot):
    """Gives the service class its `Application`, and runs the workers."""

    outbox = Outbox(REPORTING_EXCHANGE, collections=(WEEKLY_REPORTS,), keep_log=False)

    def setup(self) -> None:
        projections = Projections(self.database)
        projections.create()
        weekly_reports = PublishOnce(self.database, WEEKLY_REPORTS)
        weekly_reports.create_indexes()
        self.application = Application(
            projections,
            RollupWorker(projections),
            ReportCache(),
            weekly_reports,
            self.outbox.announce,
            self.container.spawn_managed_thread,
        )

    def start(self) -> None:
        self.application.rollup.start(self.container.spawn_managed_thread)

    def stop(self) -> None:
        self.application.rollup.stop()
        super().stop()

    def get_dependency(self, worker_ctx: Any) -> Application:
        return self.application
