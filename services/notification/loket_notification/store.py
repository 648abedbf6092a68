"""Messages in MongoDB: one document each, with its state. No address and no text is kept."""

from __future__ import annotations

import datetime as dt

from pymongo import ASCENDING
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.mongo import AHEAD, Document
from loket_contracts.envelope import Event

from .policy import PlannedMessage

#: longer than one sending can take: the contact card within 10 s, the mail server within 15 s
LEASE = dt.timedelta(seconds=30)


class BeingSent(Exception):
    """Another delivery of the same event is sending this message at this moment."""


class Messages:
    """All messages, by the id that follows from what they are about."""

    NAME = "messages"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]
        # a claim may be forgotten in a power cut: the event, not yet acknowledged, comes again
        self.ahead = self.collection.with_options(write_concern=AHEAD)

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", ASCENDING), ("appointment", ASCENDING)], name="appointment")

    def claim(self, message: PlannedMessage, now: dt.datetime) -> bool:
        """Take the message for sending, made known if it is new, so that no other delivery of its event sends it too.

        False when it is settled. Raises BeingSent when somebody else has it: the event must come again, for that
        somebody may have died with it. A claim ends by itself after LEASE.
        """
        waiting = {"$or": [{"state": "planned"}, {"state": "sending", "claimed_until": {"$lte": now}}]}
        names: Document = {name: getattr(message, name) for name in PlannedMessage.__dataclass_fields__}
        try:
            self.ahead.update_one(
                {"_id": message.id, **waiting},
                {
                    "$set": {"state": "sending", "claimed_until": now + LEASE},
                    "$inc": {"attempts": 1},
                    "$setOnInsert": {**names, "planned_at": now},
                },
                upsert=True,
            )
        except DuplicateKeyError as error:  # it is known, and it is not waiting
            if self.collection.count_documents({"_id": message.id, "state": "sending"}):
                raise BeingSent(message.id) from error
            return False
        return True

    def release(self, message: PlannedMessage) -> None:
        """Give a claim back: the message could not be sent for now."""
        self.ahead.update_one({"_id": message.id, "state": "sending"}, {"$set": {"state": "planned"}})

    def settle(
        self, message: PlannedMessage, state: str, now: dt.datetime, event: Event | None = None, reason: str = ""
    ) -> bool:
        """Move a claimed message to its final state, with the event that tells of it. False when it was settled."""
        change: Document = {
            "$set": {"state": state, "settled_at": now, "reason": reason},
            "$unset": {"claimed_until": ""},
        }
        if event is not None:
            change["$push"] = {"outbox": event.to_document()}
        return self.collection.update_one({"_id": message.id, "state": "sending"}, change).modified_count == 1
