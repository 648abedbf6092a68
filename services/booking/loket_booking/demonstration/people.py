"""What people want and what becomes of it, drawn from a seed: who books when, who moves, cancels, is late or absent."""

from __future__ import annotations

import datetime as dt
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from .municipality import TOPICS, Topic

#: how busy each month is, January first: spring is building time, in July and August people are away
MONTHS = (1.05, 1.0, 1.2, 1.15, 1.1, 1.05, 0.7, 0.75, 1.15, 1.1, 1.0, 0.75)
#: how busy each weekday is, Monday first
WEEKDAYS = (1.35, 1.05, 1.1, 1.0, 0.9, 0.25, 0.2)
OUTCOMES = {"answered": 0.72, "follow_up": 0.17, "referred": 0.07, "not_prepared": 0.04}
BOOKED_BY = {"resident": 0.74, "staff": 0.18, "portal": 0.08}
CANCEL_REASONS = ("ill", "no-longer-needed")


@dataclass(frozen=True)
class Wish:
    """Somebody who wants an appointment. Minutes count from when the visit was to begin; early is negative.

    `moves` and `cancels`: so far from booking (0) to the visit (1) it happens, None for never. `helped`: by how much
    the visit is longer than planned.
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
    helped: float
    outcome: str
    score: int | None


@dataclass(frozen=True)
class WalkIn:
    """Somebody who takes a number. They wait and are helped for so many minutes, or go away."""

    at: dt.datetime
    topic: Topic
    waits: float
    helped: float
    stays: bool


def wishes(day: dt.date, a_year: int, chance: random.Random) -> list[Wish]:
    """Those who want an appointment on this day, in order."""
    return sorted(_wishes(day, a_year, chance), key=lambda wish: wish.at)


def _wishes(day: dt.date, a_year: int, chance: random.Random) -> Iterator[Wish]:
    for _ in range(_number(day, a_year / 365, chance)):
        topic = chance.choices(TOPICS, [topic.share for topic in TOPICS])[0]
        lead = max(0, round(chance.gammavariate(2, topic.lead / 2)))
        fate = chance.random()
        # who books long ahead cancels and forgets more
        doubt = 1 + min(lead, 30) / 30
        begins = max(-5.0, chance.gauss(4, 6))
        yield Wish(
            at=_moment(day, 6, 23, chance),
            topic=topic,
            location=chance.choice(topic.locations),
            lead_days=lead,
            by=_draw(BOOKED_BY, chance),
            persons=1 if chance.random() < 0.9 else 2,
            moves=chance.random() if chance.random() < 0.07 * doubt else None,
            cancels=chance.betavariate(2.5, 1) if fate < 0.065 * doubt else None,
            comes=fate < 1 - 0.028 * doubt,
            arrives=min(begins, chance.gauss(-8, 6)),
            begins=begins,
            helped=math.exp(chance.gauss(-0.06, 0.3)),
            outcome=_draw(OUTCOMES, chance),
            score=chance.choices((1, 2, 3, 4, 5), (2, 4, 12, 40, 42))[0] if chance.random() < 0.22 else None,
        )


def walk_ins(day: dt.date, a_year: int, chance: random.Random) -> list[WalkIn]:
    """Those who walk in on this day, on working days only, in order."""
    if day.weekday() > 4:
        return []
    topics = [topic for topic in TOPICS if topic.team == "burgers"]
    found = [
        WalkIn(
            _moment(day, 8, 14, chance), chance.choice(topics), chance.gammavariate(2, 7), chance.gammavariate(4, 3),
            chance.random() > 0.06,
        )
        for _ in range(_number(day, a_year / 365 / 5, chance))
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.at)


def _number(day: dt.date, usual: float, chance: random.Random) -> int:
    expected = usual * MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]
    return max(0, round(chance.gauss(expected, math.sqrt(expected))))


def _moment(day: dt.date, first: int, last: int, chance: random.Random) -> dt.datetime:
    """A moment of the day in UTC, most of them in its middle."""
    hour = chance.triangular(first, last, (first + last) / 2)
    return dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(seconds=round(hour * 3600))


def _draw(shares: dict[str, float], chance: random.Random) -> str:
    return chance.choices(list(shares), list(shares.values()))[0]
