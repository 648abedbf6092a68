"""When visitors without an appointment get a number: while a person works who can serve them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from .catalogue import Location, Municipality, Resource
from .grid import day, local_date
from .opening_hours import Calendar

#: how many days ahead the next opening is searched
DAYS_AHEAD = 60


def can_serve(known: Municipality, resource: Resource, team: str, types: Sequence[str]) -> bool:
    """Whether this person meets a need of each of the appointment types. A removed type needs nothing."""
    if resource.team not in (None, team):
        return False
    kinds = [known.appointment_types[name] for name in types if name in known.appointment_types]
    return all(any(need.is_met_by(resource, team) for need in kind.needs) for kind in kinds)


def people_now(calendar: Calendar, location: Location, team: str, types: Sequence[str], now: dt.datetime) -> set[str]:
    """The people who work at a location now and can serve these appointment types."""
    on = day(local_date(now, location.time_zone), location.time_zone)
    known, here = calendar.municipality, on.cell_of(now)
    return {
        each.id
        for each in known.resources.values()
        if each.kind == "person"
        and location.id in each.locations
        and can_serve(known, each, team, types)
        and calendar.open(each, location, on.date) >> here & 1
    }


def topics_now(calendar: Calendar, location: Location, now: dt.datetime) -> list[str]:
    """The public appointment types for which a visitor gets a number now.

    From the begin of the first hours of those who can serve it until the end of the last hours, also during a break.
    """
    on = day(local_date(now, location.time_zone), location.time_zone)
    here = on.cell_of(now)

    def is_given(kind: str) -> bool:
        cells = _working_cells(calendar, location, kind, on.date)
        return bool(cells >> here) and _first(cells) <= here

    return [kind for kind in _public_types(calendar.municipality, location) if is_given(kind)]


def closes_at(calendar: Calendar, location: Location, date: dt.date) -> dt.datetime | None:
    """When the last hours of a day end of those who receive visitors at a location; None when it is closed all day."""
    on, cells = day(date, location.time_zone), 0
    for resource in calendar.municipality.resources.values():
        if resource.kind == "person" and location.id in resource.locations:
            cells |= calendar.open(resource, location, date)
    return on.moment(cells.bit_length()) if cells else None


def opens_at(calendar: Calendar, location: Location, now: dt.datetime) -> dt.datetime | None:
    """When the first numbers are given after now; None when that is more than DAYS_AHEAD away."""
    today = local_date(now, location.time_zone)
    for ahead in range(DAYS_AHEAD):
        on = day(today + dt.timedelta(days=ahead), location.time_zone)
        begins = [
            on.moment(_first(cells))
            for kind in _public_types(calendar.municipality, location)
            if (cells := _working_cells(calendar, location, kind, on.date))
        ]
        if later := [begin for begin in begins if begin > now]:
            return min(later)
    return None


def _public_types(known: Municipality, location: Location) -> list[str]:
    return [
        name
        for name, kind in known.appointment_types.items()
        if kind.visibility == "public" and location.id in kind.locations
    ]


def _working_cells(calendar: Calendar, location: Location, kind: str, date: dt.date) -> int:
    known = calendar.municipality
    cells = 0
    for resource in known.resources.values():
        is_here = resource.kind == "person" and location.id in resource.locations
        if is_here and can_serve(known, resource, known.appointment_types[kind].team, (kind,)):
            cells |= calendar.open(resource, location, date, (kind,))
    return cells


def _first(cells: int) -> int:
    """The first cell of a set that is not empty."""
    return (cells & -cells).bit_length() - 1
