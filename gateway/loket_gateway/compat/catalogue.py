"""What both dialects need of the catalogue: public types, where they are given, and which can be booked together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from loket_contracts.errors import Refusal

CatalogueCache = dict[str, Any]
Kind = dict[str, Any]


def kinds(catalogue: CatalogueCache, location: str | None = None) -> list[Kind]:
    """What everybody may book, of one location or of all. Raises Refusal: unknown-location."""
    if location is not None:
        location_of(catalogue, location)
    return [
        kind
        for kind in catalogue["appointment_types"]
        if kind["visibility"] == "public" and location in (None, *kind["locations"])
    ]


def kind_of(catalogue: CatalogueCache, name: str) -> Kind:
    """Raises Refusal: unknown-appointment-type."""
    for kind in kinds(catalogue):
        if kind["id"] == name:
            return kind
    raise Refusal("unknown-appointment-type", {"appointment_type": name})


def location_of(catalogue: CatalogueCache, name: str) -> dict[str, Any]:
    """Raises Refusal: unknown-location."""
    for location in catalogue["locations"]:
        if location["id"] == name:
            found: dict[str, Any] = location
            return found
    raise Refusal("unknown-location", {"location": name})


def together(catalogue: CatalogueCache, chosen: Sequence[str], location: str | None = None) -> list[Kind]:
    """What can be booked in one visit with all of these, themselves included: of one team, in a place they share.

    Raises Refusal: unknown-appointment-type, unknown-location.
    """
    first = [kind_of(catalogue, name) for name in chosen]
    return [
        kind
        for kind in kinds(catalogue, location)
        if all(kind["team"] == each["team"] for each in first) and shared([*first, kind], location)
    ]


def shared(some: Iterable[Kind], location: str | None = None) -> list[str]:
    """The locations where all of these are given."""
    some = list(some)
    places = some[0]["locations"] if some else []
    return [place for place in places if location in (None, place) and all(place in kind["locations"] for kind in some)]


def minutes(some: Iterable[Kind], persons: int) -> int:
    """How long one visit for all of these takes: durations add up, with the extra for each further person."""
    return sum(kind["duration"] + kind["per_extra_person"] * (persons - 1) for kind in some)
