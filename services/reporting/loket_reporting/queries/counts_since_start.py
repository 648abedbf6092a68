"""The counts that reports are made of: what people offered counts from the first day with a visit on.

Booking publishes opening hours as soon as a municipality is configured, weeks before it opens. Without this the share
of offered time that was booked would begin near zero, whatever the demand is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from ..domain.periods import DAY, Period
from ..store.counts import CountsByDifference
from ..store.earlier_counts import EarlierCounts
from ..store.projections import Projection

#: what counts without any resident
SUPPLY_COUNTS = frozenset({"offered_minutes", "samples", "first_nowhere", "third_nowhere"})
SUPPLY_KINDS = ("first:", "third:")


class CountsSinceStart:
    """The counts of one municipality. `start`: the first day with an appointment or a walk-in, None without any."""

    def __init__(self, projection: Projection, municipality: str) -> None:
        self._shown: CountsByDifference | EarlierCounts = projection.shown
        self._municipality = municipality
        first = self._shown.first_day_with_visits(municipality)
        self.start = None if first is None else dt.date.fromisoformat(first)

    def began_before(self, period: Period) -> bool:
        """Return whether all of the period is after the start."""
        return self.start is not None and self.start <= period.first

    def of(self, names: Iterable[str], period: Period, largest: str) -> Iterator[tuple[str, str, Mapping[str, int]]]:
        """The counts of these slices in few pieces, `largest` at most: slice, name of the piece and counts."""
        wanted = list(names)
        last_before = period.last if self.start is None else min(period.last, self.start - DAY)
        if last_before >= period.first:
            early = Period(period.first, last_before)
            for name, piece, counts in self._shown.of(self._municipality, wanted, early, largest):
                yield name, piece, {each: number for each, number in counts.items() if not _is_supply(each)}
        if last_before < period.last:
            since = Period(max(period.first, last_before + DAY), period.last)
            yield from self._shown.of(self._municipality, wanted, since, largest)

    def slices(self, beginning: str) -> list[str]:
        """The slices whose names begin with this prefix."""
        return self._shown.slices(self._municipality, beginning)


def _is_supply(name: str) -> bool:
    return name in SUPPLY_COUNTS or name.startswith(SUPPLY_KINDS)
