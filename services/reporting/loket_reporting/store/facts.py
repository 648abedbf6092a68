"""Facts in MongoDB, one document each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from pymongo import ASCENDING, InsertOne, ReplaceOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError, DuplicateKeyError

from loket_chassis.runtime.cooperative import cooperatively
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document, only_known_already
from loket_contracts.envelope import Event

from ..domain.facts import APPOINTMENT, CAPACITY, KIND_OF, KINDS, Fact, apply_events, key_of

#: by kind
CODECS: dict[str, Codec[Any]] = {kind.name: Codec(kind.fact, DOCUMENT_ID) for kind in KIND_OF.values()}
_KIND_OF_FACT = {kind.fact: kind.name for kind in KIND_OF.values()}
#: the projection for counting, which needs no events
WITHOUT_EVENTS = {"told": 0}
#: the number of facts per query for days to count; the next query finds the rest
MAX_SCANNED = 5000


#: the kind and the id
FactKey = tuple[str, str]


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

    def apply_all(self, events: Sequence[Event], mark: bool = True) -> set[tuple[str, str]]:
        """Apply many events, with one round trip for each kind of fact. Return (municipality, day) of their facts.

        `mark`: whether to mark the days whose counts do not include the events; else all days are counted afterwards.
        """
        days: set[tuple[str, str]] = set()
        for kind, own in groupby(sorted(events, key=_kind), key=_kind):
            days |= self._apply_kind(kind, list(own), mark)
        return days

    def _apply_kind(self, kind: str, events: Sequence[Event], mark: bool) -> set[tuple[str, str]]:
        collection, codec = self.collections[kind], CODECS[kind]
        about: dict[str, list[Event]] = defaultdict(list)
        for event in events:
            about[key_of(event)].append(event)
        known = {each["_id"]: codec.decode(each) for each in collection.find({"_id": {"$in": list(about)}})}
        documents, days = [], set[tuple[str, str]]()
        for key, own in cooperatively(about.items()):
            if (fact := apply_events(known.get(key), own)) is None:
                continue
            document = codec.encode(fact)
            if not mark:
                document["stale_days"] = []
            documents.append(document)
            if fact.day is not None:
                days.add((fact.municipality, fact.day))
        if documents and not _save_all(collection, documents):  # another process changed the same facts concurrently
            for event in events:
                self.apply(event)
        return days

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

    def of_days(
        self, municipality: str, days: Sequence[str], session: ClientSession | None = None
    ) -> dict[str, dict[str, list[Fact]]]:
        """The facts of each day, by kind, without their events."""
        query = {"municipality": municipality, "day": {"$in": list(days)}}
        found: dict[str, dict[str, list[Fact]]] = {day: {kind: [] for kind in KINDS} for day in days}
        for kind, collection in self.collections.items():
            for each in collection.find(query, WITHOUT_EVENTS, session=session):
                found[each["day"]][kind].append(CODECS[kind].decode(each))
        return found

    def changes(self, events: Sequence[Event], session: ClientSession) -> dict[FactKey, tuple[Fact | None, Fact]]:
        """Each fact that the events change, as it is and as it is to be."""
        about: dict[FactKey, list[Event]] = defaultdict(list)
        for event in events:
            about[_kind(event), key_of(event)].append(event)
        found = {}
        for kind, keys in groupby(sorted(about), key=itemgetter(0)):
            stored = self.collections[kind].find({"_id": {"$in": [key for _, key in keys]}}, session=session)
            found.update({(kind, each["_id"]): CODECS[kind].decode(each) for each in stored})
        applied = {key: apply_events(found.get(key), own) for key, own in about.items()}
        return {key: (found.get(key), fact) for key, fact in applied.items() if fact is not None}

    def save(self, facts: Iterable[Fact], session: ClientSession) -> None:
        """Store facts that `changes` gave."""
        writes: dict[str, list[InsertOne[Document] | ReplaceOne[Document]]] = defaultdict(list)
        for fact in facts:
            kind = _KIND_OF_FACT[type(fact)]
            document = CODECS[kind].encode(fact)
            writes[kind].append(ReplaceOne({"_id": fact.id}, document) if fact.version > 1 else InsertOne(document))
        for kind, own in writes.items():
            self.collections[kind].bulk_write(own, ordered=False, session=session)

    def people_of(self, days: Mapping[str, Iterable[str]], session: ClientSession) -> dict[tuple[str, str], set[str]]:
        """The resources that are persons, by municipality and day. `days`: by municipality."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        query = {"$or": [{"municipality": each, "day": {"$in": list(own)}} for each, own in days.items()]}
        columns = {"_id": 0, "municipality": 1, "day": 1, "resource": 1, "is_person": 1}
        for row in self.collections[CAPACITY.name].find(query, columns, session=session):
            if row["is_person"]:
                found[row["municipality"], row["day"]].add(row["resource"])
        return found

    def appointments_of(self, days: Sequence[tuple[str, str]], session: ClientSession) -> list[Fact]:
        """The appointments of these days, each with its municipality, without their events."""
        if not days:
            return []
        query = {"$or": [{"municipality": municipality, "day": day} for municipality, day in days]}
        found = self.collections[APPOINTMENT.name].find(query, WITHOUT_EVENTS, session=session)
        return [CODECS[APPOINTMENT.name].decode(each) for each in found]

    def mark_counted(self, municipality: str, days: Sequence[str], session: ClientSession) -> None:
        """Mark all facts as included in the counts of these days."""
        wanted = {"$in": list(days)}
        query = {"municipality": municipality, "stale_days": wanted, "stale_days.0": {"$exists": True}}
        for each in self.collections.values():
            each.update_many(query, {"$pull": {"stale_days": wanted}}, session=session)


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


def _save_all(collection: Collection[Document], documents: Sequence[Document]) -> bool:
    """Return False when one of them was not stored, as another version of its fact came first."""
    writes: list[InsertOne[Document] | ReplaceOne[Document]] = [
        ReplaceOne(_before(each), each) if each["version"] > 1 else InsertOne(each) for each in documents
    ]
    try:
        done = collection.bulk_write(writes, ordered=False)
    except BulkWriteError as error:
        if not only_known_already(error):
            raise
        return False
    return done.inserted_count + done.matched_count == len(documents)
