"""Random residents, drawn from a seed: when they book, move, cancel, arrive, or do not come."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from .municipality import TOPICS, Topic

#: relative demand per month, January first: high in spring, low in July and August
MONTHS = (1.05, 1.0, 1.2, 1.15, 1.1, 1.05, 0.7, 0.75, 1.15, 1.1, 1.0, 0.75)
#: relative demand per weekday, Monday first
WEEKDAYS = (1.35, 1.05, 1.1, 1.0, 0.9, 0.25, 0.2)
OUTCOMES = {"answered": 0.72, "follow_up": 0.17, "referred": 0.07, "not_prepared": 0.04}
BOOKED_BY = {"resident": 0.74, "staff": 0.18, "portal": 0.08}
CANCEL_REASONS = ("ill", "no-longer-needed")


@dataclass(frozen=True)
class AppointmentRequest:
    """A resident who books an appointment. Minutes count from the planned start; early is negative.

    `moves`, `cancels`: when, from the booking (0) to the visit (1); None for never. `service_factor`: the actual
    duration relative to the planned one.
    """

    at: dt.datetime
    topic: Topic
    location: str
    lead_days: int
    by: str
    persons: int
    moves: float | None
    cancels: float | None
    comes: bool
    arrives: float
    begins: float
    service_factor: float
    outcome: str
    score: int | None


@dataclass(frozen=True)
class WalkIn:
    """A visitor who takes a ticket. `waits`, `service_minutes`: in minutes. `stays`: False if they leave."""

    at: dt.datetime
    topic: Topic
    waits: float
    service_minutes: float
    stays: bool


def appointment_requests(day: dt.date, a_year: int, rng: random.Random) -> list[AppointmentRequest]:
    """The residents who book on this day, in order of time."""
    return sorted(_appointment_requests(day, a_year, rng), key=lambda each: each.at)


def _appointment_requests(day: dt.date, a_year: int, rng: random.Random) -> Iterator[AppointmentRequest]:
    for _ in range(_number(day, a_year / 365, rng)):
        topic = rng.choices(TOPICS, [topic.share for topic in TOPICS])[0]
        lead = max(0, round(rng.gammavariate(2, topic.lead / 2)))
        fate = rng.random()
        # long lead times have more cancellations and no-shows
        doubt = 1 + min(lead, 30) / 30
        begins = max(-5.0, rng.gauss(4, 6))
        yield AppointmentRequest(
            at=_moment(day, 6, 23, rng),
            topic=topic,
            location=rng.choice(topic.locations),
            lead_days=lead,
            by=_draw(BOOKED_BY, rng),
            persons=1 if rng.random() < 0.9 else 2,
            moves=rng.random() if rng.random() < 0.07 * doubt else None,
            cancels=rng.betavariate(2.5, 1) if fate < 0.065 * doubt else None,
            comes=fate < 1 - 0.028 * doubt,
            arrives=min(begins, rng.gauss(-8, 6)),
            begins=begins,
            service_factor=math.exp(rng.gauss(-0.06, 0.3)),
            outcome=_draw(OUTCOMES, rng),
            score=rng.choices((1, 2, 3, 4, 5), (2, 4, 12, 40, 42))[0] if rng.random() < 0.22 else None,
        )


def walk_ins(day: dt.date, a_year: int, rng: random.Random) -> list[WalkIn]:
    """The visitors without an appointment on this day, in order of time. None at weekends."""
    if day.weekday() > 4:
        return []
    topics = [topic for topic in TOPICS if topic.team == "burgers"]
    found = [
        WalkIn(
            _moment(day, 8, 14, rng), rng.choice(topics), rng.gammavariate(2, 7), rng.gammavariate(4, 3),
            rng.random() > 0.06,
        )
        for _ in range(_number(day, a_year / 365 / 5, rng))
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.at)


def _number(day: dt.date, usual: float, rng: random.Random) -> int:
    expected = usual * MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]
    return max(0, round(rng.gauss(expected, math.sqrt(expected))))


def _moment(day: dt.date, first: int, last: int, rng: random.Random) -> dt.datetime:
    """A random time of the day in UTC, most likely in the middle of the hours."""
    hour = rng.triangular(first, last, (first + last) / 2)
    return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(seconds=round(hour * 3600))


def _draw(shares: dict[str, float], rng: random.Random) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]
