"""The period in which a command for an appointment is allowed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .grid import day, local_date

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """From `opens` until before `closes`, in UTC; None is unbounded."""

    opens: dt.datetime | None = None
    closes: dt.datetime | None = None

    def is_early(self, now: dt.datetime) -> bool:
        return self.opens is not None and now < self.opens

    def is_over(self, now: dt.datetime) -> bool:
        return self.closes is not None and now >= self.closes

    def contains(self, now: dt.datetime) -> bool:
        return not self.is_early(now) and not self.is_over(now)


def command_period(
    command: str, role: str, start: dt.datetime, end: dt.datetime, time_zone: str, early: dt.timedelta
) -> Period:
    """When `role` may give `command` for an appointment from `start` to `end` (UTC) in this time zone.

    Staff and kiosks see the visitor, and check in at any time of that local day; by link a resident checks in from
    `early` before the start. Changes end at the start, but staff can cancel and reschedule until the end. The result
    of a visit can be recorded afterwards.
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
