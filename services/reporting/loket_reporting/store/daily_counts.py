"""Counts in MongoDB, one document for each day, or month, and slice of a municipality.

They can be recalculated from the facts at any time. A worker takes a number before it counts, and counts with a lower
number never replace those with a higher one; so several workers may count the same day concurrently.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pymongo import ASCENDING, ReturnDocument, UpdateOne
from pymongo.database import Database
from pymongo.errors import BulkWriteError

from loket_chassis.storage.codec import Codec
from loket_chassis.storage.connection import Document, only_known_already
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..domain.daily_counts import Counts


@dataclass(frozen=True)
class StoredCounts(PreservesUnknownFields):
    """`day`: 2026-11-24, or 2026-11 for a month. `number`: of the count, see `PeriodCounts.take_number`."""

    municipality: str
    day: str
    slice: str
    number: int
    counts: Mapping[str, int]


COUNTS = Codec(StoredCounts)


class PeriodCounts:
    """One set of counts, of days (2026-11-24) or of months (2026-11)."""

    def __init__(self, database: Database[Document], name: str, projection: int) -> None:
        self.counts = database[f"{name}_{projection}"]
        self.numbers = database[f"{name}_numbers_{projection}"]

    def create_indexes(self) -> None:
        self.counts.create_index([("municipality", ASCENDING), ("slice", ASCENDING), ("day", ASCENDING)], name="slice")
        self.counts.create_index([("municipality", ASCENDING), ("day", ASCENDING)], name="day")

    def drop(self) -> None:
        self.counts.drop()
        self.numbers.drop()

    def take_number(self, municipality: str, day: str) -> int:
        taken = self.numbers.find_one_and_update(
            {"_id": f"{municipality}/{day}"}, {"$inc": {"number": 1}}, upsert=True,
            return_document=ReturnDocument.AFTER,
        )  # fmt: skip
        return int(taken["number"])

    def save(self, municipality: str, day: str, number: int, counts: Mapping[str, Counts]) -> None:
        """Store the counts of the day, unless there are some with a higher number."""
        newest = {"_id": f"{municipality}/{day}", "kept": {"$not": {"$gt": number}}}
        if not self.numbers.update_one(newest, {"$set": {"kept": number}}).matched_count:
            return
        writes = [
            UpdateOne(
                {"_id": f"{municipality}/{day}/{name}", "number": {"$lt": number}},
                {"$set": COUNTS.encode(StoredCounts(municipality, day, name, number, own))},
                upsert=True,
            )
            for name, own in counts.items()
        ]  # fmt: skip
        if writes:
            try:
                self.counts.bulk_write(writes, ordered=False)
            except BulkWriteError as error:  # the document exists with a higher number
                if not only_known_already(error):
                    raise
        under: Document = {"$lt": number}
        if not self.numbers.count_documents(newest):  # a worker with a higher number came meanwhile
            under = {"$eq": number}
        self.counts.delete_many({"municipality": municipality, "day": day, "number": under})

    def municipalities(self, first: str, last: str) -> list[str]:
        """The municipalities with counts of these days."""
        query = {"municipality": {"$gt": ""}, "day": {"$gte": first, "$lte": last}}
        return sorted(self.counts.distinct("municipality", query))

    def slices(self, municipality: str, beginning: str) -> list[str]:
        """The slices whose names begin with this prefix."""
        query = {"municipality": municipality, "slice": {"$regex": f"^{re.escape(beginning)}"}}
        return sorted(self.counts.distinct("slice", query))

    def every_slice_of(self, municipality: str, first: str, last: str) -> Iterator[tuple[str, Counts]]:
        """The counts of every slice and day, in no order."""
        query = {"municipality": municipality, "day": {"$gte": first, "$lte": last}}
        for found in self.counts.find(query, {"_id": 0, "slice": 1, "counts": 1}):
            yield found["slice"], Counter(found["counts"])

    def of(
        self, municipality: str, names: Iterable[str], first: str, last: str
    ) -> Iterator[tuple[str, str, Mapping[str, int]]]:
        """The counts of these slices: slice, day and counts, in no order."""
        query = {"municipality": municipality, "slice": {"$in": list(names)}, "day": {"$gte": first, "$lte": last}}
        for found in self.counts.find(query, {"_id": 0, "slice": 1, "day": 1, "counts": 1}):
            yield found["slice"], found["day"], found["counts"]
