"""The working time of a resource: its opening rules, less holidays and closures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

import holidays as public_holidays

from .appointment_spec import AppointmentSpec
from .catalogue import NOTHING_CLOSED, Closed, Closure, Holidays, Location, Municipality, Resource
from .grid import Day, day, local_date, span

SATURDAY = 5
#: the most days that a search for working days covers; longer than every horizon
LONGEST_WAIT = 400


@lru_cache(maxsize=256)
def holiday_dates(rule: Holidays, year: int) -> frozenset[dt.date]:
    """The public holidays of one year: those of the library, and the local ones.

    Source of the ten Belgian holidays: Wet van 4 januari 1974 betreffende de feestdagen. 11 July is local in Flanders.
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
    """The working time of every resource of one municipality, cached.

    A calendar is for one version of the configuration and its closures.
    """

    def __init__(self, municipality: Municipality, closed: Closed = NOTHING_CLOSED) -> None:
        """`closed`: the closures of staff and feeds."""
        self.municipality = municipality
        self.closed = closed
        self._open: dict[tuple[str, str, dt.date, tuple[str, ...]], int] = {}
        self._before: dict[tuple[dt.date, int], tuple[dt.date, ...]] = {}
        self._with_type_hours = {
            name
            for name, resource in municipality.resources.items()
            if any(rule.appointment_types for rule in resource.hours)
        }

    def open(self, resource: Resource, location: Location, date: dt.date, types: tuple[str, ...] = ()) -> int:
        """The cells of the local day `date` in which `resource` is open at `location` for these types."""
        key = resource.id, location.id, date, types if resource.id in self._with_type_hours else ()
        known = self._open.get(key)
        if known is None:
            known = self._open[key] = self._open_cells(resource, location, day(date, location.time_zone), key[3])
        return known

    def working_days_before(self, date: dt.date, number: int) -> tuple[dt.date, ...]:
        """The last `number` working days before `date`, the latest first."""
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
        """Monday to Friday, except holidays and days on which the municipality is closed."""
        closed = any(closure.whole_day and closure.applies_on(date)
                     for closure in (*self.municipality.closures, *self.closed.everywhere))  # fmt: skip
        return date.weekday() < SATURDAY and not self.is_holiday(date) and not closed

    def earliest(self, spec: AppointmentSpec, now: dt.datetime) -> dt.datetime:
        """The first time at which the visit may start, by its lead time.

        With a lead time of two working days, a visit that is booked on Friday can start on Wednesday.
        """
        by_hours = now + spec.lead_time
        if not spec.lead_working_days:
            return by_hours
        date = local_date(now, spec.location.time_zone)
        left = spec.lead_working_days
        for _ in range(LONGEST_WAIT):
            date += dt.timedelta(days=1)
            left -= self.is_working_day(date)
            if not left:
                break
        return max(by_hours, day(date + dt.timedelta(days=1), spec.location.time_zone).midnight)

    def closures(self, resource: Resource, location: Location, date: dt.date) -> Iterator[Closure]:
        """All closures on this day: of the municipality, the location and the resource."""
        for closure in (
            *self.municipality.closures, *self.closed.everywhere,
            *location.closures, *self.closed.locations.get(location.id, ()),
            *resource.closures, *self.closed.resources.get(resource.id, ()),
        ):  # fmt: skip
            if closure.applies_on(date):
                yield closure

    def hours(self, resource: Resource, on: Day, types: tuple[str, ...]) -> int:
        """The cells of the resource's opening rules, before closures."""
        cells = 0
        for rule in resource.hours:
            if rule.applies_on(on.date) and rule.serves(types):
                cells |= span(on.cell_at(rule.start), on.end_cell_at(rule.end))
        return cells

    def _open_cells(self, resource: Resource, location: Location, on: Day, types: tuple[str, ...]) -> int:
        if self.is_holiday(on.date):
            return 0
        cells = self.hours(resource, on, types)
        for closure in self.closures(resource, location, on.date):
            cells &= ~closed_cells(closure, on)
        return cells


def closed_cells(closure: Closure, on: Day) -> int:
    """The cells of one day that the closure closes."""
    start = on.cell_at(closure.start) if closure.start else 0
    end = on.end_cell_at(closure.end) if closure.end else on.cells
    return span(start, end)
