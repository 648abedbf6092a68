"""Choosing whose time a visit takes, on agendas that are read afresh."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from ..bootstrap import Stores
from ..domain.agenda import Placement
from ..domain.availability import Availability, keys
from ..domain.grid import local_date
from ..domain.opening import Calendar
from ..domain.visit import Visit, candidates


def place(
    stores: Stores, calendar: Calendar, visit: Visit, resource: str | None, start: dt.datetime, now: dt.datetime,
    own_hold: str | None = None, own: Sequence[Placement] = (),
) -> list[Placement]:  # fmt: skip
    """`own`: what the appointment has already, which does not stand in its own way.

    Raises Refusal: unknown-resource, slot-in-the-past, slot-not-offered, slot-taken.
    """
    groups = candidates(calendar.municipality, visit, resource)
    date = local_date(start, visit.location.time_zone)
    agendas = stores.agendas.read(keys(calendar, visit, groups, [date]))
    for placement in own:
        if placement.agenda in agendas:
            taken = agendas[placement.agenda]
            agendas[placement.agenda] = replace(taken, booked=taken.booked & ~placement.cells)
    return Availability(calendar, visit, groups, agendas, now, own_hold).place(start)
