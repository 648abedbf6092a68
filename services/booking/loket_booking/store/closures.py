"""Closures that staff or calendar feeds add to those of the configuration."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from pymongo.client_session import ClientSession
from pymongo.database import Database

from loket_chassis.runtime.cooperative import cooperatively
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_chassis.storage.transactions import run_in_transaction
from loket_contracts.languages import Text
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..domain.catalogue import Closed, Closure


@dataclass(frozen=True, kw_only=True)
class StoredClosure(PreservesUnknownFields):
    """A closure and what it closes. `source` is staff, or the name of a feed. The first fields are as in `Closure`."""

    first: dt.date
    last: dt.date
    reason: Text
    start: dt.time | None = None
    end: dt.time | None = None
    id: str
    municipality: str
    resource: str | None = None
    location: str | None = None
    source: str
    made_by: str | None = None
    made_at: dt.datetime

    @property
    def closure(self) -> Closure:
        return Closure(self.first, self.last, self.reason, self.start, self.end)


CLOSURE = Codec(StoredClosure, DOCUMENT_ID)


class Closures:
    """Every change increments the municipality's `revision`, with which caches detect changes."""

    NAME = "closures"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]
        self.revisions = database["closure_revisions"]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("first", 1)], name="municipality")
        self.collection.create_index("last", name="past")

    def add(self, stored: StoredClosure) -> None:
        self.collection.insert_one(CLOSURE.encode(stored))
        self._changed(stored.municipality)

    def remove(self, municipality: str, identifier: str) -> StoredClosure | None:
        """Delete a closure of staff. None when there is none with this id."""
        found = self.collection.find_one_and_delete(
            {"_id": identifier, "municipality": municipality, "source": "staff"}
        )
        if found is None:
            return None
        self._changed(municipality)
        return CLOSURE.decode(found)

    def replace(
        self, municipality: str, resource: str, source: str, closures: Sequence[Closure], now: dt.datetime,
        since: dt.date,
    ) -> int:  # fmt: skip
        """Replace all closures of a resource from `source`. Returns how many old ones last until `since` or later."""
        mine = {"municipality": municipality, "resource": resource, "source": source}
        before = [CLOSURE.decode(found).closure for found in self.collection.find(mine)]
        current = sum(closure.last >= since for closure in before)
        if {_times(closure) for closure in before} == {_times(closure) for closure in closures}:
            return current
        made = [
            StoredClosure(
                **vars(closure), id=uuid.uuid4().hex, municipality=municipality, resource=resource, source=source,
                made_at=now,
            )
            for closure in closures
        ]  # fmt: skip

        def replace_all(session: ClientSession) -> None:
            self.collection.delete_many(mine, session=session)
            if made:
                self.collection.insert_many([CLOSURE.encode(stored) for stored in made], session=session)

        run_in_transaction(self.collection.database.client, replace_all)
        self._changed(municipality)
        return current

    def get(self, municipality: str, identifier: str) -> StoredClosure | None:
        return CLOSURE.decode_found(self.collection.find_one({"_id": identifier, "municipality": municipality}))

    def ending_from(self, municipality: str, since: dt.date) -> list[StoredClosure]:
        query = {"municipality": municipality, "last": {"$gte": since.isoformat()}}
        return [CLOSURE.decode(found) for found in self.collection.find(query).sort("first", 1)]

    def revision(self, municipality: str) -> int:
        found = self.revisions.find_one({"_id": municipality})
        return found["revision"] if found else 0

    def closed(self, municipality: str) -> Closed:
        """All closures, by what they close."""
        everywhere = []
        locations: dict[str, list[Closure]] = defaultdict(list)
        resources: dict[str, list[Closure]] = defaultdict(list)
        for stored in map(CLOSURE.decode, cooperatively(self.collection.find({"municipality": municipality}))):
            if stored.resource is not None:
                resources[stored.resource].append(stored.closure)
            elif stored.location is not None:
                locations[stored.location].append(stored.closure)
            else:
                everywhere.append(stored.closure)
        return Closed(
            tuple(everywhere),
            {name: tuple(each) for name, each in locations.items()},
            {name: tuple(each) for name, each in resources.items()},
        )

    def delete_before(self, municipality: str, date: dt.date) -> int:
        over = {"municipality": municipality, "last": {"$lt": date.isoformat()}}
        return self.collection.delete_many(over).deleted_count

    def _changed(self, municipality: str) -> None:
        self.revisions.update_one({"_id": municipality}, {"$inc": {"revision": 1}}, upsert=True)


def _times(closure: Closure) -> tuple[dt.date, dt.date, dt.time | None, dt.time | None]:
    return closure.first, closure.last, closure.start, closure.end
