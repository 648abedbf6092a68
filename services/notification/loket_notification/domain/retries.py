"""The delay before the next attempt to send a message."""

from __future__ import annotations

import datetime as dt

FIRST = dt.timedelta(seconds=5)
LONGEST = dt.timedelta(minutes=30)


def next_try(attempts: int, now: dt.datetime, chance: float, asked: dt.timedelta | None = None) -> dt.datetime:
    """Exponential backoff with jitter of half the delay.

    `chance`: a random number from 0 to 1. `asked`: the minimum that the provider requested.
    """
    doublings: int = min(max(attempts - 1, 0), 10)
    usual = min(FIRST * (1 << doublings), LONGEST)
    delay = usual * (0.5 + chance)
    return now + max(delay, asked or dt.timedelta())
