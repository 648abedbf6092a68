"""Periods of local days, the periods before them, and their parts."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from loket_contracts.errors import Refusal
from loket_contracts.fields import parse_day_parameter

DAY = dt.timedelta(days=1)
#: the days of the default period, which ends today
DEFAULT_DAYS = 91
MAX_DAYS = 3700
#: the parts that a period can be cut in, the finest first, and the longest period that is cut so when nothing is asked
PARTS = {"day": 31, "week": 200, "month": 1200, "quarter": MAX_DAYS + 1}


@dataclass(frozen=True)
class Period:
    """Local days, first and last included."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """The period of the same length that ends where this one begins; whole months for whole months."""
        if self.first.day == 1 and (self.last + DAY).day == 1:
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            return Period(_months_before(self.first, months), self.first - DAY)
        return Period(self.first - dt.timedelta(days=self.days), self.first - DAY)

    def pieces(self, largest: str) -> list[tuple[str, str, str]]:
        """The years, months and days that it consists of, as few as possible: the part, and the first and last name.

        `largest`: year, month or day.
        """
        if largest == "day":
            return [("day", self.first.isoformat(), self.last.isoformat())]
        smaller = "month" if largest == "year" else "day"
        if (whole := self._whole(largest)) is None:
            return self.pieces(smaller)
        edges = (Period(self.first, whole.first - DAY), Period(whole.last + DAY, self.last))
        return [
            (largest, part_of(whole.first, largest), part_of(whole.last, largest)),
            *(piece for edge in edges if edge.days > 0 for piece in edge.pieces(smaller)),
        ]

    def _whole(self, part: str) -> Period | None:
        """The whole years or months in it."""
        begins = [day for day in self._begins(part) if day > self.first or _begin_of(day, part) == day]
        begins += [self.last + DAY] if _begin_of(self.last + DAY, part) == self.last + DAY else []
        return Period(begins[0], begins[-1] - DAY) if len(begins) > 1 else None

    def default_part(self) -> str:
        return next(part for part, most in PARTS.items() if self.days <= most)

    def cut(self, part: str, after: int, most: int) -> Period | None:
        """The days of the next `most` parts at most, after the first `after`; None when there are no more."""
        begins = self._begins(part)[after : after + most]
        return Period(begins[0], min(self.last, _next_part(begins[-1], part) - DAY)) if begins else None

    def parts(self, part: str) -> list[str]:
        """The names of all its parts, in order, including empty ones."""
        return [part_of(day, part) for day in self._begins(part)]

    def _begins(self, part: str) -> list[dt.date]:
        """The first day of each of its parts."""
        found, day = [], self.first
        while day <= self.last:
            found.append(day)
            day = _next_part(day, part)
        return found


def part_of(day: dt.date, part: str) -> str:
    """Named as in ISO 8601: 2026-11-24, 2026-W48, 2026-11, 2026; a quarter as 2026-Q4."""
    if part == "year":
        return day.isoformat()[:4]
    if part == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    if part == "month":
        return day.isoformat()[:7]
    if part == "quarter":
        return f"{day.year}-Q{(day.month + 2) // 3}"
    return day.isoformat()


def first_day(name: str) -> dt.date:
    """The first day of the year, month or day of this name."""
    return dt.date.fromisoformat(f"{name}-01-01"[: len("2026-01-01")])


def parts_within(name: str, part: str) -> list[str]:
    """The names of the months or days of the year or month of this name."""
    first = first_day(name)
    after = _next_part(first, "month" if len(name) == len("2026-11") else "year")
    return Period(first, after - DAY).parts(part)


def period(first: str | None, last: str | None, today: dt.date) -> Period:
    """The period between two dates, YYYY-MM-DD. Raises Refusal: invalid-request."""
    end = None if last is None else parse_day_parameter(last, "to")
    begin = None if first is None else parse_day_parameter(first, "from")
    if begin is None:
        begin = (end or today) - dt.timedelta(days=DEFAULT_DAYS - 1)
    end = end or max(begin, today)
    if end < begin:
        raise _invalid("to", "This lies before `from`.")
    if (end - begin).days >= MAX_DAYS:
        raise _invalid("to", f"Ask for {MAX_DAYS} days at most.")
    return Period(begin, end)


def whole_months(today: dt.date, months: int) -> Period:
    """The last `months` complete months."""
    last = today.replace(day=1) - DAY
    return Period(_months_before(today.replace(day=1), months), last)


def _months_before(day: dt.date, months: int) -> dt.date:
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _next_part(day: dt.date, part: str) -> dt.date:
    """The first day of the part after that of `day`."""
    if part == "day":
        return day + DAY
    if part == "week":
        return day + (7 - day.weekday()) * DAY
    if part == "year":
        return dt.date(day.year + 1, 1, 1)
    after = _next_month(day)
    while part == "quarter" and after.month % 3 != 1:
        after = _next_month(after)
    return after


def _begin_of(day: dt.date, part: str) -> dt.date:
    """The first day of the year or month that the day is in."""
    return day.replace(day=1) if part == "month" else day.replace(month=1, day=1)


def _next_month(day: dt.date) -> dt.date:
    return (day.replace(day=28) + 4 * DAY).replace(day=1)


def _invalid(parameter: str, detail: str) -> Refusal:
    return Refusal("invalid-request", errors=[{"parameter": parameter, "detail": detail}])
