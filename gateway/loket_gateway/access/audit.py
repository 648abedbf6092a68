"""The log of logins and of changes to access. Booking has the audit log of appointments."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.storage import pagination
from loket_chassis.storage.codec import Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

#: MongoDB removes older entries
KEPT_FOR = dt.timedelta(days=365)


@dataclass(frozen=True)
class AccessLogEntry(PreservesUnknownFields):
    """`who`: the name of an account or key. `detail`: the account, key or role that it concerns."""

    municipality: str
    at: dt.datetime
    who: str
    action: str
    detail: str = ""


ACCESS_LOG_ENTRY = Codec(AccessLogEntry)


class AccessLog:
    """An append-only log. Entries contain names of accounts and keys, never an address or a password."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["access_log"]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("_id", -1)], name="list")
        self.collection.create_index("at", expireAfterSeconds=int(KEPT_FOR.total_seconds()), name="expires")

    def record(self, municipality: str, who: str, action: str, now: dt.datetime, detail: str = "") -> None:
        entry = AccessLogEntry(municipality, now, who, action, detail)
        self.collection.insert_one(ACCESS_LOG_ENTRY.encode(entry))

    def page(self, municipality: str, before: str | None, most: int) -> tuple[list[Document], str | None]:
        """Return entries, latest first, and the cursor of the next page. Raises Refusal: invalid-request."""
        found, more = pagination.latest(self.collection, {"municipality": municipality}, before, most)
        return [
            {"at": each.at.isoformat(), "who": each.who, "action": each.action, "detail": each.detail}
            for each in map(ACCESS_LOG_ENTRY.decode, found)
        ], more
