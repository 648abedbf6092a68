"""The permits that each client has in use. One atomic write counts and takes a permit, across all instances.

_id      "rumst/holds/<keyed hash of the client>"
permits  [{id, until}]   expired ones are dropped by the next write
expires  when the last permit expires, and MongoDB deletes the document
"""

from __future__ import annotations

import datetime as dt

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage.connection import UNJOURNALED, Document, outside_deadline


class ClientPermits:
    """The permits of all clients of all municipalities."""

    NAME = "clients"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME].with_options(write_concern=UNJOURNALED)

    def create_indexes(self) -> None:
        self.collection.create_index("expires", expireAfterSeconds=0, name="expires")

    def take(self, name: str, permit: str, most: int, until: dt.datetime, now: dt.datetime) -> dt.datetime | None:
        """Take one of `most` permits. Returns None, or when the next one expires if all are in use."""
        live: Document = {
            "$filter": {"input": {"$ifNull": ["$permits", []]}, "cond": {"$gt": ["$$this.until", now]}}
        }  # fmt: skip
        taken = {"$concatArrays": ["$permits", [{"id": {"$literal": permit}, "until": until}]]}
        change: list[Document] = [
            {"$set": {"permits": live}},
            {"$set": {"permits": {"$cond": [{"$lt": [{"$size": "$permits"}, most]}, taken, "$permits"]}}},
            {"$set": {"expires": {"$max": "$permits.until"}}},
        ]
        permits = self._change(name, change)["permits"]
        if any(each["id"] == permit for each in permits):
            return None
        ends: list[dt.datetime] = sorted(each["until"] for each in permits)
        return ends[len(ends) - most]

    def release(self, name: str, permit: str) -> None:
        """Return a permit before it expires, also after the deadline of the call that took it."""
        outside_deadline(self.collection.update_one, {"_id": name}, {"$pull": {"permits": {"id": permit}}})

    def _change(self, name: str, change: list[Document]) -> Document:
        while True:
            try:
                found = self.collection.find_one_and_update(
                    {"_id": name}, change, upsert=True, return_document=ReturnDocument.AFTER
                )
            except DuplicateKeyError:  # a concurrent request created the document
                continue
            return found
