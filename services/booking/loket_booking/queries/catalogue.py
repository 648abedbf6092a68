"""What a municipality offers, its texts in all languages."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from ..context import Stores
from ..domain.catalogue import AppointmentType, Location, Municipality


def municipalities(stores: Stores) -> list[dict[str, Any]]:
    return [municipality_of(calendar.municipality) for calendar in stores.configurations.all()]


def catalogue(stores: Stores, municipality: str) -> dict[str, Any]:
    """Everything about a municipality that needs no secret. Raises Refusal: unknown-municipality.

    What staff alone may book, or who was invited, is in it too: `visibility` tells.
    """
    known = stores.configurations.calendar(municipality).municipality
    return {
        "municipality": municipality_of(known),
        "version": known.version,
        "online": {"origins": list(known.online.origins), "friction": known.online.friction},
        "look": {"colour": known.look.colour, "logo": known.look.logo},
        "reasons": {command: sorted(codes) for command, codes in known.reasons.items()},
        "locations": [location_of(location) for location in known.locations.values()],
        "teams": [{"id": team.id, "name": team.name} for team in known.teams.values()],
        "appointment_types": [appointment_type_of(kind) for kind in known.appointment_types.values()],
        "removed": removed_of(known, stores.configurations.including_removed(municipality)),
    }


def removed_of(known: Municipality, including_removed: Municipality) -> dict[str, list[dict[str, Any]]]:
    """What can be booked no more, and what was booked still refers to."""

    def gone(section: str) -> list[Any]:
        entries = getattr(including_removed, section)
        return [each for name, each in entries.items() if name not in getattr(known, section)]

    return {
        "locations": [location_of(each) for each in gone("locations")],
        "teams": [{"id": each.id, "name": each.name} for each in gone("teams")],
        "resources": [{"id": each.id, "name": each.name} for each in gone("resources")],
        "appointment_types": [appointment_type_of(each) for each in gone("appointment_types")],
    }


def municipality_of(known: Municipality) -> dict[str, Any]:
    return {
        "id": known.id,
        "name": known.name,
        "time_zone": known.time_zone,
        "languages": list(known.languages),
        "country": known.country,
        "email": known.email,
        "phone": known.phone,
        "website": known.website,
    }


def location_of(location: Location) -> dict[str, Any]:
    return {
        "id": location.id,
        "name": location.name,
        "channel": location.channel,
        "time_zone": location.time_zone,
        "address": asdict(location.address) if location.address else None,
        "directions": location.directions,
    }


def appointment_type_of(kind: AppointmentType) -> dict[str, Any]:
    return {
        "id": kind.id,
        "name": kind.name,
        "description": kind.description,
        "category": kind.category,
        "team": kind.team,
        "locations": list(kind.locations),
        "duration": kind.duration,
        "per_extra_person": kind.per_extra_person,
        "notice_hours": int(kind.notice / dt.timedelta(hours=1)),
        "notice_working_days": kind.notice_working_days,
        "horizon_days": kind.horizon,
        "bring": list(kind.bring),
        "visibility": kind.visibility,
        "keywords": list(kind.keywords),
        "guidance": {"text": kind.guidance.text, "link": kind.guidance.link} if kind.guidance else None,
        "questions": [
            {
                "id": question.id,
                "label": question.label,
                "kind": question.kind,
                "required": question.required,
                "hint": question.hint,
                "choices": [{"id": name, "label": label} for name, label in question.choices.items()],
                "only_if": {"question": question.only_if[0], "is": sorted(question.only_if[1])}
                if question.only_if
                else None,
                "due_working_days": question.due_working_days if question.kind == "file" else None,
            }
            for question in kind.questions
        ],
    }
