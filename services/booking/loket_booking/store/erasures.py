"""Residents that are being forgotten: which appointments, and whether it is done."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database

from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event

#: longer than one erasure can take
UNDER_WAY = dt.timedelta(minutes=5)


class Erasures:
    """Each is written before the first card goes, so that one whose process dies is brought to its end."""

    NAME = "erasures"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def begin(self, event: Event) -> None:
        self.collection.insert_one(
            {
                "_id": event.subject,
                "at": event.time,
                "appointments": event.data["appointments"],
                "done": False,
                "outbox": [event.to_document()],
            }
        )

    def done(self, identifier: str) -> None:
        self.collection.update_one({"_id": identifier}, {"$set": {"done": True}})

    def left(self, now: dt.datetime) -> list[tuple[str, list[str]]]:
        """(id, appointments) of those that were begun a while ago and never done."""
        found = self.collection.find({"done": False, "at": {"$lte": now - UNDER_WAY}})
        return [(document["_id"], document["appointments"]) for document in found]
