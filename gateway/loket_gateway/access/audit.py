"""The log of logins and of changes to access. Booking has the audit log of appointments."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database

from loket_chassis.storage import pagination
from loket_chassis.storage.connection import Document

#: MongoDB removes older entries
KEPT_FOR = dt.timedelta(days=365)


class AccessLog:
    """An append-only log. Entries contain names of accounts and keys, never an address or a password."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["access_log"]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("_id", -1)], name="list")
        self.collection.create_index("at", expireAfterSeconds=int(KEPT_FOR.total_seconds()), name="expires")

    def record(self, municipality: str, who: str, action: str, now: dt.datetime, detail: str = "") -> None:
        self.collection.insert_one(
            {"municipality": municipality, "at": now, "who": who, "action": action, "detail": detail}
        )

    def page(self, municipality: str, before: str | None, most: int) -> tuple[list[Document], str | None]:
        """Return entries, latest first, and the cursor of the next page. Raises Refusal: invalid-request."""
        found, more = pagination.latest(self.collection, {"municipality": municipality}, before, most)
        return [
            {"at": each["at"].isoformat(), "who": each["who"], "action": each["action"], "detail": each["detail"]}
            for each in found
        ], more
