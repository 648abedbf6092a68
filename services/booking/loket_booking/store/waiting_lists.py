"""The waiting lists of all municipalities."""

from __future__ import annotations

import datetime as dt

from pymongo.database import Database

from loket_chassis.storage.connection import Document

from ..domain.waiting_list import Entry
from .codecs import WAITING_LIST_ENTRY
from .repository import Repository


class WaitingLists(Repository[Entry]):
    """One document per entry; its id is that of the appointment."""

    NAME = "waiting_list"

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database, WAITING_LIST_ENTRY)

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("state", 1), ("team", 1), ("joined_at", 1)], name="line")
        self.collection.create_index("start", name="past")

    def waiting(self, municipality: str, team: str | None, most: int) -> list[Entry]:
        """The entries that wait for an offer, the oldest first. `team`: None for all teams."""
        query: Document = {"municipality": municipality, "state": "waiting"}
        return self._find(query if team is None else {**query, "team": team}, "joined_at", most)

    def save_preference(self, entry: Entry) -> bool:
        """Store which slots suit an entry, which is no transition. False if a transition was stored meanwhile."""
        encoded = self.codec.encode(entry)
        changed = self.collection.update_one(
            {"_id": entry.id, "sequence": entry.sequence},
            {"$set": {name: encoded[name] for name in ("preference", "not_before")}},
        )
        return changed.matched_count == 1

    def offered(self, municipality: str) -> list[Entry]:
        return self._find({"municipality": municipality, "state": "offered"}, "joined_at")

    def delete_before(self, moment: dt.datetime) -> int:
        """Delete the closed entries of appointments that began earlier, once their events are published."""
        over = {"start": {"$lt": moment}, "state": "left", "outbox": {"$size": 0}}
        return self.collection.delete_many(over).deleted_count
