"""The days that Loket reckons with.

Until 1972 the offsets of some time zones have seconds, which RFC 3339 cannot say, and at the ends of what Python can
reckon with the next day is none. No appointment lies anywhere near.
"""

from __future__ import annotations

import datetime as dt

from .errors import Refusal

FIRST_DAY = dt.date(2000, 1, 1)
LAST_DAY = dt.date(2199, 12, 31)
WANTED = f"Give a day from {FIRST_DAY} up to {LAST_DAY}, as YYYY-MM-DD."


def day_of(text: str) -> dt.date:
    """The day that somebody gave as YYYY-MM-DD. Raises ValueError: it is none, or out of reach."""
    day = dt.date.fromisoformat(text)
    if not is_in_reach(day):
        raise ValueError(WANTED)
    return day


def asked_day(text: str, parameter: str) -> dt.date:
    """The same for a parameter of a request. Raises Refusal: invalid-request."""
    try:
        return day_of(text)
    except ValueError as error:
        raise Refusal("invalid-request", errors=[{"parameter": parameter, "detail": WANTED}]) from error


def is_in_reach(day: dt.date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY
