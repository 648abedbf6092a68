"""The booking service: its entrypoints and dependencies."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from nameko.timer import timer

from loket_chassis.messaging.consumer import listen
from loket_chassis.messaging.event_log import EventLog
from loket_chassis.messaging.rpc import rpc
from loket_chassis.runtime.metrics import WorkerMetrics
from loket_chassis.service.health import Probes, ReadinessWithDatabase
from loket_chassis.service.status import Status
from loket_chassis.storage.idempotency import Idempotency
from loket_contracts.envelope import Event
from loket_contracts.events import upcast
from loket_contracts.queues import sources_of
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.service import EventPage

from .bootstrap import BookingUseCases
from .domain.grid import local_date
from .entrypoints.administration import AdministrationRpc
from .entrypoints.appointments import AppointmentRpc
from .entrypoints.bookings import BookingRpc
from .entrypoints.calendar import CalendarRpc
from .entrypoints.deprecated import DeprecatedBookingRpc, DeprecatedRpc
from .entrypoints.deprecated_administration import DeprecatedAdministrationRpc
from .entrypoints.deprecated_calendar import DeprecatedCalendarRpc
from .entrypoints.deprecated_desk import DeprecatedDeskRpc, DeprecatedQueueRpc
from .entrypoints.deprecated_residents import DeprecatedResidentRpc
from .entrypoints.desk import DeskRpc
from .entrypoints.kiosks import KioskRpc
from .entrypoints.portals import PortalRpc
from .entrypoints.provisional import ProvisionalRpc
from .entrypoints.queue import QueueRpc
from .entrypoints.residents import ResidentRpc

#: the events that free time, and the field with the start of the freed time
FREEING = {
    "appointment.cancelled": "start",
    "appointment.rescheduled": "previous_start",
    "waiting_list.passed_on": None,
    "waiting_list.left": None,
}


class BookingService(
    DeprecatedRpc,
    DeprecatedCalendarRpc,
    DeprecatedAdministrationRpc,
    DeprecatedDeskRpc,
    DeprecatedQueueRpc,
    DeprecatedBookingRpc,
    DeprecatedResidentRpc,
    AppointmentRpc,
    BookingRpc,
    ProvisionalRpc,
    ResidentRpc,
    PortalRpc,
    DeskRpc,
    QueueRpc,
    CalendarRpc,
    KioskRpc,
    AdministrationRpc,
    Status,
    Probes,
):
    """Appointments of every municipality."""

    name = "booking"

    use_cases = BookingUseCases()
    idempotency = Idempotency()
    event_log = EventLog()
    traceparent = WorkerMetrics()
    readiness = ReadinessWithDatabase()

    @listen("booking.freed-time", sources_of("booking.freed-time"))
    def on_freed_time(self, event: Event) -> None:
        """Offer the freed time to the waiting list."""
        event = upcast(event)
        field = FREEING[event.name]
        if field is None:
            return
        moment = dt.datetime.fromisoformat(event.data[field])
        date = local_date(moment, event.data["time_zone"])
        freed_by = event.subject if event.name == "appointment.cancelled" else None
        self.use_cases.waiting_list.offer_freed(event.municipality, event.data["team"], [date], freed_by)

    @timer(60)
    def run_jobs(self) -> None:
        self.use_cases.housekeeping.run_jobs()

    @rpc
    def count_events(self) -> int:
        return self.event_log.count()

    @rpc
    def logged_events(self, after: str, most: int) -> EventPage:
        return self.event_log.page(after, most)


if TYPE_CHECKING:
    #: an error of mypy when the service does not have every method of the Protocol, with its types
    _: type[Booking] = BookingService
