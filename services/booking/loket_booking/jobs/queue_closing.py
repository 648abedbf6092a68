"""Close the numbers that are left in the queue after closing time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import structlog

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.steps import TakeStep
from loket_contracts.visits import CALLED_TICKET_STATES, SERVING_STATES, WAITING_TICKET_STATES

from ..commands.ports import Clock
from ..commands.queue import QueueCommands
from ..commands.request import Request
from ..domain.catalogue import Location
from ..domain.grid import day, local_date
from ..domain.opening_hours import Calendar
from ..domain.ticket import Ticket
from ..domain.walk_in import closes_at
from ..store.configurations import Configurations
from ..store.tickets import Tickets

#: how long after closing time a visitor may still be helped
GRACE = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)

log = structlog.get_logger()


@dataclass(frozen=True)
class QueueClosing:
    configurations: Configurations
    tickets: Tickets
    queue: QueueCommands
    clock: Clock

    def close_queues(self) -> int:
        """Close the tickets of yesterday and, an hour after closing time, those of today. Returns their number.

        A ticket that is being served is completed without an outcome. Any other has left. A ticket that was issued
        after closing time stays until the next day.
        """
        closed = 0
        for calendar in self.configurations.all():
            for location in calendar.municipality.locations.values():
                if location.channel == "on_site":
                    closed += sum(map(self._close, self._left_over(calendar, location)))
        return closed

    def _left_over(self, calendar: Calendar, location: Location) -> list[Ticket]:
        now = self.clock()
        today = local_date(now, location.time_zone)
        closes = closes_at(calendar, location, today)
        begin, end = day(today - DAY, location.time_zone).midnight, day(today, location.time_zone).midnight
        if closes is not None and now >= closes + GRACE:
            end = closes
        found = self.tickets.of_day(calendar.municipality.id, location.id, begin, end)
        return [each for each in found if each.state in (*WAITING_TICKET_STATES, *CALLED_TICKET_STATES)]

    def _close(self, ticket: Ticket) -> bool:
        step = "complete" if ticket.state in SERVING_STATES else "leave"
        try:
            self.queue.apply_ticket_command(ticket.municipality, ticket.id, step, TakeStep(), Request(by="system"))
        except Refusal as refusal:  # changed by a concurrent request
            log.info("a ticket was not closed", ticket=ticket.id, code=refusal.code)
            return False
        return True
