"""The weekly reports that were sent, by the id of the event, so that a repeated event sends nothing."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields


class InHand(Exception):
    """Another process is sending it, or died doing so a short time ago."""


@dataclass(frozen=True)
class Report(PreservesUnknownFields):
    """A weekly report that is claimed `until` then, or sent."""

    id: str
    until: dt.datetime
    sent_at: dt.datetime | None = None


REPORT = Codec(Report, DOCUMENT_ID)


class Reports:
    """One document per report, deleted after `KEPT`."""

    NAME = "reports"
    KEPT = dt.timedelta(days=90)
    IN_HAND = dt.timedelta(minutes=2)

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index("until", name="kept_for", expireAfterSeconds=int(self.KEPT.total_seconds()))

    def take(self, identifier: str, now: dt.datetime) -> bool:
        """Claim it. Return False when it was sent. Raises InHand."""
        try:
            self.collection.update_one(
                {"_id": identifier, "sent_at": None, "until": {"$lte": now}},
                {"$set": REPORT.encode_fields(until=now + self.IN_HAND), "$setOnInsert": REPORT.version_field},
                upsert=True,
            )
        except DuplicateKeyError as error:
            if self.is_sent(identifier):
                return False
            raise InHand(identifier) from error
        return True

    def give_back(self, identifier: str, now: dt.datetime) -> None:
        """Release the claim after a failure, so that others may try."""
        self.collection.update_one({"_id": identifier}, {"$set": REPORT.encode_fields(until=now)})

    def sent(self, identifier: str, now: dt.datetime) -> None:
        self.collection.update_one({"_id": identifier}, {"$set": REPORT.encode_fields(sent_at=now)})

    def is_sent(self, identifier: str) -> bool:
        found = self.collection.find_one({"_id": identifier})
        return found is not None and REPORT.decode(found).sent_at is not None
