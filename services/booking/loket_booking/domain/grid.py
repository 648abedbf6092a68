"""The five-minute grid of one local day, and sets of its cells as the bits of an int.

Cells are counted from local midnight in absolute minutes, so a day on which the clock changes has 276 or 300 cells
instead of 288. Bit n of a set is cell n.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from functools import lru_cache
from zoneinfo import ZoneInfo

MINUTES = 5
CELL = dt.timedelta(minutes=MINUTES)
#: the longest day: 25 hours
MAX_CELLS = 300

USUAL_CELLS = 288
_CLOCK = tuple(f"{cell // 12:02}:{cell % 12 * MINUTES:02}:00" for cell in range(USUAL_CELLS))

zone = lru_cache(maxsize=64)(ZoneInfo)


class Day:
    """One local day in one time zone: its number of cells, and the time of each."""

    __slots__ = ("_affixes", "cells", "date", "midnight", "zone")

    def __init__(self, date: dt.date, time_zone: str) -> None:
        self.date = date
        self.zone = zone(time_zone)
        self.midnight = dt.datetime.combine(date, dt.time(), self.zone).astimezone(dt.UTC)
        following = dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), self.zone).astimezone(dt.UTC)
        self.cells = (following - self.midnight) // CELL
        local = self.midnight.astimezone(self.zone).isoformat()
        self._affixes = (local[:11], local[19:]) if self.cells == USUAL_CELLS else None

    def cell_of(self, moment: dt.datetime) -> int:
        """The cell that contains `moment`. Negative, or `cells` and more, when it is on another day."""
        return (moment - self.midnight) // CELL

    def first_cell_from(self, moment: dt.datetime) -> int:
        """The first cell that begins at `moment` or later."""
        return -((self.midnight - moment) // CELL)

    def moment(self, cell: int) -> dt.datetime:
        """The start of `cell`, in UTC."""
        return self.midnight + cell * CELL

    def local(self, cell: int) -> str:
        """The start of `cell` as RFC 3339 with the offset of the zone.

        Searches format hundreds of these, so a table is used on days without a clock change.
        """
        if self._affixes is None or not 0 <= cell < USUAL_CELLS:
            return self.moment(cell).astimezone(self.zone).isoformat()
        return f"{self._affixes[0]}{_CLOCK[cell]}{self._affixes[1]}"

    def cell_at(self, clock: dt.time) -> int:
        """The first cell at which a wall clock in this zone shows `clock` or later.

        A time that occurs twice in autumn means the first; a time that is skipped in spring means the time of the
        change.
        """
        cell = self.first_cell_from(dt.datetime.combine(self.date, clock, self.zone).astimezone(dt.UTC))
        while cell > 0 and self._clock(cell - 1) >= clock:  # it is skipped, and PEP 495 counts on past the change
            cell -= 1
        while cell < self.cells and self._clock(cell) < clock:  # between two cells, where the clock was set back
            cell += 1
        return cell

    def _clock(self, cell: int) -> dt.time:
        return self.moment(cell).astimezone(self.zone).time()

    def end_cell_at(self, clock: dt.time) -> int:
        """As `cell_at`, where midnight means the end of this day."""
        return self.cells if clock == dt.time() else self.cell_at(clock)


@lru_cache(maxsize=4096)
def day(date: dt.date, time_zone: str) -> Day:
    return Day(date, time_zone)


def local_date(moment: dt.datetime, time_zone: str) -> dt.date:
    return moment.astimezone(zone(time_zone)).date()


def span(start: int, end: int) -> int:
    """The set of the cells from `start` until before `end`."""
    return ((1 << (end - start)) - 1) << start if end > start else 0


def cells_of(bits: int) -> Iterator[int]:
    """The cells of a set, in order."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def cells_for(minutes: int) -> int:
    """The number of cells that cover `minutes`."""
    return -(-minutes // MINUTES)


def runs(free: int, length: int) -> int:
    """The cells at which `length` consecutive free cells begin.

    By doubling: after each step a set bit means `have` consecutive free cells.
    """
    have = 1
    while have < length and free:
        step = min(have, length - have)
        free &= free >> step
        have += step
    return free


def count_sets(sets: Sequence[int]) -> list[int]:
    """The number of sets that contain each cell, as bit planes: plane n has bit n of every cell's count.

    Adding a set is binary addition with carry, for 300 cells in one step.
    """
    planes: list[int] = []
    for carry in sets:
        for n, plane in enumerate(planes):
            if not carry:
                break
            planes[n], carry = plane ^ carry, plane & carry
        if carry:
            planes.append(carry)
    return planes


def count_at(planes: Sequence[int], cell: int) -> int:
    """The count of one cell."""
    found = 0
    for plane in reversed(planes):
        found = found << 1 | plane >> cell & 1
    return found


def at_least(planes: Sequence[int], number: int) -> int:
    """The cells whose count is `number` or more: compared plane by plane, from the lowest bit to the highest."""
    if number >> len(planes):
        return 0
    enough = -1
    for n, plane in enumerate(planes):
        enough = plane & enough if number >> n & 1 else plane | enough
    return enough


@lru_cache(maxsize=64)
def cells_every(interval: int) -> int:
    """The cells at which an appointment may start when starts are `interval` minutes apart."""
    step = cells_for(interval)
    return sum(1 << cell for cell in range(0, MAX_CELLS, step))
