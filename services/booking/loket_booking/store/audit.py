"""The audit log: who read or changed the data of residents. Append-only, without personal data of residents."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database

from loket_chassis.storage import pagination
from loket_chassis.storage.connection import Document

from ..domain.lifecycle import Actor


class Audit:
    """One entry for each action: read, changed, exported, erased or asked."""

    NAME = "audit"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("_id", -1)], name="pages")
        self.collection.create_index([("appointment", 1), ("_id", -1)], name="pages_of_one")
        self.collection.create_index([("municipality", 1), ("who", 1), ("at", -1)], name="lately")

    def record(
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

    def record_once(
        self, municipality: str, by: Actor, action: str, now: dt.datetime, detail: str, every: dt.timedelta
    ) -> None:
        """As `record`, unless the same entry was made within `every`: a page that refreshes itself is read once."""
        recent = {"municipality": municipality, "who": by.who, "at": {"$gt": now - every}, "detail": detail}
        if self.collection.find_one({**recent, "by": by.role, "action": action}, {"_id": 1}) is None:
            self.record(municipality, by, action, now, detail=detail)

    def page(
        self, municipality: str, appointment: str | None, before: str | None, most: int
    ) -> tuple[list[Document], str | None]:
        """The latest entries first, and the cursor of the next page. Raises Refusal: invalid-request."""
        query: Document = {"municipality": municipality}
        if appointment is not None:
            query["appointment"] = appointment
        return pagination.latest(self.collection, query, before, most)
