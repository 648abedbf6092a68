"""When a resource works: its weekly hours, less everything that takes time out of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

import holidays as public_holidays

from .catalogue import NOTHING_CLOSED, Closed, Closure, Holidays, Location, Municipality, Resource
from .grid import Day, day, local_date, span
from .visit import Visit

SATURDAY = 5
#: days after which the search for working days ends, should all be closed: beyond every horizon
LONGEST_WAIT = 400


@lru_cache(maxsize=256)
def holiday_dates(rule: Holidays, year: int) -> frozenset[dt.date]:
    """The public holidays of one year: those of the library and the local ones.

    Source of the Belgian ten: Wet van 4 januari 1974 betreffende de feestdagen; 11 July is local in Flanders.
    """
    known = public_holidays.country_holidays(rule.country, subdiv=rule.subdivision, years=year)
    local = {_in_year(year, month, day_) for month, day_ in rule.local}
    return frozenset(known) | {date for date in local if date is not None}


def _in_year(year: int, month: int, day_: int) -> dt.date | None:
    """29 February exists in leap years only."""
    try:
        return dt.date(year, month, day_)
    except ValueError:
        return None


class Calendar:
    """The working time of every resource of one municipality, remembered once worked out.

    It belongs to one version of the configuration and is thrown away with it.
    """

    def __init__(self, municipality: Municipality, closed: Closed = NOTHING_CLOSED) -> None:
        """`closed`: closures that people and feeds laid over the configuration."""
        self.municipality = municipality
        self.closed = closed
        self._open: dict[tuple[str, str, dt.date, tuple[str, ...]], int] = {}
        self._before: dict[tuple[dt.date, int], tuple[dt.date, ...]] = {}
        self._particular = {
            name
            for name, resource in municipality.resources.items()
            if any(rule.appointment_types for rule in resource.hours)
        }

    def open(self, resource: Resource, location: Location, date: dt.date, types: tuple[str, ...] = ()) -> int:
        """The cells of the local day `date` in which `resource` receives people at `location` for these types."""
        key = resource.id, location.id, date, types if resource.id in self._particular else ()
        known = self._open.get(key)
        if known is None:
            known = self._open[key] = self._work_out(resource, location, day(date, location.time_zone), key[3])
        return known

    def working_days_before(self, date: dt.date, number: int) -> tuple[dt.date, ...]:
        """So many working days before `date`, the last one first."""
        key = date, number
        if key not in self._before:
            found: list[dt.date] = []
            for back in range(1, LONGEST_WAIT):
                if len(found) == number:
                    break
                if self.is_working_day(date - dt.timedelta(days=back)):
                    found.append(date - dt.timedelta(days=back))
            self._before[key] = tuple(found)
        return self._before[key]

    def is_holiday(self, date: dt.date) -> bool:
        rule = self.municipality.holidays
        return rule is not None and date in holiday_dates(rule, date.year)

    def is_working_day(self, date: dt.date) -> bool:
        """Monday to Friday, unless it is a holiday or the municipality is closed all day."""
        closed = any(closure.whole_day and closure.applies_on(date)
                     for closure in (*self.municipality.closures, *self.closed.everywhere))  # fmt: skip
        return date.weekday() < SATURDAY and not self.is_holiday(date) and not closed

    def earliest(self, visit: Visit, now: dt.datetime) -> dt.datetime:
        """The first moment at which the visit may start: lead time kept.

        With two working days' lead, what is booked on a Friday can begin on Wednesday: Monday and Tuesday are the two.
        """
        by_hours = now + visit.notice
        if not visit.notice_working_days:
            return by_hours
        date = local_date(now, visit.location.time_zone)
        left = visit.notice_working_days
        for _ in range(LONGEST_WAIT):
            date += dt.timedelta(days=1)
            left -= self.is_working_day(date)
            if not left:
                break
        return max(by_hours, day(date + dt.timedelta(days=1), visit.location.time_zone).midnight)

    def closures(self, resource: Resource, location: Location, date: dt.date) -> Iterator[Closure]:
        """What takes time out of this day, from wherever it was said."""
        for closure in (
            *self.municipality.closures, *self.closed.everywhere,
            *location.closures, *self.closed.locations.get(location.id, ()),
            *resource.closures, *self.closed.resources.get(resource.id, ()),
        ):  # fmt: skip
            if closure.applies_on(date):
                yield closure

    def hours(self, resource: Resource, on: Day, types: tuple[str, ...]) -> int:
        """The cells of the resource's opening rules, before anything is taken out of them."""
        cells = 0
        for rule in resource.hours:
            if rule.applies_on(on.date) and rule.serves(types):
                cells |= span(on.cell_at(rule.start), on.end_cell_at(rule.end))
        return cells

    def _work_out(self, resource: Resource, location: Location, on: Day, types: tuple[str, ...]) -> int:
        if self.is_holiday(on.date):
            return 0
        cells = self.hours(resource, on, types)
        for closure in self.closures(resource, location, on.date):
            cells &= ~closed_cells(closure, on)
        return cells


def closed_cells(closure: Closure, on: Day) -> int:
    """What the closure takes of one of its days."""
    start = on.cell_at(closure.start) if closure.start else 0
    end = on.end_cell_at(closure.end) if closure.end else on.cells
    return span(start, end)
