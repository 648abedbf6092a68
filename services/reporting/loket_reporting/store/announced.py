"""What was announced once: one document each, kept until it is told and a while longer."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.mongo import Document
from loket_contracts.envelope import Event


class Announced:
    """The weekly reports that are due, whichever instance notices."""

    NAME = "announced"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index("at", name="at")

    def add(self, event: Event) -> bool:
        """False when it was announced before."""
        try:
            self.collection.insert_one({"_id": event.subject, "at": event.time, "outbox": [event.to_document()]})
        except DuplicateKeyError:
            return False
        return True

    def forget_before(self, moment: dt.datetime) -> int:
        return self.collection.delete_many({"at": {"$lt": moment}, "outbox": {"$size": 0}}).deleted_count
