"""Closures beside the configuration: what people close for a while, and when a specialist is busy elsewhere."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.database import Database

from loket_chassis.storage.connection import Document

from ..domain.catalogue import Closed, Closure


@dataclass(frozen=True)
class LaidClosure:
    """A closure with what it closes. `source` is staff, or the name of the feed that it came from."""

    id: str
    municipality: str
    closure: Closure
    resource: str | None
    location: str | None
    source: str
    made_by: str | None
    made_at: dt.datetime


class Closures:
    """`revision` of a municipality rises with every change, so that who remembers them knows when to look again."""

    NAME = "closures"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]
        self.revisions = database["closure_revisions"]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("first", 1)], name="municipality")
        self.collection.create_index("last", name="past")

    def add(self, laid: LaidClosure) -> None:
        self.collection.insert_one(_document(laid))
        self._changed(laid.municipality)

    def remove(self, municipality: str, identifier: str) -> LaidClosure | None:
        """Take a closure away that people laid. None when there is none of that name."""
        found = self.collection.find_one_and_delete(
            {"_id": identifier, "municipality": municipality, "source": "staff"}
        )
        if found is None:
            return None
        self._changed(municipality)
        return _laid(found)

    def replace(
        self, municipality: str, resource: str, source: str, closures: Sequence[Closure], now: dt.datetime,
        since: dt.date,
    ) -> int:  # fmt: skip
        """Let these be all that `source` says of a resource. Returns how many there were that last until `since`."""
        mine = {"municipality": municipality, "resource": resource, "source": source}
        before = [_laid(found).closure for found in self.collection.find(mine)]
        current = sum(closure.last >= since for closure in before)
        if {_times(closure) for closure in before} == {_times(closure) for closure in closures}:
            return current
        made = [
            LaidClosure(uuid.uuid4().hex, municipality, closure, resource, None, source, None, now)
            for closure in closures
        ]
        with self.collection.database.client.start_session() as session, session.start_transaction():
            self.collection.delete_many(mine, session=session)
            if made:
                self.collection.insert_many([_document(laid) for laid in made], session=session)
        self._changed(municipality)
        return current

    def listed(self, municipality: str, since: dt.date) -> list[LaidClosure]:
        query = {"municipality": municipality, "last": {"$gte": since.isoformat()}}
        return [_laid(found) for found in self.collection.find(query).sort("first", 1)]

    def revision(self, municipality: str) -> int:
        found = self.revisions.find_one({"_id": municipality})
        return found["revision"] if found else 0

    def closed(self, municipality: str) -> Closed:
        """All of them, by what they close."""
        everywhere = []
        locations: dict[str, list[Closure]] = defaultdict(list)
        resources: dict[str, list[Closure]] = defaultdict(list)
        for laid in map(_laid, self.collection.find({"municipality": municipality})):
            if laid.resource is not None:
                resources[laid.resource].append(laid.closure)
            elif laid.location is not None:
                locations[laid.location].append(laid.closure)
            else:
                everywhere.append(laid.closure)
        return Closed(
            tuple(everywhere),
            {name: tuple(each) for name, each in locations.items()},
            {name: tuple(each) for name, each in resources.items()},
        )

    def forget_before(self, date: dt.date) -> int:
        return self.collection.delete_many({"last": {"$lt": date.isoformat()}}).deleted_count

    def _changed(self, municipality: str) -> None:
        self.revisions.update_one({"_id": municipality}, {"$inc": {"revision": 1}}, upsert=True)


def _document(laid: LaidClosure) -> Document:
    closure = laid.closure
    return {
        "_id": laid.id,
        "municipality": laid.municipality,
        "first": closure.first.isoformat(),
        "last": closure.last.isoformat(),
        "start": closure.start and closure.start.isoformat(),
        "end": closure.end and closure.end.isoformat(),
        "reason": dict(closure.reason),
        "resource": laid.resource,
        "location": laid.location,
        "source": laid.source,
        "made_by": laid.made_by,
        "made_at": laid.made_at,
    }


def _laid(document: Document) -> LaidClosure:
    closure = Closure(
        first=dt.date.fromisoformat(document["first"]),
        last=dt.date.fromisoformat(document["last"]),
        reason=document["reason"],
        start=document["start"] and dt.time.fromisoformat(document["start"]),
        end=document["end"] and dt.time.fromisoformat(document["end"]),
    )
    names = {name: document[name] for name in ("municipality", "resource", "location", "source", "made_by", "made_at")}
    return LaidClosure(id=document["_id"], closure=closure, **names)


def _times(closure: Closure) -> tuple[Any, ...]:
    return closure.first, closure.last, closure.start, closure.end
