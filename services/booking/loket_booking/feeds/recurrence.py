"""Rules of repetition in calendars that others wrote (RECUR, RFC 5545, section 3.3.10): which can be worked out."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

from icalendar.prop import vRecur

#: the greatest value of each part of a rule; its negative counts from the end
GREATEST = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366,
            "BYHOUR": 23, "BYMINUTE": 59, "BYSECOND": 60}  # fmt: skip
#: days of a period from which BYSETPOS chooses
DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
#: how often the same weekday can come in a month, and in a year
MAX_WEEKDAYS = {"MONTHLY": 5, "YEARLY": 53}
MAX_TIMES_A_DAY = 48
#: every kind of year: each weekday to begin with, leap and common
YEARS = range(2000, 2028)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: from here on an end is for ever: the last years cannot be converted to UTC
FOR_EVER = 9998


def can_be_worked_out(rule: vRecur, start: dt.date) -> bool:
    """Whether the rule gives a bounded number of occurrences a day, and any at all.

    Judged by its structure. One that never occurs would be searched until the year 9999.
    """
    frequency, interval = str(rule["FREQ"][0]), _numbers(rule, "INTERVAL") or [1]
    if frequency not in DAYS or min(interval) < 1 or not _in_range(rule):
        return False
    weekdays = [str(each) for each in rule.get("BYDAY", ())]
    if any(_ordinal(each) > MAX_WEEKDAYS.get(frequency, 0) for each in weekdays):
        return False
    times = prod(len(rule.get(part, ())) or 1 for part in ("BYHOUR", "BYMINUTE", "BYSECOND"))
    days = len(weekdays) or 1 if frequency == "WEEKLY" else DAYS[frequency]
    if times > MAX_TIMES_A_DAY or any(abs(each) > days * times for each in _numbers(rule, "BYSETPOS")):
        return False
    plain = frozenset(each[-2:] for each in weekdays)
    if frequency == "DAILY" and not interval[0] % 7 and plain and WEEKDAYS[start.weekday()] not in plain:
        return False
    return _occurs(*(tuple(_numbers(rule, part)) for part in ("BYMONTH", "BYMONTHDAY", "BYYEARDAY")), plain)


def set_end(rule: vRecur, start: dt.date, local: dt.tzinfo) -> None:
    """Write UNTIL in the form that the start has, so that its last day is within the series.

    `local`: the zone of floating times. The standard wants a date for dates and UTC for times; many write otherwise.
    """
    until = rule.get("UNTIL", [None])[0]
    if until is None:
        return
    if until.year >= FOR_EVER:
        del rule["UNTIL"]
    elif not isinstance(start, dt.datetime):
        rule["UNTIL"] = [_last_date(until, local)]
    else:
        if not isinstance(until, dt.datetime):
            until = dt.datetime.combine(until, dt.time(23, 59, 59))
        if start.tzinfo is None:
            rule["UNTIL"] = [until.astimezone(local).replace(tzinfo=None) if until.tzinfo else until]
        else:
            rule["UNTIL"] = [(until if until.tzinfo else until.replace(tzinfo=start.tzinfo)).astimezone(dt.UTC)]


def _last_date(until: dt.date, local: dt.tzinfo) -> dt.date:
    """Of a moment that ends whole days, the later of the dates that its writer may have meant."""
    if not isinstance(until, dt.datetime):
        return until
    return max(until.date(), until.astimezone(local).date()) if until.tzinfo else until.date()


def _numbers(rule: vRecur, part: str) -> list[int]:
    return [int(each) for each in rule.get(part, ())]


def _in_range(rule: vRecur) -> bool:
    def fits(part: str, value: int) -> bool:
        from_zero = part in {"BYHOUR", "BYMINUTE", "BYSECOND"}
        return abs(value) <= GREATEST[part] and (value >= 0 if from_zero else value != 0)

    return all(fits(part, value) for part in GREATEST for value in _numbers(rule, part))


def _ordinal(weekday: str) -> int:
    """2 of 2MO and of -2MO; 0 of MO."""
    return abs(int(weekday[:-2] or 0))


@lru_cache(maxsize=512)
def _occurs(months: Sequence[int], month_days: Sequence[int], year_days: Sequence[int], weekdays: Any) -> bool:
    """Whether there is any day in any year that all of these admit. An empty one admits every day."""
    return any(
        (not months or date.month in months)
        and (not weekdays or WEEKDAYS[date.weekday()] in weekdays)
        and (not month_days or not {date.day, date.day - _length(date) - 1}.isdisjoint(month_days))
        and (not year_days or not {_number(date), _number(date) - _year(date) - 1}.isdisjoint(year_days))
        for date in _every_day()
    )


@lru_cache(maxsize=1)
def _every_day() -> tuple[dt.date, ...]:
    first, last = dt.date(YEARS.start, 1, 1), dt.date(YEARS.stop, 1, 1)
    return tuple(first + dt.timedelta(days=n) for n in range((last - first).days))


def _length(date: dt.date) -> int:
    return calendar.monthrange(date.year, date.month)[1]


def _number(date: dt.date) -> int:
    return date.timetuple().tm_yday


def _year(date: dt.date) -> int:
    return 365 + calendar.isleap(date.year)
