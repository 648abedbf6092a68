"""What to book: one or several appointment types, for a number of persons, at a location."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from loket_contracts.errors import Refusal

from .catalogue import AppointmentType, Location, Municipality, Need, Resource
from .grid import cells_for, local_date


@dataclass(frozen=True)
class AppointmentSpec:
    """What an appointment needs, by the catalogue. Lengths in cells of the grid.

    `lead_time` and `lead_working_days`: the least time between booking and start. `specialist_language`: what the
    people must speak; None for any.
    """

    types: tuple[AppointmentType, ...]
    team: str
    location: Location
    persons: int
    length: int
    preparation: int
    wrap_up: int
    interval: int
    lead_time: dt.timedelta
    lead_working_days: int
    horizon: int
    needs: tuple[Need, ...]
    study: int = 0
    study_days: int = 0
    specialist_language: str | None = None

    @cached_property
    def type_ids(self) -> tuple[str, ...]:
        return tuple(kind.id for kind in self.types)

    def buffers(self, resource: Resource) -> tuple[int, int]:
        """The cells before and after the visit that a person needs; a room needs none."""
        return (self.preparation, self.wrap_up) if resource.kind == "person" else (0, 0)

    def last_date(self, now: dt.datetime) -> dt.date:
        """The last local day on which it can take place, by its horizon."""
        return local_date(now, self.location.time_zone) + dt.timedelta(days=self.horizon)


def spec_for(
    municipality: Municipality, type_ids: Sequence[str], persons: int, location_id: str | None
) -> AppointmentSpec:
    """The spec for these types. The length is the sum over the types of duration + extra x (persons - 1).

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
    location = municipality.locations[_choose_location(shared, location_id)]
    return build_spec(types, teams.pop(), location, persons)


def build_spec(types: Sequence[AppointmentType], team: str, location: Location, persons: int) -> AppointmentSpec:
    """The spec for these types at this location, without a check that they can be booked there."""
    travel = cells_for(location.travel_minutes)
    studies = [kind.study for kind in types if kind.study is not None]
    return AppointmentSpec(
        types=tuple(types),
        team=team,
        location=location,
        persons=persons,
        length=sum(cells_for(kind.duration + kind.per_extra_person * (persons - 1)) for kind in types),
        preparation=cells_for(max(kind.preparation for kind in types)) + travel,
        wrap_up=cells_for(max(kind.wrap_up for kind in types)) + travel,
        interval=max(kind.interval for kind in types),
        lead_time=max(kind.lead_time for kind in types),
        lead_working_days=max(kind.lead_working_days for kind in types),
        horizon=min(kind.horizon for kind in types),
        needs=_all_needs(types),
        study=sum(cells_for(study.minutes) for study in studies),
        study_days=min((study.working_days for study in studies), default=0),
    )


def for_speakers_of(spec: AppointmentSpec, language: str | None) -> AppointmentSpec:
    """The spec with only people who speak this language; None for any."""
    return replace(spec, specialist_language=language)


def without_lead_time(spec: AppointmentSpec) -> AppointmentSpec:
    """The spec by which staff may book: without a lead time."""
    return replace(spec, lead_time=dt.timedelta(), lead_working_days=0)


def _all_needs(types: Sequence[AppointmentType]) -> tuple[Need, ...]:
    """The needs of all types. One resource can serve the same need of several types, so the largest count applies."""
    together: Counter[Need] = Counter()
    for kind in types:
        together |= Counter(kind.needs)
    return tuple(together.elements())


def _choose_location(shared: Sequence[str], asked: str | None) -> str:
    if asked is not None:
        if asked not in shared:
            raise Refusal("unknown-location", {"location": asked})
        return asked
    if len(shared) > 1:
        raise Refusal("location-needed", {"locations": ", ".join(shared)})
    return shared[0]


def specialist_languages(municipality: Municipality, kind: AppointmentType) -> list[str]:
    """The languages among which a resident can choose for this type, or none when there is no choice."""
    people = [
        each
        for each in municipality.resources.values()
        if each.kind == "person" and any(need.is_met_by(each, kind.team) for need in kind.needs)
    ]
    spoken = {language for each in people for language in each.languages}
    return sorted(spoken) if len(spoken) > 1 else []


def _speaks(resource: Resource, language: str | None) -> bool:
    return language is None or resource.kind != "person" or language in resource.languages


def candidates(municipality: Municipality, spec: AppointmentSpec, named: str | None = None) -> list[list[Resource]]:
    """For each need, the resources that can meet it. `named`: only this specialist.

    Raises Refusal: unknown-resource when the named one meets no need.
    """
    found = [
        [
            resource
            for resource in municipality.resources.values()
            if need.is_met_by(resource, spec.team)
            and spec.location.id in resource.locations
            and _speaks(resource, spec.specialist_language)
        ]
        for need in spec.needs
    ]
    if named is None:
        return found
    for index, group in enumerate(found):
        if chosen := [resource for resource in group if resource.id == named]:
            return [*found[:index], chosen, *found[index + 1 :]]
    raise Refusal("unknown-resource", {"resource": named})
