"""How long to wait before the next try."""

from __future__ import annotations

import datetime as dt

FIRST = dt.timedelta(seconds=5)
LONGEST = dt.timedelta(minutes=30)


def next_try(attempts: int, now: dt.datetime, chance: float, asked: dt.timedelta | None = None) -> dt.datetime:
    """Twice as long after every try, and half as much more or less, so that what failed together comes back spread.

    `chance`: from 0 to 1. `asked`: what the provider asked to wait; never less than that.
    """
    doublings: int = min(max(attempts - 1, 0), 10)
    usual = min(FIRST * (1 << doublings), LONGEST)
    delay = usual * (0.5 + chance)
    return now + max(delay, asked or dt.timedelta())
