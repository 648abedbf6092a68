"""What each resource-day was last told to offer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pymongo.database import Database
from pymongo.errors import BulkWriteError

from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event

from ..domain.capacity import Capacity
from .repository import Lives


class Capacities(Lives[Capacity]):
    """One document per resource-day, kept with the event that told it."""

    NAME = "capacities"

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database, _document, _capacity)

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("date", 1)], name="days")

    def told(self, municipality: str, first: dt.date) -> dict[str, Capacity]:
        """All that was told of the days from `first` on, by id."""
        found = self._find({"municipality": municipality, "date": {"$gte": first.isoformat()}}, "date")
        return {capacity.id: capacity for capacity in found}

    def keep_all(self, changes: Sequence[tuple[Capacity, Event]]) -> list[Event]:
        """As `keep`, for many at once. Returns the events of those that were kept."""
        events = {changed.id: event for changed, event in changes}
        new = [self._with_outbox(each, event) for each, event in changes if each.sequence == 1]
        lost = set()
        if new:
            try:
                self.collection.insert_many(new, ordered=False)
            except BulkWriteError as error:  # another instance told some of them
                lost = {new[problem["index"]]["_id"] for problem in error.details["writeErrors"]}
        for changed, event in changes:
            if changed.sequence > 1 and not self.keep(changed, event):
                lost.add(changed.id)
        return [event for name, event in events.items() if name not in lost]

    @staticmethod
    def _with_outbox(capacity: Capacity, event: Event) -> Document:
        return {"_id": capacity.id, **_document(capacity), "outbox": [event.to_document()]}

    def forget_before(self, date: dt.date) -> int:
        over = {"date": {"$lt": date.isoformat()}, "outbox": {"$size": 0}}
        return self.collection.delete_many(over).deleted_count


def _document(capacity: Capacity) -> Document:
    return {**vars(capacity), "date": capacity.date.isoformat()}


def _capacity(document: Document) -> Capacity:
    values = {name: document[name] for name in Capacity.__dataclass_fields__}
    return Capacity(**{**values, "date": dt.date.fromisoformat(document["date"])})
