"""Free slots, by bit arithmetic.

A resource's free time is open & ~busy. `grid.runs` finds where a claim fits. `assignment` combines resources.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import NamedTuple

from loket_contracts.errors import Refusal
from loket_contracts.fields import WEEKDAYS
from loket_contracts.periods import PARTS_OF_DAY
from loket_contracts.rpc.booking.slots import WelcomeStarts
from loket_contracts.unknown_fields import PreservesUnknownFields

from .appointment_spec import AppointmentSpec
from .assignment import NOWHERE, Assignment, Groups, Starts
from .catalogue import Resource
from .grid import Day, cells_every, cells_of, day, local_date, runs, span, zone
from .opening_hours import Calendar
from .resource_day import EMPTY, Agenda, AgendaKey, Placement

Agendas = Mapping[AgendaKey, Agenda]


class Slot(NamedTuple):
    """A start at which all needed resources are free. `capacity`: how many such visits could start at it.

    `cell`, `end`: cells of the day `on`.
    """

    on: Day
    cell: int
    end: int
    capacity: int


@dataclass(frozen=True)
class Preference(PreservesUnknownFields):
    """Preferred starts: weekdays (0 is Monday; empty is any), and local times from `after` until before `before`.

    `parts_of_day`: only in these of PARTS_OF_DAY; empty is any.
    """

    weekdays: frozenset[int] = frozenset()
    after: dt.time | None = None
    before: dt.time | None = None
    parts_of_day: frozenset[str] = frozenset()

    def preferred_cells(self, on: Day) -> int:
        if self.weekdays and on.date.weekday() not in self.weekdays:
            return 0
        preferred = _cells_between(on, self.after, self.before)
        if self.parts_of_day:
            preferred &= reduce(or_, (_cells_between(on, *PARTS_OF_DAY[part]) for part in self.parts_of_day))
        return preferred


def _cells_between(on: Day, after: dt.time | None, before: dt.time | None) -> int:
    """The cells from one local time until before another; None is the beginning or end of the day."""
    return span(on.cell_at(after) if after else 0, on.end_cell_at(before) if before is not None else on.cells)


ANY = Preference()


def preference_of(wanted: WelcomeStarts) -> Preference:
    """The preference in a search or command."""
    if not (wanted.weekday or wanted.after or wanted.before):
        return ANY
    weekdays = frozenset(WEEKDAYS.index(name) for name in wanted.weekday)
    return Preference(weekdays, wanted.after, wanted.before)


class Availability:
    """The free time for one appointment, as of `now`.

    `groups`: the candidates for each need. `agendas`: the taken time, for all `keys`. `own_hold`: the
    id of a hold that counts as free.
    """

    def __init__(
        self,
        calendar: Calendar,
        spec: AppointmentSpec,
        groups: Groups,
        agendas: Agendas,
        now: dt.datetime,
        own_hold: str | None = None,
    ) -> None:
        self.calendar = calendar
        self.spec = spec
        self.assignment = Assignment(groups)
        self.agendas = agendas
        self.now = now
        self.own_hold = own_hold
        self._study: dict[tuple[str, dt.date], int] = {}

    def slots(self, dates: Sequence[dt.date], preference: Preference = ANY) -> Iterator[Slot]:
        """The free slots on `dates`, in order."""
        for on, starts in self.days(dates, preference):
            for cell in cells_of(starts.cells):
                yield Slot(on, cell, cell + self.spec.length, starts.capacity(cell))

    def days(self, dates: Sequence[dt.date], preference: Preference = ANY) -> Iterator[tuple[Day, Starts]]:
        """Each of `dates` with its free starts."""
        resources = self.assignment.resources.values()
        for date in dates:
            on = day(date, self.spec.location.time_zone)
            offered = self.offered(on)
            if offered and preference is not ANY:
                offered &= preference.preferred_cells(on)
            if offered:
                yield on, self.assignment.starts({each.id: self.fits(each, on) & offered for each in resources})
            else:
                yield on, NOWHERE

    def place(self, start: dt.datetime) -> list[Placement]:
        """Choose the resources for a start: the least loaded, by id when equal. The first specialist studies the file.

        Raises Refusal: slot-in-the-past; slot-not-offered when no resource is open; slot-taken when they are busy.
        """
        shown = {"start": start.astimezone(zone(self.spec.location.time_zone)).isoformat()}
        if start < self.now:
            raise Refusal("slot-in-the-past", shown)
        on = day(local_date(start, self.spec.location.time_zone), self.spec.location.time_zone)
        cell = on.cell_of(start)
        if on.moment(cell) != start or not self.offered(on) >> cell & 1:
            raise Refusal("slot-not-offered", shown)
        resources = self.assignment.resources.values()
        working = {each.id: 0 for each in resources if self.fits_in(self.open(each, on.date), each) >> cell & 1}
        if self.assignment.choose(working) is None:
            raise Refusal("slot-not-offered", shown)
        free = {
            each.id: self.agenda(each, on.date).booked.bit_count()
            for each in resources
            if self.fits(each, on) >> cell & 1
        }
        chosen = self.assignment.choose(free)
        if chosen is None:
            raise Refusal("slot-taken", shown)
        placements = []
        for resource in chosen:
            before, after = self.spec.buffers(resource)
            placements.append(Placement(self.key(resource, on.date), cell - before, cell + self.spec.length + after))
        if self.spec.study:
            specialist = next(each for each in chosen if each.id in self._studying_people)
            placements.append(self._study_before(specialist, on.date))
        return placements

    def offered(self, on: Day) -> int:
        """The cells at which this visit may start, by interval, lead time and horizon."""
        if on.date > self._last_date:
            return 0
        first = max(0, on.first_cell_from(self.earliest))
        return cells_every(self.spec.interval) & span(first, on.cells)

    def fits(self, resource: Resource, on: Day) -> int:
        """The cells at which `resource` is free for the visit, its buffers and its file study."""
        open_ = self.open(resource, on.date)
        if not open_:
            return 0
        fits = self.fits_in(open_ & ~self.busy(resource, on.date), resource)
        if fits and self.spec.study and resource.id in self._studying_people and not self.can_study(resource, on.date):
            return 0
        return fits

    def fits_in(self, free: int, resource: Resource) -> int:
        """The cells at which the visit may start so that it fits with its buffers."""
        before, after = self.spec.buffers(resource)
        return runs(free, before + self.spec.length + after) << before

    def can_study(self, resource: Resource, date: dt.date) -> bool:
        """Whether the file study for a visit on `date` fits in the working days before it."""
        return any(self._study_room(resource, before) for before in self._study_days(date))

    def open(self, resource: Resource, date: dt.date) -> int:
        return self.calendar.open(resource, self.spec.location, date, self.spec.type_ids)

    def busy(self, resource: Resource, date: dt.date) -> int:
        return self.agenda(resource, date).busy(self.now, self.own_hold)

    def agenda(self, resource: Resource, date: dt.date) -> Agenda:
        return self.agendas.get(self.key(resource, date), EMPTY)

    def key(self, resource: Resource, date: dt.date) -> AgendaKey:
        return AgendaKey(self.calendar.municipality.id, resource.id, date)

    @cached_property
    def earliest(self) -> dt.datetime:
        """The first time at which the visit may start, by its lead time."""
        return self.calendar.earliest(self.spec, self.now)

    @cached_property
    def _last_date(self) -> dt.date:
        return self.spec.last_date(self.now)

    @cached_property
    def _studying_people(self) -> frozenset[str]:
        """The candidates for the file study: those for the first need that is a person."""
        people = (group for group in self.assignment.groups if any(each.kind == "person" for each in group))
        return frozenset(each.id for each in next(people, ()))

    def _study_days(self, date: dt.date) -> Sequence[dt.date]:
        return self.calendar.working_days_before(date, self.spec.study_days)

    def _study_room(self, resource: Resource, date: dt.date) -> int:
        key = resource.id, date
        if key not in self._study:
            on = day(date, self.spec.location.time_zone)
            still_to_come = span(max(0, on.first_cell_from(self.now)), on.cells)
            free = self.open(resource, date) & ~self.busy(resource, date) & still_to_come
            self._study[key] = runs(free, self.spec.study)
        return self._study[key]

    def _study_before(self, resource: Resource, date: dt.date) -> Placement:
        """The first time that fits, on the last working day that has one."""
        for before in self._study_days(date):
            for cell in cells_of(self._study_room(resource, before)):
                return Placement(self.key(resource, before), cell, cell + self.spec.study, "study")
        raise ValueError(f"{resource.id} has no time to study before {date}")


def keys(calendar: Calendar, spec: AppointmentSpec, groups: Groups, dates: Sequence[dt.date]) -> set[AgendaKey]:
    """The agendas to read for a search on `dates`: those with open hours, including the study days."""
    all_dates = set(dates)
    if spec.study:
        all_dates.update(before for date in dates for before in calendar.working_days_before(date, spec.study_days))
    return {
        AgendaKey(calendar.municipality.id, resource.id, date)
        for group in groups
        for resource in group
        for date in all_dates
        if calendar.open(resource, spec.location, date, spec.type_ids)
    }
