"""The hours of the day in which residents on the waiting list get offers, and have time to answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .grid import day, local_date


@dataclass(frozen=True)
class OfferHours:
    """From `start` until before `end`, in the local time of the location. 00:00 as an end is midnight."""

    start: dt.time = dt.time(8)
    end: dt.time = dt.time(20)

    def include(self, moment: dt.datetime, time_zone: str) -> bool:
        """Whether an offer can be made now."""
        begin, end = self._of_day(local_date(moment, time_zone), time_zone)
        return begin <= moment < end

    def deadline(self, moment: dt.datetime, minutes: int, time_zone: str) -> dt.datetime:
        """The end of an answering time of `minutes`, of which only those within the hours count."""
        date, left = local_date(moment, time_zone), dt.timedelta(minutes=minutes)
        while True:
            begin, end = self._of_day(date, time_zone)
            begin = max(begin, moment)
            if left <= end - begin:
                return begin + left
            left -= max(end - begin, dt.timedelta())
            date += dt.timedelta(days=1)

    def _of_day(self, date: dt.date, time_zone: str) -> tuple[dt.datetime, dt.datetime]:
        on = day(date, time_zone)
        return on.moment(on.cell_at(self.start)), on.moment(on.end_cell_at(self.end))
