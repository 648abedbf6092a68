"""How far away free slots were, one document for each type, location and day; kept until it is told."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.mongo import Document
from loket_contracts.envelope import Event


class Samples:
    """One a day, whichever instance takes it."""

    NAME = "samples"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index("date", name="date")

    def taken(self, identifiers: list[str]) -> set[str]:
        return {each["_id"] for each in self.collection.find({"_id": {"$in": identifiers}}, {"_id": 1})}

    def add(self, date: dt.date, event: Event) -> bool:
        """False when there is one already."""
        try:
            self.collection.insert_one(
                {"_id": event.subject, "date": date.isoformat(), "outbox": [event.to_document()]}
            )
        except DuplicateKeyError:
            return False
        return True

    def forget_before(self, date: dt.date) -> int:
        return self.collection.delete_many({"date": {"$lt": date.isoformat()}, "outbox": {"$size": 0}}).deleted_count
