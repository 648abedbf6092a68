"""Residents' feedback on their visits, by the appointment's id and without a name."""

from __future__ import annotations

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event


class Feedback:
    """One document per appointment."""

    NAME = "feedback"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def add(self, appointment: str, municipality: str, score: int, comment: str, event: Event) -> bool:
        """Store it with its event. False when the appointment has feedback."""
        document = {"municipality": municipality, "score": score, "comment": comment, "at": event.time}
        try:
            self.collection.insert_one({"_id": appointment, **document, "outbox": [event.to_document()]})
        except DuplicateKeyError:
            return False
        return True

    def get(self, appointment: str) -> Document | None:
        return self.collection.find_one({"_id": appointment}, {"outbox": 0})

    def delete_comments(self, appointments: list[str]) -> None:
        """Delete the comments, which may hold names; the scores stay."""
        self.collection.update_many({"_id": {"$in": appointments}}, {"$set": {"comment": ""}})
