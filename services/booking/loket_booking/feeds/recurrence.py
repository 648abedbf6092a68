"""Check and normalise recurrence rules of other systems' calendars (RECUR, RFC 5545, section 3.3.10)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from math import prod
from typing import Any

from icalendar.prop import vRecur

#: the largest value of each part of a rule; negative values count from the end
GREATEST = {"BYMONTH": 12, "BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366,
            "BYHOUR": 23, "BYMINUTE": 59, "BYSECOND": 60}  # fmt: skip
#: the days of a period from which BYSETPOS chooses
DAYS = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 31, "YEARLY": 366}
#: the most occurrences of a weekday in a month and in a year
MAX_WEEKDAYS = {"MONTHLY": 5, "YEARLY": 53}
MAX_TIMES_A_DAY = 48
#: all kinds of years: common and leap, starting on each weekday
YEARS = range(2000, 2028)
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
#: an end in this year or later is ignored: the last years cannot be converted to UTC
LAST_YEAR = 9998


def is_bounded(rule: vRecur, start: dt.date) -> bool:
    """Whether the rule has a bounded number of occurrences per day, and at least one at all.

    Judged by its structure. The expansion of a rule that never occurs would run until the year 9999.
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
    """Convert UNTIL to the form of the start, so that the last day is part of the series.

    `local`: the time zone of floating times. The standard requires a date for dates and UTC for times; many calendars
    deviate.
    """
    until = rule.get("UNTIL", [None])[0]
    if until is None:
        return
    if until.year >= LAST_YEAR:
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
    """The date of UNTIL for whole days. For a time, the later of the dates that may be meant."""
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
    """Whether a day in any year matches all of these. An empty one matches every day."""
    return any(
        (not months or date.month in months)
        and (not weekdays or WEEKDAYS[date.weekday()] in weekdays)
        and (not month_days or not {date.day, date.day - _days_in_month(date) - 1}.isdisjoint(month_days))
        and (
            not year_days
            or not {_day_of_year(date), _day_of_year(date) - _days_in_year(date) - 1}.isdisjoint(year_days)
        )
        for date in _every_day()
    )


@lru_cache(maxsize=1)
def _every_day() -> tuple[dt.date, ...]:
    first, last = dt.date(YEARS.start, 1, 1), dt.date(YEARS.stop, 1, 1)
    return tuple(first + dt.timedelta(days=n) for n in range((last - first).days))


def _days_in_month(date: dt.date) -> int:
    return calendar.monthrange(date.year, date.month)[1]


def _day_of_year(date: dt.date) -> int:
    return date.timetuple().tm_yday


def _days_in_year(date: dt.date) -> int:
    return 365 + calendar.isleap(date.year)
