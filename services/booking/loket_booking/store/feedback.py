"""What residents thought of their visit. The comment is kept here, with the appointment's id and no name."""

from __future__ import annotations

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event


class Feedback:
    """One for each appointment."""

    NAME = "feedback"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def add(self, appointment: str, municipality: str, score: int, comment: str, event: Event) -> bool:
        """Keep it with its event. False when there is some already."""
        document = {"municipality": municipality, "score": score, "comment": comment, "at": event.time}
        try:
            self.collection.insert_one({"_id": appointment, **document, "outbox": [event.to_document()]})
        except DuplicateKeyError:
            return False
        return True

    def get(self, appointment: str) -> Document | None:
        return self.collection.find_one({"_id": appointment}, {"outbox": 0})

    def forget(self, appointments: list[str]) -> None:
        """Drop the comments, in which somebody may have written a name; the scores stay."""
        self.collection.update_many({"_id": {"$in": appointments}}, {"$set": {"comment": ""}})
