"""Which reports were sent, by the event that asked for each, so that a repeated one sends nothing."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage.connection import Document


class InHand(Exception):
    """Somebody else is sending it at this very moment, or died doing so a short while ago."""


class Reports:
    """One document per report, {_id, until, sent_at}: in hand until then, or sent; gone after a while."""

    NAME = "reports"
    KEPT = dt.timedelta(days=90)
    IN_HAND = dt.timedelta(minutes=2)

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index("until", name="kept_for", expireAfterSeconds=int(self.KEPT.total_seconds()))

    def take(self, identifier: str, now: dt.datetime) -> bool:
        """Take it in hand. False when it was sent. Raises InHand."""
        try:
            self.collection.update_one(
                {"_id": identifier, "sent_at": None, "until": {"$lte": now}},
                {"$set": {"until": now + self.IN_HAND}},
                upsert=True,
            )
        except DuplicateKeyError as error:
            if self.is_sent(identifier):
                return False
            raise InHand(identifier) from error
        return True

    def give_back(self, identifier: str, now: dt.datetime) -> None:
        """It could not be sent; others may try."""
        self.collection.update_one({"_id": identifier}, {"$set": {"until": now}})

    def sent(self, identifier: str, now: dt.datetime) -> None:
        self.collection.update_one({"_id": identifier}, {"$set": {"sent_at": now}})

    def is_sent(self, identifier: str) -> bool:
        return self.collection.count_documents({"_id": identifier, "sent_at": {"$ne": None}}, limit=1) == 1
