"""Who came in, and who gave or took access. What is done with appointments is in booking's audit log."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database

from loket_chassis.storage import pagination
from loket_chassis.storage.connection import Document

#: kept so long, then removed by MongoDB itself
KEPT_FOR = dt.timedelta(days=365)


class AccessLog:
    """Entries are only ever added. They hold codes of accounts and keys, never an address or a password."""

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
        """The latest first, and the cursor to go on with. Raises Refusal: invalid-request."""
        found, more = pagination.latest(self.collection, {"municipality": municipality}, before, most)
        return [
            {"at": each["at"].isoformat(), "who": each["who"], "action": each["action"], "detail": each["detail"]}
            for each in found
        ], more
