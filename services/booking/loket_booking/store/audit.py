"""The audit log: who read or changed the data of residents. Append-only, without personal data of residents."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.storage import pagination
from loket_chassis.storage.codec import Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..domain.lifecycle import Actor


@dataclass(frozen=True)
class AuditEntry(PreservesUnknownFields):
    """`by`: the role. `who`: the code of an account or key, if known."""

    municipality: str
    at: dt.datetime
    by: str
    who: str | None
    action: str
    appointment: str | None
    detail: str


AUDIT_ENTRY = Codec(AuditEntry, version=0)


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
        entry = AuditEntry(municipality, now, by.role, by.who, action, appointment, detail)
        self.collection.insert_one(AUDIT_ENTRY.encode(entry))

    def record_once(
        self, municipality: str, by: Actor, action: str, now: dt.datetime, detail: str, every: dt.timedelta
    ) -> None:
        """As `record`, unless the same entry was made within `every`: a page that refreshes itself is read once."""
        recent = {"municipality": municipality, "who": by.who, "at": {"$gt": now - every}, "detail": detail}
        if self.collection.find_one({**recent, "by": by.role, "action": action}, {"_id": 1}) is None:
            self.record(municipality, by, action, now, detail=detail)

    def page(
        self, municipality: str, appointment: str | None, before: str | None, most: int
    ) -> tuple[list[AuditEntry], str | None]:
        """The latest entries first, and the cursor of the next page. Raises Refusal: invalid-request."""
        query: Document = {"municipality": municipality}
        if appointment is not None:
            query["appointment"] = appointment
        found, more = pagination.latest(self.collection, query, before, most)
        return [AUDIT_ENTRY.decode(each) for each in found], more
