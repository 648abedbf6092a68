"""The counts of release 0.1, which recounted whole days into collections of their own.

They are shown until the counts by difference are complete. Each day that an instance of that release counts leaves a
number, by which this release finds the days that it has to recount. Remove this one release later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pymongo import ASCENDING
from pymongo.database import Database

from loket_chassis.storage.codec import Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..domain.daily_counts import ALL, VISIT_COUNTS
from ..domain.periods import Period


@dataclass(frozen=True)
class StoredCounts(PreservesUnknownFields):
    """`day`: 2026-11-24, or 2026-11 for a month. `number`: of the count."""

    municipality: str
    day: str
    slice: str
    number: int
    counts: Mapping[str, int]


COUNTS = Codec(StoredCounts)


@dataclass(frozen=True)
class CountedDay:
    """A day as an earlier release counted it, for the `number`th time."""

    municipality: str
    day: str
    number: int

    @property
    def id(self) -> str:
        return f"{self.municipality}/{self.day}"


class EarlierCounts:
    """The counts of one projection, by day and month."""

    def __init__(self, database: Database[Document], projection: int) -> None:
        self._parts = {part: database[f"{part}s_{projection}"] for part in ("day", "month")}
        self._numbers = {part: database[f"{part}s_numbers_{projection}"] for part in ("day", "month")}

    def drop(self) -> None:
        for collection in (*self._parts.values(), *self._numbers.values()):
            collection.drop()

    def to_recount(self, most: int) -> list[CountedDay]:
        """Days that an earlier release has counted since they were marked as recounted, in random order."""
        fresh: Document = {"$match": {"$expr": {"$ne": ["$number", "$recounted"]}}}
        found = []
        for row in self._numbers["day"].aggregate([fresh, {"$sample": {"size": most}}]):
            municipality, _, day = row["_id"].rpartition("/")
            found.append(CountedDay(municipality, day, row["number"]))
        return found

    def mark_recounted(self, days: Iterable[CountedDay]) -> None:
        for each in days:
            self._numbers["day"].update_one({"_id": each.id}, {"$set": {"recounted": each.number}})

    def first_day_with_visits(self, municipality: str) -> str | None:
        """The name of the first day with an appointment or a walk-in, None without any."""
        visits = [{f"counts.{name}": {"$gt": 0}} for name in VISIT_COUNTS]
        query = {"municipality": municipality, "slice": ALL, "$or": visits}
        found = self._parts["day"].find_one(query, {"_id": 0, "day": 1}, sort=[("day", ASCENDING)])
        return None if found is None else str(found["day"])

    def municipalities(self, first: str, last: str) -> list[str]:
        """The municipalities with counts of these days."""
        query = {"municipality": {"$gt": ""}, "day": {"$gte": first, "$lte": last}}
        return sorted(self._parts["day"].distinct("municipality", query))

    def slices(self, municipality: str, beginning: str) -> list[str]:
        """The slices whose names begin with this prefix."""
        query = {"municipality": municipality, "slice": {"$regex": f"^{re.escape(beginning)}"}}
        return sorted(self._parts["month"].distinct("slice", query))

    def of(
        self, municipality: str, names: Iterable[str], period: Period, largest: str
    ) -> Iterator[tuple[str, str, Mapping[str, int]]]:
        """The counts of these slices in few pieces: slice, name of the piece and counts."""
        wanted = list(names)
        for part, first, last in period.pieces("month" if largest == "year" else largest):
            query = {"municipality": municipality, "slice": {"$in": wanted}, "day": {"$gte": first, "$lte": last}}
            for found in map(COUNTS.decode, self._parts[part].find(query)):
                yield found.slice, found.day, found.counts
