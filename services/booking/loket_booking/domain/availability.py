"""Free slots, by bit arithmetic.

A resource's free time is open & ~busy. Where its claim fits follows by shift-and-and (`grid.runs`). Resources that can
stand in for each other combine with |, needs that must be met together combine with &.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loket_contracts.errors import Refusal

from . import grid
from .agenda import EMPTY, Agenda, AgendaKey, Placement
from .catalogue import Resource
from .grid import Day, cells_of, day, every, local_date, runs, span, zone
from .opening import Calendar
from .visit import Visit


@dataclass(frozen=True)
class Slot:
    """A start at which all needed resources are free together. `capacity`: how many such visits could start then.

    `cell` and `end` are cells of the day `on`.
    """

    on: Day
    cell: int
    end: int
    capacity: int


Agendas = Mapping[AgendaKey, Agenda]
Groups = Sequence[Sequence[Resource]]


def slots(
    calendar: Calendar, visit: Visit, groups: Groups, agendas: Agendas, dates: Sequence[dt.date], now: dt.datetime
) -> Iterator[Slot]:
    """The free slots on `dates`, in order. `groups` holds the candidates for each need (`visit.candidates`)."""
    earliest = calendar.earliest(visit, now)
    for date in dates:
        on = day(date, visit.location.time_zone)
        offered = _offered(visit, on, now, earliest)
        if not offered:
            continue
        fits = [
            [_fits(calendar, visit, resource, agendas, on, now, None) & offered for resource in group]
            for group in groups
        ]
        counts = [grid.count(group) for group in fits]
        for cell in cells_of(_together(fits)):
            capacity = min(grid.count_at(planes, cell) for planes in counts)
            yield Slot(on, cell, cell + visit.length, capacity)


def place(
    calendar: Calendar,
    visit: Visit,
    groups: Groups,
    agendas: Agendas,
    start: dt.datetime,
    now: dt.datetime,
    own_hold: str | None = None,
) -> list[Placement]:
    """Choose who gives the visit at `start`: for each need the least loaded free candidate, by id when equal.

    Raises Refusal: slot-in-the-past, slot-not-offered when no candidate works then, slot-taken when all are busy.
    """
    shown = start.astimezone(zone(visit.location.time_zone)).isoformat()
    if start <= now:
        raise Refusal("slot-in-the-past", {"start": shown})
    date = local_date(start, visit.location.time_zone)
    on = day(date, visit.location.time_zone)
    cell = on.cell_of(start)
    if on.moment(cell) != start or not _offered(visit, on, now, calendar.earliest(visit, now)) >> cell & 1:
        raise Refusal("slot-not-offered", {"start": shown})
    chosen: list[Placement] = []
    for group in groups:
        working = [r for r in group if _fits_in(calendar.open(r, visit.location, date), visit, r) >> cell & 1]
        if not working:
            raise Refusal("slot-not-offered", {"start": shown})
        free = [r for r in working if _fits(calendar, visit, r, agendas, on, now, own_hold) >> cell & 1]
        if not free:
            raise Refusal("slot-taken", {"start": shown})
        best = min(free, key=lambda r: (_agenda(agendas, calendar, r, date).booked.bit_count(), r.id))
        before, after = visit.buffers(best)
        key = AgendaKey(calendar.municipality.id, best.id, date)
        chosen.append(Placement(key, cell - before, cell + visit.length + after))
    return chosen


def _offered(visit: Visit, on: Day, now: dt.datetime, earliest: dt.datetime) -> int:
    """The cells of the day on which this visit may start at all: interval, lead time, horizon."""
    if on.date > visit.last_date(now):
        return 0
    first = max(0, on.first_cell_from(earliest))
    return every(visit.interval) & span(first, on.cells)


def _fits(
    calendar: Calendar,
    visit: Visit,
    resource: Resource,
    agendas: Agendas,
    on: Day,
    now: dt.datetime,
    own_hold: str | None,
) -> int:
    open_ = calendar.open(resource, visit.location, on.date)
    if not open_:
        return 0
    busy = _agenda(agendas, calendar, resource, on.date).busy(now, own_hold)
    return _fits_in(open_ & ~busy, visit, resource)


def _fits_in(free: int, visit: Visit, resource: Resource) -> int:
    """The cells at which the visit itself may start, when its buffers must fit around it too."""
    before, after = visit.buffers(resource)
    return runs(free, before + visit.length + after) << before


def _together(fits: Sequence[Sequence[int]]) -> int:
    """Where every need is met by somebody."""
    together = -1
    for group in fits:
        anyone = 0
        for starts in group:
            anyone |= starts
        together &= anyone
    return together if fits else 0


def _agenda(agendas: Agendas, calendar: Calendar, resource: Resource, date: dt.date) -> Agenda:
    return agendas.get(AgendaKey(calendar.municipality.id, resource.id, date), EMPTY)
