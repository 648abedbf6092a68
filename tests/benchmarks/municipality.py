"""A municipality with one appointment type and many specialists, as YAML."""

from __future__ import annotations

from typing import Any

import yaml

EVERYDAY = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def municipality_yaml(name: str, specialists: int, start: str, end: str, duration: int, **visit: Any) -> str:
    """Specialists who receive every day from `start` to `end`. `visit`: more about the appointment type."""
    specialist = {
        "kind": "person", "name": "S", "team": "team", "locations": ["hal"], "skills": ["x"],
        "hours": [{"days": EVERYDAY, "from": start, "to": end}],
    }  # fmt: skip
    return yaml.safe_dump(
        {
            "online": {"confirm": "none", "friction_from": 0},
            "id": name, "name": name, "most_holds_per_client": 0, "most_bookings_per_client": 0,
            "locations": {"hal": {"name": "Hal"}}, "teams": {"team": {"name": "Team"}},
            "resources": {f"s-{number}": specialist for number in range(specialists)},
            "appointment_types": {
                "visit": {
                    "name": "Visit", "team": "team", "locations": ["hal"], "duration": duration, "interval": duration,
                    "needs": [{"kind": "person", "skill": "x"}], "notice_hours": 0, "horizon_days": 365, **visit,
                }
            },
        }
    )  # fmt: skip
