"""Facts in MongoDB, one document each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from pymongo import ASCENDING, InsertOne, ReplaceOne, UpdateOne
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document, only_known_already
from loket_contracts.envelope import Event

from ..domain.facts import KIND_OF, KINDS, Fact, apply_events, key_of

#: by kind
CODECS: dict[str, Codec[Any]] = {kind.name: Codec(kind.fact, DOCUMENT_ID) for kind in KIND_OF.values()}
#: the projection for counting, which needs no events
WITHOUT_EVENTS = {"told": 0}
#: the number of facts per query for days to count; the next query finds the rest
MAX_SCANNED = 5000


class Facts:
    """One set of facts of all municipalities, in a collection for each kind."""

    def __init__(self, database: Database[Document], projection: int) -> None:
        self.collections = {kind: database[f"{kind}_{projection}"] for kind in KINDS}

    def create_indexes(self) -> None:
        for collection in self.collections.values():
            collection.create_index([("municipality", ASCENDING), ("day", ASCENDING)], name="day")
            collection.create_index(
                [("municipality", ASCENDING), ("stale_days", ASCENDING)], name="stale",
                partialFilterExpression={"stale_days.0": {"$exists": True}},
            )  # fmt: skip

    def drop(self) -> None:
        for collection in self.collections.values():
            collection.drop()

    def apply(self, event: Event) -> bool:
        """Apply the event to its fact. Return False when it was applied before."""
        kind, key = _kind(event), key_of(event)
        collection, codec = self.collections[kind], CODECS[kind]
        while True:
            found = collection.find_one({"_id": key})
            changed = apply_events(codec.decode_found(found), [event])
            if changed is None:
                return False
            if _save(collection, codec.encode(changed)):
                return True

    def apply_all(self, events: Sequence[Event]) -> None:
        """Apply many events, with one round trip for each kind of fact."""
        for kind, own in groupby(sorted(events, key=_kind), key=_kind):
            self._apply_kind(self.collections[kind], CODECS[kind], list(own))

    def _apply_kind(self, collection: Collection[Document], codec: Codec[Any], events: Sequence[Event]) -> None:
        about: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            about[key_of(event)].append(event)
        known = {each["_id"]: codec.decode(each) for each in collection.find({"_id": {"$in": list(about)}})}
        writes: list[InsertOne[Document] | ReplaceOne[Document]] = []
        for key, own in about.items():
            if (fact := apply_events(known.get(key), own)) is not None:
                document = codec.encode(fact)
                writes.append(ReplaceOne(_before(document), document) if key in known else InsertOne(document))
        if not writes:
            return
        try:
            done = collection.bulk_write(writes, ordered=False)
            lost = done.inserted_count + done.matched_count != len(writes)
        except BulkWriteError as error:
            if not only_known_already(error):
                raise
            lost = True
        if lost:  # another process changed the same facts concurrently
            for event in events:
                self.apply(event)

    def stale(self, most: int) -> list[tuple[str, str]]:
        """The (municipality, day) pairs whose counts are out of date."""
        found: set[tuple[str, str]] = set()
        for collection in self.collections.values():  # appointments first, as the most visible
            if len(found) >= most:
                break
            rows = collection.aggregate(
                [
                    {"$match": {"municipality": {"$gt": ""}, "stale_days.0": {"$exists": True}}},
                    {"$limit": MAX_SCANNED},
                    {"$unwind": "$stale_days"},
                    {"$group": {"_id": {"municipality": "$municipality", "day": "$stale_days"}}},
                    {"$limit": most},
                ]
            )
            found.update((row["_id"]["municipality"], row["_id"]["day"]) for row in rows)
        return sorted(found)[:most]

    def uncounted(self, municipality: str, day: str) -> dict[str, list[Document]]:
        """The facts, by kind, that the counts of the day do not include: id and version."""
        query = {"municipality": municipality, "stale_days": day, "stale_days.0": {"$exists": True}}
        return {kind: list(each.find(query, {"version": 1})) for kind, each in self.collections.items()}

    def of_day(self, municipality: str, day: str) -> dict[str, list[Fact]]:
        """The facts of one day, by kind, without their events."""
        query = {"municipality": municipality, "day": day}
        return {
            kind: list(map(CODECS[kind].decode, each.find(query, WITHOUT_EVENTS)))
            for kind, each in self.collections.items()
        }

    def mark_counted(self, facts: Mapping[str, Iterable[Document]], day: str) -> None:
        """Mark these versions as included in the counts of the day."""
        for kind, own in facts.items():
            writes = [
                UpdateOne({"_id": each["_id"], "version": each["version"]}, {"$pull": {"stale_days": day}})
                for each in own
            ]
            if writes:
                self.collections[kind].bulk_write(writes, ordered=False)


def _kind(event: Event) -> str:
    return KIND_OF[event.name].name


def _before(document: Document) -> Document:
    """The query for the version of the fact that this one replaces."""
    return {"_id": document["_id"], "version": document["version"] - 1}


def _save(collection: Collection[Document], document: Document) -> bool:
    if document["version"] > 1:
        return collection.replace_one(_before(document), document).matched_count == 1
    try:
        collection.insert_one(document)
    except DuplicateKeyError:
        return False
    return True
