"""The configuration of the demonstration municipality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

ID = "voorbeeld"
WORKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"]
#: the appointments that one specialist can handle in a year, with a margin
APPOINTMENTS_PER_SPECIALIST = 1900


@dataclass(frozen=True)
class Topic:
    """One appointment type. `share`: of all appointments. `lead`: the usual days between booking and visit."""

    id: str
    team: str
    name: str
    minutes: int
    share: float
    lead: float
    locations: tuple[str, ...] = ("stadhuis",)


TEAMS = {
    "bouwen": "Bouwen en wonen", "milieu": "Milieu en klimaat", "burgers": "Burgerzaken", "economie": "Ondernemen",
}  # fmt: skip
TOPICS = (
    Topic("bouwadvies", "bouwen", "Bouwadvies", 45, 0.16, 12, ("stadhuis", "video")),
    Topic("vergunning", "bouwen", "Een vergunning aanvragen", 60, 0.10, 15),
    Topic("premies", "bouwen", "Premies", 30, 0.12, 8, ("stadhuis", "telefoon")),
    Topic("hinder", "milieu", "Hinder melden", 20, 0.10, 3, ("stadhuis", "telefoon")),
    Topic("natuur", "milieu", "Bomen en natuur", 30, 0.08, 7),
    Topic("identiteit", "burgers", "Identiteitskaart en paspoort", 15, 0.24, 5, ("stadhuis", "wijkhuis")),
    Topic("verhuis", "burgers", "Verhuizen", 20, 0.12, 4, ("stadhuis", "wijkhuis")),
    Topic("zaak", "economie", "Een zaak beginnen", 45, 0.08, 10, ("stadhuis", "video")),
)


def configuration(appointments: int) -> str:
    """The YAML of a municipality with enough specialists for this number of appointments per year."""
    resources: dict[str, Any] = {}
    for team in TEAMS:
        share = sum(topic.share * topic.minutes / 30 for topic in TOPICS if topic.team == team)
        for number in range(max(1, round(appointments * share / APPOINTMENTS_PER_SPECIALIST))):
            resources[f"{team}-{number + 1}"] = _specialist(team, number)
    return yaml.safe_dump(
        {
            "id": ID,
            "name": {"nl": "Gemeente Voorbeeld", "fr": "Commune d'Exemple", "de": "Gemeinde Beispiel",
                     "en": "Municipality of Example"},
            "languages": ["nl", "fr", "de", "en"],
            "holidays": {"country": "BE", "local": ["07-11"]},
            "retention_days": 3650,
            "most_holds_per_client": 0,
            "most_bookings_per_client": 0,
            "most_per_contact": 0,
            "locations": {
                "stadhuis": {"name": "Stadhuis"},
                "wijkhuis": {"name": "Wijkhuis Noord"},
                "telefoon": {"name": "Telefonisch", "channel": "phone"},
                "video": {"name": "Videogesprek", "channel": "video"},
            },
            "teams": {team: {"name": name} for team, name in TEAMS.items()},
            "resources": resources,
            "appointment_types": {topic.id: _type(topic) for topic in TOPICS},
        },
        allow_unicode=True,
        sort_keys=False,
    )  # fmt: skip


def _specialist(team: str, number: int) -> dict[str, Any]:
    hours = [{"days": WORKDAYS, "from": "08:30", "to": "12:00"}]
    days = WORKDAYS if number % 2 else ["monday", "tuesday", "thursday"]
    hours.append({"days": days, "from": "13:00", "to": "16:30"})
    if number % 3 == 0:
        hours.append({"days": ["wednesday"], "from": "16:30", "to": "19:00"})
    return {
        "kind": "person", "name": f"{TEAMS[team]} {number + 1}", "team": team, "skills": [team],
        "locations": ["stadhuis", "wijkhuis", "telefoon", "video"], "hours": hours,
    }  # fmt: skip


def _type(topic: Topic) -> dict[str, Any]:
    return {
        "name": topic.name, "team": topic.team, "locations": list(topic.locations), "duration": topic.minutes,
        "interval": 15, "wrap_up": 5, "notice_hours": 2, "horizon_days": 60, "needs": [{"skill": topic.team}],
    }  # fmt: skip
