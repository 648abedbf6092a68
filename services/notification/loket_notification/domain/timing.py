"""When a message is due: at once, after a while, or before the visit; and not in the quiet hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

#: a message waits so long at the most for a provider to come back (RFC 5321, 4.5.4.1: at least four to five days)
LONGEST_WAIT = dt.timedelta(days=5)
#: what is said about a visit afterwards is pointless after so long
AFTERWARDS = dt.timedelta(days=7)
#: a reminder that would be due before its booking, or within so long of it, tells nothing new
NOTHING_NEW = dt.timedelta(hours=1)
#: so long before the quiet hours begin what would be too late after them is sent
BEFORE_QUIET = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Before:
    """So long before the visit. Days keep the time on the clock, also when that is changed in between."""

    span: dt.timedelta = dt.timedelta()
    days: int = 0

    def of(self, start: dt.datetime, time_zone: str) -> dt.datetime:
        local = start.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None) - dt.timedelta(days=self.days)
        return local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(dt.UTC) - self.span


@dataclass(frozen=True)
class Timing:
    """Over which channels a message goes, and when.

    `channels`: over each of them; `otherwise`: over these when the resident cannot be reached over a channel.
    `within_days`: only when the visit is within so many days; 0 is today.
    """

    channels: tuple[str, ...]
    otherwise: tuple[str, ...] = ()
    before: Before | None = None
    after: dt.timedelta = dt.timedelta()
    within_days: int | None = None


@dataclass(frozen=True)
class QuietHours:
    """From when to when nobody is to be woken, on the clock of the location. They may span midnight."""

    start: dt.time
    end: dt.time

    def interval_around(self, moment: dt.datetime, time_zone: str) -> tuple[dt.datetime, dt.datetime] | None:
        """Begin and end of the quiet hours that the moment falls in, or None."""
        zone = ZoneInfo(time_zone)
        today = moment.astimezone(zone).date()
        for date in (today - dt.timedelta(days=1), today):
            begin = dt.datetime.combine(date, self.start, zone)
            last = date if self.start < self.end else date + dt.timedelta(days=1)
            end = dt.datetime.combine(last, self.end, zone)
            if begin.astimezone(dt.UTC) <= moment < end.astimezone(dt.UTC):
                return begin.astimezone(dt.UTC), end.astimezone(dt.UTC)
        return None


def outside(
    quiet: QuietHours | None, due: dt.datetime, until: dt.datetime, now: dt.datetime, time_zone: str
) -> dt.datetime | None:
    """The moment nearest to `due` that wakes nobody: when the quiet hours end, or just before they begin if that were
    too late. None when there is no such moment."""
    around = quiet.interval_around(due, time_zone) if quiet else None
    if around is None:
        return due
    begin, end = around
    if end < until:
        return end
    earlier = begin - BEFORE_QUIET
    return earlier if earlier >= now else None


def due_at(
    timing: Timing, start: dt.datetime, end: dt.datetime, time_zone: str, now: dt.datetime, afterwards: bool
) -> tuple[dt.datetime, dt.datetime] | None:
    """When the message is due and until when it makes sense; None when it makes none.

    `afterwards`: it is about a visit that has been.
    """
    if timing.within_days is not None:
        zone = ZoneInfo(time_zone)
        if (start.astimezone(zone).date() - now.astimezone(zone).date()).days > timing.within_days:
            return None
    if timing.before is not None:
        due = timing.before.of(start, time_zone)
        if due < now + NOTHING_NEW:
            return None
    else:
        due = now + timing.after
    until = min(end + AFTERWARDS if afterwards else start, due + LONGEST_WAIT)
    return (due, until) if due < until else None
