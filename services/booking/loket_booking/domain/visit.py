"""What a resident asks for: one or several appointment types, for a number of people, at a location."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from loket_contracts.errors import Refusal

from .catalogue import AppointmentType, Location, Municipality, Need, Resource
from .grid import cells_for, local_date


@dataclass(frozen=True)
class Visit:
    """One appointment to be, worked out from the catalogue. Lengths in cells of the grid."""

    types: tuple[AppointmentType, ...]
    team: str
    location: Location
    persons: int
    length: int
    preparation: int
    wrap_up: int
    interval: int
    notice: dt.timedelta
    notice_working_days: int
    horizon: int
    needs: tuple[Need, ...]

    def buffers(self, resource: Resource) -> tuple[int, int]:
        """Cells claimed before and after the visit: a person prepares and wraps up, a room need not."""
        return (self.preparation, self.wrap_up) if resource.kind == "person" else (0, 0)

    def last_date(self, now: dt.datetime) -> dt.date:
        """The last local day on which it may be booked: horizon kept."""
        return local_date(now, self.location.time_zone) + dt.timedelta(days=self.horizon)


def plan(municipality: Municipality, type_ids: Sequence[str], persons: int, location_id: str | None) -> Visit:
    """Work out the visit that is asked for. Durations add up: each is its duration + extra x (persons - 1).

    Raises Refusal: unknown-appointment-type, types-not-combinable, unknown-location, location-needed.
    """
    types = []
    for type_id in type_ids:
        if type_id not in municipality.appointment_types:
            raise Refusal("unknown-appointment-type", {"appointment_type": type_id})
        types.append(municipality.appointment_types[type_id])
    teams = {kind.team for kind in types}
    shared = [place for place in types[0].locations if all(place in kind.locations for kind in types)]
    if len(teams) > 1 or not shared:
        raise Refusal("types-not-combinable")
    return Visit(
        types=tuple(types),
        team=teams.pop(),
        location=municipality.locations[_choose_location(shared, location_id)],
        persons=persons,
        length=sum(cells_for(kind.duration + kind.per_extra_person * (persons - 1)) for kind in types),
        preparation=cells_for(max(kind.preparation for kind in types)),
        wrap_up=cells_for(max(kind.wrap_up for kind in types)),
        interval=max(kind.interval for kind in types),
        notice=max(kind.notice for kind in types),
        notice_working_days=max(kind.notice_working_days for kind in types),
        horizon=min(kind.horizon for kind in types),
        needs=tuple(dict.fromkeys(need for kind in types for need in kind.needs)),
    )


def _choose_location(shared: Sequence[str], asked: str | None) -> str:
    if asked is not None:
        if asked not in shared:
            raise Refusal("unknown-location", {"location": asked})
        return asked
    if len(shared) > 1:
        raise Refusal("location-needed", {"locations": ", ".join(shared)})
    return shared[0]


def candidates(municipality: Municipality, visit: Visit, named: str | None = None) -> list[list[Resource]]:
    """For each need of the visit, the resources that can meet it. `named` keeps one specialist.

    Raises Refusal: unknown-resource, when the named one cannot give this appointment.
    """
    found = [
        [
            resource
            for resource in municipality.resources.values()
            if need.is_met_by(resource)
            and visit.location.id in resource.locations
            and (resource.team is None or resource.team == visit.team)
        ]
        for need in visit.needs
    ]
    if named is None:
        return found
    if not any(resource.id == named for group in found for resource in group):
        raise Refusal("unknown-resource", {"resource": named})
    return [
        [resource for resource in group if resource.id == named]
        if any(resource.id == named for resource in group)
        else group
        for group in found
    ]
