"""Who looked at or changed what is known of a resident. Entries are only ever added; they know no resident by name."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database

from loket_chassis.mongo import Document

from ..domain.lifecycle import Actor


class Audit:
    """What was done: read, changed, exported or erased."""

    NAME = "audit"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("at", -1)], name="list")
        self.collection.create_index([("appointment", 1), ("at", -1)], name="appointment")

    def note(
        self, municipality: str, by: Actor, action: str, now: dt.datetime, appointment: str | None = None,
        detail: str = "",
    ) -> None:  # fmt: skip
        self.collection.insert_one(
            {
                "municipality": municipality,
                "at": now,
                "by": by.role,
                "who": by.who,
                "action": action,
                "appointment": appointment,
                "detail": detail,
            }
        )

    def listed(self, municipality: str, appointment: str | None, most: int) -> list[Document]:
        """The latest first."""
        query: Document = {"municipality": municipality}
        if appointment is not None:
            query["appointment"] = appointment
        return list(self.collection.find(query, {"_id": 0}).sort([("at", -1), ("_id", -1)]).limit(most))
