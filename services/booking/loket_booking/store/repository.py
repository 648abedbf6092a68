"""Things with a life of their own, one document each: every step is one write, with its event in the same write."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event

from ..domain.ticket import Ticket
from ..domain.waiting_list import Entry
from .documents import entry_of, ticket_of, to_entry_document, to_ticket_document


class _Living(Protocol):
    @property
    def id(self) -> str: ...

    @property
    def sequence(self) -> int: ...


T = TypeVar("T", bound=_Living)


class Lives(Generic[T]):
    """A collection of such things. `sequence` counts the steps of each."""

    NAME = ""

    def __init__(self, database: Database[Document], write: Callable[[T], Document], read: Callable[[Document], T]):
        self.collection = database[self.NAME]
        self._write = write
        self._read = read

    def keep(self, thing: T, event: Event) -> bool:
        """Keep the step that led to `thing`, unless somebody else took a step meanwhile (then False)."""
        document = self._write(thing)
        if thing.sequence == 1:
            try:
                self.collection.insert_one({"_id": thing.id, **document, "outbox": [event.to_document()]})
            except DuplicateKeyError:
                return False
            return True
        result = self.collection.update_one(
            {"_id": thing.id, "sequence": thing.sequence - 1},
            {"$set": document, "$push": {"outbox": event.to_document()}},
        )
        return result.modified_count == 1

    def get(self, identifier: str) -> T | None:
        found = self.collection.find_one({"_id": identifier})
        return self._read(found) if found else None

    def get_all(self, identifiers: Iterable[str]) -> dict[str, T]:
        found = self.collection.find({"_id": {"$in": list(identifiers)}})
        return {each["_id"]: self._read(each) for each in found}

    def _find(self, query: Document, order: str, most: int = 0) -> list[T]:
        return [self._read(found) for found in self.collection.find(query).sort(order, 1).limit(most)]


class WaitingLists(Lives[Entry]):
    """The waiting lists of all municipalities."""

    NAME = "waiting_list"

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database, to_entry_document, entry_of)

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("state", 1), ("team", 1), ("joined_at", 1)], name="line")
        self.collection.create_index("start", name="past")

    def waiting(self, municipality: str, team: str | None, most: int) -> list[Entry]:
        """Those who wait for an offer, the longest first."""
        query: Document = {"municipality": municipality, "state": "waiting"}
        return self._find(query if team is None else {**query, "team": team}, "joined_at", most)

    def offered(self, municipality: str) -> list[Entry]:
        return self._find({"municipality": municipality, "state": "offered"}, "joined_at")

    def forget_before(self, moment: dt.datetime) -> int:
        """Delete the places of appointments that began earlier, once their events are out."""
        over = {"start": {"$lt": moment}, "state": "left", "outbox": {"$size": 0}}
        return self.collection.delete_many(over).deleted_count


class Queues(Lives[Ticket]):
    """The tickets of all locations and days."""

    NAME = "tickets"

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database, to_ticket_document, ticket_of)
        self.numbers = database["ticket_numbers"]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("location", 1), ("arrived_at", 1)], name="day")

    def next_number(self, day: str) -> int:
        """The next number of `day`, given as municipality/location/date. A number may be lost, never given twice."""
        found = self.numbers.find_one_and_update(
            {"_id": day}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        return int(found["last"])

    def of_day(self, municipality: str, location: str, begin: dt.datetime, end: dt.datetime) -> list[Ticket]:
        """The tickets of people who arrived between these moments, in that order."""
        return self._find(
            {"municipality": municipality, "location": location, "arrived_at": {"$gte": begin, "$lt": end}},
            "arrived_at",
        )
