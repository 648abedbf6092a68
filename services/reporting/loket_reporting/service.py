"""What reporting listens to and what can be asked of it. It translates and delegates; it holds no rule."""

from __future__ import annotations

import datetime as dt
from typing import Any

from loket_chassis.consumer import listen
from loket_chassis.health import Probes, ReadinessWithDatabase
from loket_chassis.metrics import Observed
from loket_chassis.mongo import MongoDatabase
from loket_chassis.rpc import answer
from loket_contracts.envelope import Event
from loket_contracts.events import BOOKING_EXCHANGE, EVENTS, NOTIFICATION_EXCHANGE

from . import figures
from .projections import PROJECTIONS, project
from .store import Facts


def _heard(exchange: str) -> tuple[str, list[str]]:
    return exchange, [
        event.type for event in EVENTS.values() if event.exchange == exchange and event.name in PROJECTIONS
    ]


class ReportingStores(MongoDatabase):
    """Gives the service class its facts."""

    def setup(self) -> None:
        self.facts = Facts(self.database)
        self.facts.create_indexes()

    def get_dependency(self, worker_ctx: Any) -> Facts:
        return self.facts


class ReportingService(Probes):
    """Figures about appointments."""

    name = "reporting"

    facts = ReportingStores()
    traceparent = Observed()
    readiness = ReadinessWithDatabase()

    @listen("reporting.events", [_heard(BOOKING_EXCHANGE), _heard(NOTIFICATION_EXCHANGE)])
    def on_event(self, event: Event) -> None:
        self.facts.record(project(event), event)

    @answer
    def overview(self, municipality: str, first: str | None = None, last: str | None = None) -> dict[str, Any]:
        today = dt.datetime.now(dt.UTC).date()
        return figures.overview(self.facts.database, municipality, *figures.period(first, last, today))

    @answer
    def ping(self) -> str:
        return "ok"
