"""The composition root: makes the stores and the workers, once per process.

Only the service class imports this module. Everything below it is given what it needs by its constructor or arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from loket_chassis.messaging.outbox import CompositionRoot, Outbox
from loket_chassis.messaging.publish_once import PublishOnce
from loket_chassis.messaging.rpc import RpcCaller
from loket_chassis.runtime.worker import Spawn
from loket_contracts.envelope import Event
from loket_contracts.events import REPORTING_EXCHANGE
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.notification import Notification
from loket_contracts.rpc.service import EventSource

from .queries.report_cache import ReportCache
from .store.projections import Projections
from .store.reference_values import ReferenceValuesStore
from .workers.rollup import RollupWorker

#: the collection of the weekly reports that were announced
WEEKLY_REPORTS = "announced"


@dataclass(frozen=True)
class Application:
    """What the entrypoints use. `announce` reports events in an outbox to the relay; `spawn` starts a green thread.

    `sources`: the services with event logs, for calls that last longer than the one that a worker answers.
    """

    projections: Projections
    rollup: RollupWorker
    reports: ReportCache
    references: ReferenceValuesStore
    weekly_reports: PublishOnce
    announce: Callable[[str, Any, Iterable[Event]], None]
    spawn: Spawn
    sources: Callable[[], Sequence[EventSource]]


class Bootstrap(CompositionRoot):
    """Gives the service class its `Application`, and runs the workers."""

    outbox = Outbox(REPORTING_EXCHANGE, collections=(WEEKLY_REPORTS,), keep_log=False)

    booking = RpcCaller(Booking, deadline=30)
    notification = RpcCaller(Notification, deadline=30)

    def setup(self) -> None:
        projections = Projections(self.database)
        projections.create()
        weekly_reports = PublishOnce(self.database, WEEKLY_REPORTS)
        weekly_reports.create_indexes()
        self.application = Application(
            projections,
            RollupWorker(projections),
            ReportCache(),
            ReferenceValuesStore(self.database),
            weekly_reports,
            self.outbox.announce,
            self.container.spawn_managed_thread,
            lambda: (self.booking.outside_work(), self.notification.outside_work()),
        )

    def start(self) -> None:
        self.application.rollup.start(self.container.spawn_managed_thread)

    def stop(self) -> None:
        self.application.rollup.stop()
        super().stop()

    def get_dependency(self, worker_ctx: Any) -> Application:
        return self.application
