"""The current time, as the stores hold it, and the local date."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def today_in(time_zone: str) -> dt.date:
    """Return the local date."""
    return now().astimezone(ZoneInfo(time_zone)).date()
