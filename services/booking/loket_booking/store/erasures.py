"""Erasures of residents' data: the appointments of each, and whether it is finished."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database

from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event

#: longer than any erasure takes
MAX_ERASURE_TIME = dt.timedelta(minutes=5)


class Erasures:
    """Each is stored before the first card is deleted, so that one whose process died can be finished."""

    NAME = "erasures"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def start(self, event: Event) -> None:
        self.collection.insert_one(
            {
                "_id": event.subject,
                "at": event.time,
                "appointments": event.data["appointments"],
                "done": False,
                "outbox": [event.to_document()],
            }
        )

    def finish(self, identifier: str) -> None:
        self.collection.update_one({"_id": identifier}, {"$set": {"done": True}})

    def unfinished(self, now: dt.datetime) -> list[tuple[str, list[str]]]:
        """(id, appointments) of the erasures whose process died."""
        found = self.collection.find({"done": False, "at": {"$lte": now - MAX_ERASURE_TIME}})
        return [(document["_id"], document["appointments"]) for document in found]
