"""When a message is due: immediately, after a delay, or before the visit; and not in the quiet hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

#: the longest that a message waits for a provider to recover (RFC 5321, 4.5.4.1: at least four to five days)
LONGEST_WAIT = dt.timedelta(days=5)
#: the age after which a message about a past visit is pointless
AFTERWARDS = dt.timedelta(days=7)
#: a reminder that would be due before its booking, or this soon after it, is not sent
NOTHING_NEW = dt.timedelta(hours=1)
#: a message that would be too late after the quiet hours is sent this long before they begin
BEFORE_QUIET = dt.timedelta(minutes=15)


@dataclass(frozen=True)
class Before:
    """A time before the visit. Days keep the local time of day across a change of the clocks."""

    span: dt.timedelta = dt.timedelta()
    days: int = 0

    def of(self, start: dt.datetime, time_zone: str) -> dt.datetime:
        local = start.astimezone(ZoneInfo(time_zone)).replace(tzinfo=None) - dt.timedelta(days=self.days)
        return local.replace(tzinfo=ZoneInfo(time_zone)).astimezone(dt.UTC) - self.span


@dataclass(frozen=True)
class Timing:
    """The channels of a message, and when it is sent.

    `channels`: over each of them; `otherwise`: over these when the resident cannot be reached over a channel.
    `within_days`: only when the visit is within this number of days; 0 is today.
    """

    channels: tuple[str, ...]
    otherwise: tuple[str, ...] = ()
    before: Before | None = None
    after: dt.timedelta = dt.timedelta()
    within_days: int | None = None


@dataclass(frozen=True)
class QuietHours:
    """The hours in which no SMS is sent, in the local time of the location. They may span midnight."""

    start: dt.time
    end: dt.time

    def interval_around(self, moment: dt.datetime, time_zone: str) -> tuple[dt.datetime, dt.datetime] | None:
        """Start and end of the quiet hours around this moment, or None."""
        zone = ZoneInfo(time_zone)
        today = moment.astimezone(zone).date()
        for date in (today - dt.timedelta(days=1), today):
            begin = dt.datetime.combine(date, self.start, zone)
            last = date if self.start < self.end else date + dt.timedelta(days=1)
            end = dt.datetime.combine(last, self.end, zone)
            if begin.astimezone(dt.UTC) <= moment < end.astimezone(dt.UTC):
                return begin.astimezone(dt.UTC), end.astimezone(dt.UTC)
        return None


def outside_quiet_hours(
    quiet: QuietHours | None, due: dt.datetime, until: dt.datetime, now: dt.datetime, time_zone: str
) -> dt.datetime | None:
    """The time closest to `due` outside the quiet hours: their end, or just before their start if that is too late.
    None when there is no such time."""
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
    """When the message is due and when it expires; None when it is not sent.

    `afterwards`: the message is about a past visit.
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
