"""Choose the resources for an appointment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from loket_contracts.errors import Refusal

from ..domain.appointment_spec import AppointmentSpec, candidates
from ..domain.availability import Availability, keys
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..domain.resource_day import Agenda, AgendaKey, Placement
from ..store.agenda_cache import BOOKING_MAX_AGE
from ..store.agendas import Agendas


@dataclass(frozen=True)
class Allocator:
    agendas: Agendas

    def allocate(
        self, calendar: Calendar, spec: AppointmentSpec, resource: str | None, start: dt.datetime, now: dt.datetime,
        own_hold: str | None = None, own: Sequence[Placement] = (), use_cache: bool = True,
    ) -> list[Placement]:  # fmt: skip
        """The placements of an appointment at `start`. `own`: what the appointment has already, which counts as free.

        With `use_cache` they may be stale, which the write that claims them detects; a refusal is never based on the
        cache. Raises Refusal: unknown-resource, slot-in-the-past, slot-not-offered, slot-taken.
        """
        groups = candidates(calendar.municipality, spec, resource)
        date = local_date(start, spec.location.time_zone)
        wanted = keys(calendar, spec, groups, [date])

        def choose(agendas: Mapping[AgendaKey, Agenda]) -> list[Placement]:
            free = _without(own, agendas)
            return Availability(calendar, spec, groups, free, now, own_hold).place(start)

        if use_cache:
            try:
                return choose(self.agendas.cache.read(wanted, BOOKING_MAX_AGE))
            except Refusal:
                pass  # the cache may be stale
        return choose(self.agendas.read(wanted))


def _without(own: Sequence[Placement], agendas: Mapping[AgendaKey, Agenda]) -> dict[AgendaKey, Agenda]:
    others = dict(agendas)
    for placement in own:
        if placement.agenda in others:
            taken = others[placement.agenda]
            others[placement.agenda] = replace(taken, booked=taken.booked & ~placement.cells)
    return others
