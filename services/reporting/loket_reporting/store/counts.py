"""Counts in MongoDB, one document for each day, month or year, and slice of a municipality.

They are only ever changed by differences, in the transaction that changes the facts. One more document for each
municipality has the number of changes, so that a report that is still right is recognised.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pymongo import ASCENDING, UpdateOne
from pymongo.client_session import ClientSession
from pymongo.database import Database

from loket_chassis.storage.codec import Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..domain.daily_counts import ALL, VISIT_COUNTS, Counts
from ..domain.differences import CountKey, Difference, add, without_zeros
from ..domain.periods import Period

#: the length of a period's name: 2026-11-24, 2026-11, 2026
LENGTHS = {"day": 10, "month": 7, "year": 4}
PART_OF_LENGTH = {length: part for part, length in LENGTHS.items()}
#: MongoDB takes a dot in a name for a path
DOT = "\N{FULLWIDTH FULL STOP}"


@dataclass(frozen=True)
class CountsOfPeriod(PreservesUnknownFields):
    """`part`: day, month or year. `period`: its name. A count that became zero may still be named."""

    municipality: str
    part: str
    period: str
    slice: str
    counts: Mapping[str, int]


COUNTS_OF_PERIOD = Codec(CountsOfPeriod)


class CountsByDifference:
    """The counts of one projection."""

    def __init__(self, database: Database[Document], projection: int) -> None:
        self.collection = database[f"counts_{projection}"]

    def create_indexes(self) -> None:
        self.collection.create_index(
            [("municipality", ASCENDING), ("part", ASCENDING), ("slice", ASCENDING), ("period", ASCENDING)],
            name="slice",
        )
        self.collection.create_index(
            [("municipality", ASCENDING), ("part", ASCENDING), ("period", ASCENDING)], name="period"
        )

    def drop(self) -> None:
        self.collection.drop()

    def add(self, difference: Mapping[CountKey, Counts], session: ClientSession) -> None:
        """Add to the counts of these days, and of their months and years."""
        merged: dict[tuple[str, str, str, str], Counts] = defaultdict(Counter)
        for (municipality, day, name), counts in difference.items():
            for part, length in LENGTHS.items():
                add(merged[municipality, part, day[:length], name], counts)
        writes = [
            UpdateOne(
                {"_id": f"{municipality}/{period}/{name}"},
                {
                    "$inc": {f"counts.{each}": number for each, number in _stored(counts).items()},
                    "$setOnInsert": {
                        "municipality": municipality, "part": part, "period": period, "slice": name,
                        **COUNTS_OF_PERIOD.version_field,
                    },
                },
                upsert=True,
            )
            # in one order, so that two transactions meet at the first document that both change
            for (municipality, part, period, name), counts in sorted(merged.items())
            if any(counts.values())
        ]  # fmt: skip
        municipalities = sorted({municipality for municipality, _, _ in difference})
        changes = [UpdateOne({"_id": each}, {"$inc": {"changes": 1}}, upsert=True) for each in municipalities]
        if changes:
            self.collection.bulk_write([*changes, *writes], session=session)

    def insert(self, municipality: str, counts: Mapping[tuple[str, str], Counts]) -> None:
        """Store counts, by period and slice, where there are none yet."""
        documents = [
            {
                "_id": f"{municipality}/{period}/{name}",
                **COUNTS_OF_PERIOD.encode(
                    CountsOfPeriod(municipality, PART_OF_LENGTH[len(period)], period, name, _stored(own))
                ),
            }
            for (period, name), own in counts.items()
            if any(own.values())
        ]
        if documents:
            self.collection.insert_many(documents, ordered=False)

    def changes(self, municipality: str) -> int:
        """The number of changes so far."""
        found = self.collection.find_one({"_id": municipality}, {"changes": 1})
        return int(found["changes"]) if found else 0

    def of_days(self, municipality: str, days: Sequence[str], session: ClientSession) -> Difference:
        """The counts of each day and slice."""
        query = {"municipality": municipality, "part": "day", "period": {"$in": list(days)}}
        columns = {"_id": 0, "slice": 1, "period": 1, "counts": 1}
        return without_zeros(
            {
                (municipality, found["period"], found["slice"]): Counter(
                    {name.replace(DOT, "."): number for name, number in found["counts"].items()}
                )
                for found in self.collection.find(query, columns, session=session)
            }
        )

    def random_day(self) -> tuple[str, str] | None:
        """The municipality and name of a day with counts, None without any."""
        rows = self.collection.aggregate([{"$match": {"part": "day"}}, {"$sample": {"size": 1}}])
        return next(((row["municipality"], row["period"]) for row in rows), None)

    def first_day_with_visits(self, municipality: str) -> str | None:
        """The name of the first day with an appointment or a walk-in, None without any."""
        visits = [{f"counts.{name}": {"$gt": 0}} for name in VISIT_COUNTS]
        query = {"municipality": municipality, "part": "day", "slice": ALL, "$or": visits}
        found = self.collection.find_one(query, {"_id": 0, "period": 1}, sort=[("period", ASCENDING)])
        return None if found is None else str(found["period"])

    def municipalities(self, first: str, last: str) -> list[str]:
        """The municipalities with counts of these days."""
        query = {"municipality": {"$gt": ""}, "part": "day", "period": {"$gte": first, "$lte": last}}
        return sorted(self.collection.distinct("municipality", query))

    def slices(self, municipality: str, beginning: str) -> list[str]:
        """The slices whose names begin with this prefix."""
        query = {"municipality": municipality, "part": "year", "slice": {"$regex": f"^{re.escape(beginning)}"}}
        return sorted(self.collection.distinct("slice", query))

    def of(
        self, municipality: str, names: Iterable[str], period: Period, largest: str
    ) -> Iterator[tuple[str, str, Mapping[str, int]]]:
        """The counts of these slices in few pieces, `largest` at most: slice, name of the piece and counts.

        A name with a dot has DOT: it is a code that is shown and never searched for, and the loop is long.
        """
        pieces = [
            {
                "municipality": municipality, "part": part, "slice": {"$in": list(names)},
                "period": {"$gte": first, "$lte": last},
            }
            for part, first, last in period.pieces(largest)
        ]  # fmt: skip
        for found in self.collection.find({"$or": pieces}, {"_id": 0, "slice": 1, "period": 1, "counts": 1}):
            if any(found["counts"].values()):
                yield found["slice"], found["period"], found["counts"]


def _stored(counts: Counts) -> dict[str, int]:
    return {name.replace(".", DOT): number for name, number in counts.items() if number}
