"""Residents' feedback on their visits, by the appointment's id and without a name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.messaging.event_documents import with_outbox
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event
from loket_contracts.unknown_fields import PreservesUnknownFields


@dataclass(frozen=True)
class Rating(PreservesUnknownFields):
    """A score from 1 to 5 and a comment. `id`: that of the appointment."""

    id: str
    municipality: str
    score: int
    comment: str
    at: dt.datetime


RATING = Codec(Rating, DOCUMENT_ID)


class Feedback:
    """One document per appointment."""

    NAME = "feedback"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def add(self, appointment: str, municipality: str, score: int, comment: str, event: Event) -> bool:
        """Store it with its event. False when the appointment has feedback."""
        rating = Rating(appointment, municipality, score, comment, event.time)
        try:
            self.collection.insert_one(with_outbox(RATING.encode(rating), event))
        except DuplicateKeyError:
            return False
        return True

    def get(self, appointment: str) -> Rating | None:
        return RATING.decode_found(self.collection.find_one({"_id": appointment}, {"outbox": 0}))

    def delete_comments(self, appointments: list[str]) -> None:
        """Delete the comments, which may hold names; the scores stay."""
        self.collection.update_many({"_id": {"$in": appointments}}, {"$set": RATING.encode_fields(comment="")})
