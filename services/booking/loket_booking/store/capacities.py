"""The capacity that was last published for each resource-day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from pymongo.database import Database
from pymongo.errors import BulkWriteError

from loket_chassis.runtime.unavailable import is_unconfirmed
from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event

from ..domain.capacity import Capacity
from .codecs import CAPACITY
from .repository import Repository


class Capacities(Repository[Capacity]):
    """One document per resource-day, stored with the event that publishes it."""

    NAME = "capacities"

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database, CAPACITY)

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("date", 1)], name="days")

    def published(self, municipality: str, first: dt.date) -> dict[str, Capacity]:
        """What was published for the days from `first` on, by id."""
        found = self._find({"municipality": municipality, "date": {"$gte": first.isoformat()}}, "date")
        return {capacity.id: capacity for capacity in found}

    def save_all(self, changes: Sequence[tuple[Capacity, Event]]) -> list[Event]:
        """As `save`, for many at once. Returns the events of those that were saved."""
        events = {changed.id: event for changed, event in changes}
        new = [self._new(each, event) for each, event in changes if each.sequence == 1]
        lost = set()
        if new:
            try:
                self.collection.insert_many(new, ordered=False)
            except BulkWriteError as error:  # another instance published some of them
                if is_unconfirmed(error):
                    raise
                lost = {new[problem["index"]]["_id"] for problem in error.details["writeErrors"]}
        for changed, event in changes:
            if changed.sequence > 1 and not self.save(changed, event):
                lost.add(changed.id)
        return [event for name, event in events.items() if name not in lost]

    def delete_before(self, date: dt.date) -> int:
        over = {"date": {"$lt": date.isoformat()}, "outbox": {"$size": 0}}
        return self.collection.delete_many(over).deleted_count
