"""Messages in MongoDB: one document each, with its state. No address and no text is kept."""

from __future__ import annotations

import datetime as dt
from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from loket_contracts.envelope import Event

from .policy import PlannedMessage

Document = dict[str, Any]


class Messages:
    """All messages, by the id that follows from what they are about."""

    NAME = "messages"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", ASCENDING), ("appointment", ASCENDING)], name="appointment")

    def plan(self, message: PlannedMessage, now: dt.datetime) -> str:
        """Make the message known if it is not yet, count the try, and tell its state."""
        names: Document = {name: getattr(message, name) for name in PlannedMessage.__dataclass_fields__}
        found = self.collection.find_one_and_update(
            {"_id": message.id},
            {"$setOnInsert": {**names, "state": "planned", "planned_at": now}, "$inc": {"attempts": 1}},
            upsert=True,
            return_document=True,
            projection={"state": 1},
        )
        return str(found["state"])

    def settle(
        self, message: PlannedMessage, state: str, now: dt.datetime, event: Event | None = None, reason: str = ""
    ) -> bool:
        """Move a planned message to its final state, with the event that tells of it. False when it was settled."""
        change: Document = {"$set": {"state": state, "settled_at": now, "reason": reason}}
        if event is not None:
            change["$push"] = {"outbox": event.to_document()}
        return self.collection.update_one({"_id": message.id, "state": "planned"}, change).modified_count == 1
