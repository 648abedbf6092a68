"""The booking service: what it stands on, and what it does by itself."""

from __future__ import annotations

import datetime as dt

from nameko.timer import timer

from loket_chassis.messaging.consumer import listen
from loket_chassis.messaging.event_log import EventLog
from loket_chassis.messaging.outbox import OutboxRelay
from loket_chassis.messaging.rpc import rpc
from loket_chassis.runtime.metrics import WorkerMetrics
from loket_chassis.service.health import Probes, ReadinessWithDatabase
from loket_chassis.storage.idempotency import Idempotency
from loket_contracts.envelope import Event
from loket_contracts.events import BOOKING_EXCHANGE, EVENTS

from .commands import waiting_list
from .context import WITH_OUTBOX, BookingStores
from .domain.grid import local_date
from .entrypoints.administration import ForAdministration
from .entrypoints.kiosks import ForKiosks
from .entrypoints.portals import ForPortals
from .entrypoints.residents import ForResidents
from .entrypoints.staff import ForStaff
from .jobs import housekeeping

#: what gives time back, and the field that tells which
FREEING = {
    "appointment.cancelled": "start",
    "appointment.rescheduled": "previous_start",
    "waiting_list.passed_on": None,
    "waiting_list.left": None,
}


class BookingService(ForResidents, ForPortals, ForStaff, ForKiosks, ForAdministration, Probes):
    """Appointments of every municipality."""

    name = "booking"

    stores = BookingStores()
    idempotency = Idempotency()
    announce = OutboxRelay(BOOKING_EXCHANGE, collections=WITH_OUTBOX)
    event_log = EventLog()
    traceparent = WorkerMetrics()
    readiness = ReadinessWithDatabase()

    @listen("booking.freed-time", [(BOOKING_EXCHANGE, [EVENTS[name].type for name in FREEING])])
    def on_freed_time(self, event: Event) -> None:
        """Offer what came free to who waits for it."""
        field = FREEING[event.name]
        if field is None:
            return
        moment = dt.datetime.fromisoformat(event.data[field])
        date = local_date(moment, event.data["time_zone"])
        freed_by = event.subject if event.name == "appointment.cancelled" else None
        team = event.data["team"]
        waiting_list.offer_freed(self.stores, self.announce, event.municipality, team, [date], freed_by)

    @timer(60)
    def tidy(self) -> None:
        housekeeping.tidy(self.stores, self.announce)

    @rpc
    def ping(self) -> str:
        return "ok"
