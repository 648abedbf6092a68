"""The projections (versions of facts and counts): which one is in use, and which one is being rebuilt.

One document has the numbers of both; while there is a next one, every event is applied to both. Another document has
the progress of the rebuild.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass
from typing import Any

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.runtime.ttl_cache import CachedValue
from loket_chassis.storage.codec import Codec, Layout
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

from .counting import Counting
from .counts import CountsByDifference
from .earlier_counts import EarlierCounts
from .facts import Facts

#: seconds after which every process knows of a change
CACHE_SECONDS = 1.0


@dataclass(frozen=True)
class Numbers(PreservesUnknownFields):
    """The number of the projection in use, and of the one that is being built, if any.

    `counted`: the one whose counts by difference are complete. Release 0.1 does not set it.
    """

    current: int = 1
    next: int | None = None
    counted: int | None = None


@dataclass(frozen=True)
class Progress(PreservesUnknownFields):
    """`state`: never, running, done, overtaken or failed. `of`: the total of the events. `days`: those counted."""

    state: str = "never"
    at: dt.datetime | None = None
    events: int = 0
    of: int = 0
    days: int = 0
    why: str | None = None


NUMBERS = Codec(Numbers)
PROGRESS = Codec(Progress, Layout(omit_default={"why"}), version=0)


@dataclass(frozen=True)
class Projection:
    """One version of the facts, and the counts that were calculated from them."""

    number: int
    facts: Facts
    counts: CountsByDifference
    earlier: EarlierCounts
    counting: Counting
    is_counted: bool = True

    @classmethod
    def of(cls, database: Database[Document], number: int, is_counted: bool = True) -> Projection:
        facts, counts = Facts(database, number), CountsByDifference(database, number)
        counting = Counting(database.client, facts, counts)
        return cls(number, facts, counts, EarlierCounts(database, number), counting, is_counted)

    @property
    def shown(self) -> CountsByDifference | EarlierCounts:
        """The counts that reports are made of."""
        return self.counts if self.is_counted else self.earlier

    def create_indexes(self) -> None:
        self.facts.create_indexes()
        self.counts.create_indexes()

    def drop(self) -> None:
        self.facts.drop()
        self.counts.drop()
        self.earlier.drop()


class Projections:
    """The projections; all processes agree on them within CACHE_SECONDS."""

    NAME = "generations"

    def __init__(self, database: Database[Document]) -> None:
        self.database = database
        self.collection = database[self.NAME]
        self._cache = CachedValue(self._load, CACHE_SECONDS)

    def create(self) -> None:
        """Create the first projection, unless there is one."""
        self.collection.update_one({"_id": "now"}, {"$setOnInsert": NUMBERS.encode(Numbers(counted=1))}, upsert=True)
        for each in self.all():
            each.create_indexes()

    def current(self) -> Projection:
        return self.all()[0]

    def all(self) -> list[Projection]:
        """The projection in use, and the one that is being built, if any."""
        return self._cache.get()

    def _load(self) -> list[Projection]:
        numbers = self._numbers()
        found = [each for each in (numbers.current, numbers.next) if each is not None]
        return [Projection.of(self.database, each, each == numbers.counted) for each in found]

    def _numbers(self) -> Numbers:
        return NUMBERS.decode(self.collection.find_one({"_id": "now"}) or {})

    def claim_rebuild(self, now: dt.datetime, silent: dt.timedelta) -> bool:
        """Claim the rebuild. The claim expires `silent` after the last heartbeat."""
        fresh = PROGRESS.encode(Progress("running", now))
        idle = {"_id": "rebuild", "$or": [{"state": {"$ne": "running"}}, {"at": {"$lt": now - silent}}]}
        try:
            taken = self.collection.update_one(idle, {"$set": fresh, "$unset": {"why": ""}}, upsert=True)
        except DuplicateKeyError:  # another process is running a rebuild
            return False
        return taken.matched_count == 1 or taken.upserted_id is not None

    def report_progress(self, **known: Any) -> None:
        """Store some fields of the progress, which is also the heartbeat."""
        self.collection.update_one({"_id": "rebuild"}, {"$set": PROGRESS.encode_fields(**known)})

    def progress(self) -> Progress:
        return PROGRESS.decode(self.collection.find_one({"_id": "rebuild"}) or {})

    def begin(self) -> Projection:
        """Create an empty next projection. An unfinished one is dropped."""
        numbers = self._numbers()
        if numbers.next is not None:
            Projection.of(self.database, numbers.next).drop()
        begun = max(numbers.current, numbers.next or 0) + 1
        fresh = Projection.of(self.database, begun)
        fresh.create_indexes()
        self.collection.update_one({"_id": "now"}, {"$set": NUMBERS.encode_fields(next=begun)})
        self._cache.expire()
        time.sleep(2 * CACHE_SECONDS)  # from here on every process applies events to both
        return fresh

    def show_counts(self, projection: Projection) -> None:
        """Make reports of its counts by difference from now on, as they are complete."""
        self.collection.update_one(
            {"_id": "now", "current": projection.number}, {"$set": NUMBERS.encode_fields(counted=projection.number)}
        )
        self._cache.expire()

    def swap(self, fresh: Projection) -> bool:
        """Use `fresh` from now on, and drop the previous one. Return False when it is no longer the next one."""
        before = self.collection.find_one_and_update(
            {"_id": "now", "next": fresh.number},
            {"$set": NUMBERS.encode_fields(current=fresh.number, next=None, counted=fresh.number)},
            return_document=ReturnDocument.BEFORE,
        )
        self._cache.expire()
        if before is None:
            fresh.drop()
            return False
        time.sleep(2 * CACHE_SECONDS)
        Projection.of(self.database, NUMBERS.decode(before).current).drop()
        return True
