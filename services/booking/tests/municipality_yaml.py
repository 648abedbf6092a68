"""A small municipality for tests to configure: every feature of booking in a few lines of YAML."""

from __future__ import annotations

from typing import Any

import yaml

WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
OFFICE = [{"days": WORKDAYS, "from": "09:00", "to": "12:00"}]


def a_configuration(**changes: Any) -> str:
    """Two specialists with one skill, one of another team, a room. A visit lasts half an hour, from 9 to 12."""
    usual: dict[str, Any] = {
        "id": "rumst",
        "name": "Rumst",
        "locations": {"hal": {"name": "Hal"}},
        "teams": {"ruimte": {"name": "Ruimte"}, "milieu": {"name": "Milieu"}},
        "resources": {
            "ro-1": specialist(),
            "ro-2": specialist(languages=["nl", "fr"]),
            "mi-1": specialist(team="milieu", skills=["natuur"]),
            "zaal": {"kind": "room", "name": "Zaal", "locations": ["hal"], "skills": ["overleg"], "hours": OFFICE},
        },
        "appointment_types": {"advies": a_type()},
    }
    return yaml.safe_dump(usual | changes)


def specialist(**changes: Any) -> dict[str, Any]:
    usual = {
        "kind": "person", "name": "S", "team": "ruimte", "locations": ["hal"], "skills": ["bouwen"], "hours": OFFICE,
    }  # fmt: skip
    return usual | changes


def a_type(**changes: Any) -> dict[str, Any]:
    usual = {
        "name": "Advies", "team": "ruimte", "locations": ["hal"], "duration": 30, "interval": 30, "notice_hours": 0,
        "needs": [{"skill": "bouwen"}],
    }  # fmt: skip
    return usual | changes


def types(**kinds: dict[str, Any]) -> dict[str, Any]:
    """`appointment_types`: for each name, its changes to the usual type."""
    return {name.replace("_", "-"): a_type(**changes) for name, changes in kinds.items()}
