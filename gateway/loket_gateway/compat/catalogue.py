"""The catalogue for both dialects: public types, their locations, and combinations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.answers import AppointmentTypeEntry, Catalogue, LocationEntry


def kinds(catalogue: Catalogue, location: str | None = None) -> list[AppointmentTypeEntry]:
    """Return the public types of one location or of all. Raises Refusal: unknown-location."""
    if location is not None:
        location_of(catalogue, location)
    return [
        kind
        for kind in catalogue["appointment_types"]
        if kind["visibility"] == "public" and location in (None, *kind["locations"])
    ]


def kind_of(catalogue: Catalogue, name: str) -> AppointmentTypeEntry:
    """Raises Refusal: unknown-appointment-type."""
    for kind in kinds(catalogue):
        if kind["id"] == name:
            return kind
    raise Refusal("unknown-appointment-type", {"appointment_type": name})


def location_of(catalogue: Catalogue, name: str) -> LocationEntry:
    """Raises Refusal: unknown-location."""
    for location in catalogue["locations"]:
        if location["id"] == name:
            return location
    raise Refusal("unknown-location", {"location": name})


def together(catalogue: Catalogue, chosen: Sequence[str], location: str | None = None) -> list[AppointmentTypeEntry]:
    """Return types that can be booked in one visit with these, included: of one team, at a shared location.

    Raises Refusal: unknown-appointment-type, unknown-location.
    """
    first = [kind_of(catalogue, name) for name in chosen]
    return [
        kind
        for kind in kinds(catalogue, location)
        if all(kind["team"] == each["team"] for each in first) and shared([*first, kind], location)
    ]


def shared(some: Iterable[AppointmentTypeEntry], location: str | None = None) -> list[str]:
    """Return the locations that all types share."""
    some = list(some)
    places = some[0]["locations"] if some else []
    return [place for place in places if location in (None, place) and all(place in kind["locations"] for kind in some)]


def minutes(some: Iterable[AppointmentTypeEntry], persons: int) -> int:
    """Return the minutes of one visit for all types: their durations, with the extra for further persons."""
    return sum(kind["duration"] + kind["per_extra_person"] * (persons - 1) for kind in some)
