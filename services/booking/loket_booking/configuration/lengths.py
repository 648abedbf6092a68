"""Check that a visit of each type fits in the hours of its resources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

from ..domain.catalogue import AppointmentType, Municipality, OpeningRule, Resource
from ..domain.grid import MINUTES, cells_for, span

CELLS_OF_DAY = 24 * 60 // MINUTES


def too_long_appointments(kind: AppointmentType, read: Municipality) -> Iterator[tuple[str, str]]:
    """(pointer, message) when no resource at a location is open long enough for a visit.

    A person also prepares, wraps up and travels within their hours (`Visit.buffers`).
    """
    for place in kind.locations:
        if place not in read.locations:
            continue
        travel = cells_for(read.locations[place].travel_minutes)
        for need in kind.needs:
            taken = cells_for(kind.duration)
            if need.kind == "person":
                taken += sum(cells_for(minutes) + travel for minutes in (kind.preparation, kind.wrap_up))
            able = [
                each for each in read.resources.values() if place in each.locations and need.is_met_by(each, kind.team)
            ]
            longest = max((_longest(each, kind.id) for each in able), default=CELLS_OF_DAY)
            if taken > longest > 0:  # a resource without hours may get them again
                yield (
                    f"/appointment_types/{kind.id}/duration",
                    f"A visit with its preparation is longer than the longest hours there, in minutes: "
                    f"{longest * MINUTES}.",
                )
                return


def _longest(resource: Resource, kind: str) -> int:
    """The most consecutive cells in the hours of a resource for this type, on any weekday."""
    return _longest_of(tuple(rule for rule in resource.hours if rule.serves((kind,))))


@lru_cache(maxsize=1024)
def _longest_of(rules: tuple[OpeningRule, ...]) -> int:
    longest = 0
    for weekday in range(7):
        open_ = 0
        for rule in rules:
            if weekday in rule.weekdays:
                open_ |= span(_cell(rule.start), _cell(rule.end) or CELLS_OF_DAY)
        length = 0
        while open_:  # each step shortens every run of cells by one
            length, open_ = length + 1, open_ & open_ >> 1
        longest = max(longest, length)
    return longest


def _cell(clock: dt.time) -> int:
    return (clock.hour * 60 + clock.minute) // MINUTES
