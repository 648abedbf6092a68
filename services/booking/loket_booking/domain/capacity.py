"""The capacity of a resource on a day: opening hours less closures, in minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from loket_contracts import events
from loket_contracts.envelope import Event
from loket_contracts.unknown_fields import PreservesUnknownFields

from .catalogue import Municipality, Resource
from .grid import MINUTES
from .opening_hours import Calendar


@dataclass(frozen=True)
class Capacity(PreservesUnknownFields):
    """The offered minutes of one resource-day, as last published."""

    municipality: str
    resource: str
    date: dt.date
    minutes: int
    sequence: int = 0

    @property
    def id(self) -> str:
        return f"{self.municipality}/{self.resource}/{self.date.isoformat()}"


def offered(calendar: Calendar, resource: Resource, date: dt.date) -> int:
    """The minutes in which the resource is open, at any location and for any type."""
    cells = 0
    for name in sorted(resource.locations & calendar.municipality.locations.keys()):
        location = calendar.municipality.locations[name]
        kinds = {kind for rule in resource.hours for kind in rule.appointment_types}
        for types in [(), *((kind,) for kind in sorted(kinds))]:
            cells |= calendar.open(resource, location, date, types)
    return cells.bit_count() * MINUTES


#: what is to be published about one resource-day, and the event
Change = tuple[Capacity, Event]


def capacity_changes(
    calendar: Calendar, published: dict[str, Capacity], first: dt.date, days: int, now: dt.datetime
) -> Iterator[list[Change]]:
    """What to publish, resource by resource. `published`: what was published before, by id."""
    known = calendar.municipality
    dates = [first + dt.timedelta(days=n) for n in range(days)]
    for resource in known.resources.values():
        changes = []
        for date in dates:
            capacity = Capacity(known.id, resource.id, date, offered(calendar, resource, date))
            before = published.get(capacity.id)
            if before is None or before.minutes != capacity.minutes:
                changes.append(_capacity_changed(resource, capacity, (before.sequence if before else 0) + 1, now))
        yield changes
    yield list(_of_removed_resources(known, published, first, now))


def _of_removed_resources(
    known: Municipality, published: dict[str, Capacity], first: dt.date, now: dt.datetime
) -> Iterator[Change]:
    """They have no capacity."""
    for before in published.values():
        if before.resource not in known.resources and before.minutes and before.date >= first:
            none = Capacity(before.municipality, before.resource, before.date, 0)
            yield _capacity_changed(None, none, before.sequence + 1, now)


def _capacity_changed(
    resource: Resource | None, capacity: Capacity, sequence: int, now: dt.datetime
) -> tuple[Capacity, Event]:
    event = events.make(
        "capacity.changed",
        municipality=capacity.municipality,
        subject=f"capacity-{capacity.id}",
        sequence=sequence,
        time=now,
        data={
            "resource": capacity.resource,
            "team": resource.team if resource else None,
            "kind": resource.kind if resource else "gone",
            "date": capacity.date.isoformat(),
            "offered_minutes": capacity.minutes,
        },
    )
    return replace(capacity, sequence=sequence), event
