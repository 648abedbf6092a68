"""When a command for an appointment can be true, beside the state that it needs."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .grid import day, local_date

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """A span of time in UTC, from `opens` until just before `closes`; None is without bound."""

    opens: dt.datetime | None = None
    closes: dt.datetime | None = None

    def is_early(self, now: dt.datetime) -> bool:
        return self.opens is not None and now < self.opens

    def is_over(self, now: dt.datetime) -> bool:
        return self.closes is not None and now >= self.closes

    def contains(self, now: dt.datetime) -> bool:
        return not self.is_early(now) and not self.is_over(now)


def period(
    command: str, role: str, start: dt.datetime, end: dt.datetime, time_zone: str, early: dt.timedelta
) -> Period:
    """When `role` may give `command` for an appointment from `start` to `end` (UTC) in this time zone.

    Who works at the desk, or stands at the kiosk there, sees that somebody came: any time of that local day will do. By
    link the resident may be anywhere, and checks in from `early` before the start. What changes an appointment ends
    with its start; staff may still call it off or move it while it lasts. What became of it can be noted afterwards.
    """
    at_desk = role in ("staff", "system")
    first = min(day(local_date(start, time_zone), time_zone).midnight, start - early)
    match command:
        case "check_in":
            last = day(local_date(end, time_zone) + _DAY, time_zone).midnight
            return Period(first if at_desk else start - early, last)
        case "start" | "complete":
            return Period(opens=first)
        case "no_show":
            return Period(opens=start)
        case "cancel" | "reschedule":
            return Period(closes=end if role == "staff" else start)
        case "ask" | "remind_of_documents" | "flag":
            return Period(closes=start)
        case _:
            return Period()
