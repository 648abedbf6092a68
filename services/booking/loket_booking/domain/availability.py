"""Free slots, by bit arithmetic.

A resource's free time is open & ~busy. Where its claim fits follows by shift-and-and (`grid.runs`). Who can stand in
for whom, and who must be there together, is for `staffing`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from loket_contracts.errors import Refusal

from .assignment import NOWHERE, Groups, Staffing, Starts
from .catalogue import Resource
from .grid import Day, cells_of, day, every, local_date, runs, span, zone
from .opening_hours import Calendar
from .resource_day import EMPTY, Agenda, AgendaKey, Placement
from .visit import Visit

Agendas = Mapping[AgendaKey, Agenda]


class Slot(NamedTuple):
    """A start at which all needed resources are free together. `capacity`: how many such visits could start then.

    `cell` and `end` are cells of the day `on`.
    """

    on: Day
    cell: int
    end: int
    capacity: int


@dataclass(frozen=True)
class Preference:
    """Which starts are welcome: on which weekdays (0 is Monday; none is any), from and before which local time."""

    weekdays: frozenset[int] = frozenset()
    after: dt.time | None = None
    before: dt.time | None = None

    def welcome(self, on: Day) -> int:
        if self.weekdays and on.date.weekday() not in self.weekdays:
            return 0
        return span(
            on.cell_at(self.after) if self.after else 0,
            on.end_cell_at(self.before) if self.before is not None else on.cells,
        )


ANY = Preference()


class Availability:
    """The free time for one visit, as of `now`.

    `groups`: the candidates for each need (`visit.candidates`). `agendas`: what is taken, for all `keys`. `own_hold`
    does not stand in its own way.
    """

    def __init__(
        self,
        calendar: Calendar,
        visit: Visit,
        groups: Groups,
        agendas: Agendas,
        now: dt.datetime,
        own_hold: str | None = None,
    ) -> None:
        self.calendar = calendar
        self.visit = visit
        self.staffing = Staffing(groups)
        self.agendas = agendas
        self.now = now
        self.own_hold = own_hold
        self._study: dict[tuple[str, dt.date], int] = {}

    def slots(self, dates: Sequence[dt.date], preference: Preference = ANY) -> Iterator[Slot]:
        """The free slots on `dates`, in order."""
        for on, starts in self.days(dates, preference):
            for cell in cells_of(starts.cells):
                yield Slot(on, cell, cell + self.visit.length, starts.capacity(cell))

    def days(self, dates: Sequence[dt.date], preference: Preference = ANY) -> Iterator[tuple[Day, Starts]]:
        """Each of `dates` with the starts that are free on it."""
        resources = self.staffing.resources.values()
        for date in dates:
            on = day(date, self.visit.location.time_zone)
            offered = self.offered(on)
            if offered and preference is not ANY:
                offered &= preference.welcome(on)
            if offered:
                yield on, self.staffing.starts({each.id: self.fits(each, on) & offered for each in resources})
            else:
                yield on, NOWHERE

    def place(self, start: dt.datetime) -> list[Placement]:
        """Choose who gives the visit at `start`: the least loaded, by id when equal; the first of them studies too.

        Raises Refusal: slot-in-the-past, slot-not-offered when nobody works then, slot-taken when they are busy.
        """
        shown = {"start": start.astimezone(zone(self.visit.location.time_zone)).isoformat()}
        if start < self.now:
            raise Refusal("slot-in-the-past", shown)
        on = day(local_date(start, self.visit.location.time_zone), self.visit.location.time_zone)
        cell = on.cell_of(start)
        if on.moment(cell) != start or not self.offered(on) >> cell & 1:
            raise Refusal("slot-not-offered", shown)
        resources = self.staffing.resources.values()
        working = {each.id: 0 for each in resources if self.fits_in(self.open(each, on.date), each) >> cell & 1}
        if self.staffing.choose(working) is None:
            raise Refusal("slot-not-offered", shown)
        free = {
            each.id: self.agenda(each, on.date).booked.bit_count()
            for each in resources
            if self.fits(each, on) >> cell & 1
        }
        chosen = self.staffing.choose(free)
        if chosen is None:
            raise Refusal("slot-taken", shown)
        placements = []
        for resource in chosen:
            before, after = self.visit.buffers(resource)
            placements.append(Placement(self.key(resource, on.date), cell - before, cell + self.visit.length + after))
        if self.visit.study:
            lead = next(each for each in chosen if each.id in self._leads)
            placements.append(self._study_before(lead, on.date))
        return placements

    def offered(self, on: Day) -> int:
        """The cells of the day on which this visit may start at all: interval, lead time, horizon."""
        if on.date > self._last_date:
            return 0
        first = max(0, on.first_cell_from(self.earliest))
        return every(self.visit.interval) & span(first, on.cells)

    def fits(self, resource: Resource, on: Day) -> int:
        """The cells at which `resource` is free for the visit, its buffers and its study."""
        open_ = self.open(resource, on.date)
        if not open_:
            return 0
        fits = self.fits_in(open_ & ~self.busy(resource, on.date), resource)
        if fits and self.visit.study and resource.id in self._leads and not self.can_study(resource, on.date):
            return 0
        return fits

    def fits_in(self, free: int, resource: Resource) -> int:
        """The cells at which the visit itself may start, when its buffers must fit around it too."""
        before, after = self.visit.buffers(resource)
        return runs(free, before + self.visit.length + after) << before

    def can_study(self, resource: Resource, date: dt.date) -> bool:
        """Whether the file study for a visit on `date` finds room in the working days before it."""
        return any(self._study_room(resource, before) for before in self._study_days(date))

    def open(self, resource: Resource, date: dt.date) -> int:
        return self.calendar.open(resource, self.visit.location, date, self.visit.type_ids)

    def busy(self, resource: Resource, date: dt.date) -> int:
        return self.agenda(resource, date).busy(self.now, self.own_hold)

    def agenda(self, resource: Resource, date: dt.date) -> Agenda:
        return self.agendas.get(self.key(resource, date), EMPTY)

    def key(self, resource: Resource, date: dt.date) -> AgendaKey:
        return AgendaKey(self.calendar.municipality.id, resource.id, date)

    @cached_property
    def earliest(self) -> dt.datetime:
        """The first moment at which the visit may start: lead time kept."""
        return self.calendar.earliest(self.visit, self.now)

    @cached_property
    def _last_date(self) -> dt.date:
        return self.visit.last_date(self.now)

    @cached_property
    def _leads(self) -> frozenset[str]:
        """Those of whom one studies the file: the candidates for the first person that is needed."""
        people = (group for group in self.staffing.groups if any(each.kind == "person" for each in group))
        return frozenset(each.id for each in next(people, ()))

    def _study_days(self, date: dt.date) -> Sequence[dt.date]:
        return self.calendar.working_days_before(date, self.visit.study_days)

    def _study_room(self, resource: Resource, date: dt.date) -> int:
        key = resource.id, date
        if key not in self._study:
            on = day(date, self.visit.location.time_zone)
            still_to_come = span(max(0, on.first_cell_from(self.now)), on.cells)
            free = self.open(resource, date) & ~self.busy(resource, date) & still_to_come
            self._study[key] = runs(free, self.visit.study)
        return self._study[key]

    def _study_before(self, resource: Resource, date: dt.date) -> Placement:
        """The first room on the last working day that has any."""
        for before in self._study_days(date):
            for cell in cells_of(self._study_room(resource, before)):
                return Placement(self.key(resource, before), cell, cell + self.visit.study, "study")
        raise ValueError(f"{resource.id} has no time to study before {date}")


def keys(calendar: Calendar, visit: Visit, groups: Groups, dates: Sequence[dt.date]) -> set[AgendaKey]:
    """The agendas that must be read for a search on `dates`: those with any time in them, the study days included."""
    all_dates = set(dates)
    if visit.study:
        all_dates.update(before for date in dates for before in calendar.working_days_before(date, visit.study_days))
    return {
        AgendaKey(calendar.municipality.id, resource.id, date)
        for group in groups
        for resource in group
        for date in all_dates
        if calendar.open(resource, visit.location, date, visit.type_ids)
    }
