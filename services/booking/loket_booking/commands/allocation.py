"""Choosing whose time a visit takes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from loket_contracts.errors import Refusal

from ..context import Stores
from ..domain.availability import Availability, keys
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..domain.resource_day import Agenda, AgendaKey, Placement
from ..domain.visit import Visit, candidates
from ..store.agenda_cache import WORTH_A_TRY_FOR


def place(
    stores: Stores, calendar: Calendar, visit: Visit, resource: str | None, start: dt.datetime, now: dt.datetime,
    own_hold: str | None = None, own: Sequence[Placement] = (), again: bool = False,
) -> list[Placement]:  # fmt: skip
    """The choice is made from memory, as the claim will find out what has changed; `again`, when it did, it is not.
    Nobody is refused from memory. `own`: what the appointment has already, which does not stand in its own way.

    Raises Refusal: unknown-resource, slot-in-the-past, slot-not-offered, slot-taken.
    """
    groups = candidates(calendar.municipality, visit, resource)
    date = local_date(start, visit.location.time_zone)
    wanted = keys(calendar, visit, groups, [date])

    def choose(agendas: Mapping[AgendaKey, Agenda]) -> list[Placement]:
        free = _without(own, agendas)
        return Availability(calendar, visit, groups, free, now, own_hold).place(start)

    if not again:
        try:
            return choose(stores.agendas.memory.recall(wanted, WORTH_A_TRY_FOR))
        except Refusal:
            pass  # perhaps no longer so
    return choose(stores.agendas.read(wanted))


def _without(own: Sequence[Placement], agendas: Mapping[AgendaKey, Agenda]) -> dict[AgendaKey, Agenda]:
    others = dict(agendas)
    for placement in own:
        if placement.agenda in others:
            taken = others[placement.agenda]
            others[placement.agenda] = replace(taken, booked=taken.booked & ~placement.cells)
    return others
