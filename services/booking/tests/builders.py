"""Small municipalities and requests for the tests of booking."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from loket_booking.domain import catalogue
from loket_booking.domain.catalogue import AppointmentType, Location, Municipality, Need, OpeningRule, Resource

BRUSSELS = "Europe/Brussels"
EVERY_DAY = frozenset(range(7))


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


def hours(start: str = "09:00", end: str = "17:00", days: frozenset[int] = EVERY_DAY) -> tuple[OpeningRule, ...]:
    return (OpeningRule(days, dt.time.fromisoformat(start), dt.time.fromisoformat(end)),)


def a_specialist(name: str = "ro-1", **changes: Any) -> Resource:
    usual = {
        "id": name, "kind": "person", "name": name, "locations": frozenset({"hal"}), "hours": hours(),
        "team": "ruimte", "skills": frozenset({"bouwen"}),
    }  # fmt: skip
    return Resource(**{**usual, **changes})


def a_room(name: str = "zaal", **changes: Any) -> Resource:
    return a_specialist(name, **{"kind": "room", "team": None, "skills": frozenset({"overleg"}), **changes})


def a_type(name: str = "advies", **changes: Any) -> AppointmentType:
    usual = {
        "id": name, "name": {"nl": name}, "team": "ruimte", "locations": ("hal",), "duration": 30,
        "needs": (Need("person", "bouwen"),), "interval": 15, "lead_time": dt.timedelta(), "horizon": 400,
    }  # fmt: skip
    return AppointmentType(**{**usual, **changes})


def a_municipality(*resources: Resource, types: tuple[AppointmentType, ...] = (), **changes: Any) -> Municipality:
    usual = {
        "id": "rumst", "name": {"nl": "Rumst"}, "time_zone": BRUSSELS, "languages": ("nl",),
        "locations": {"hal": Location("hal", {"nl": "Hal"}, "on_site", BRUSSELS)},
        "teams": {"ruimte": catalogue.Team("ruimte", {"nl": "Ruimte"})},
        "resources": {each.id: each for each in resources or (a_specialist(),)},
        "appointment_types": {each.id: each for each in types or (a_type(),)},
    }  # fmt: skip
    return Municipality(**{**usual, **changes})


def in_zone(municipality: Municipality, time_zone: str) -> Municipality:
    places = {name: replace(place, time_zone=time_zone) for name, place in municipality.locations.items()}
    return replace(municipality, time_zone=time_zone, locations=places)
