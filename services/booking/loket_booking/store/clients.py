"""What each client has taken of what is bounded. One atomic write both counts and takes, for all instances together.

_id      "rumst/holds/<keyed hash of the client>"
permits  [{id, until}]   live until then; what is over is dropped by the next write
expires  the end of the last one, when MongoDB removes the document
"""

from __future__ import annotations

import datetime as dt

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage.connection import UNJOURNALED, Document


class Clients:
    """The permits of all clients of all municipalities."""

    NAME = "clients"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME].with_options(write_concern=UNJOURNALED)

    def create_indexes(self) -> None:
        self.collection.create_index("expires", expireAfterSeconds=0, name="expires")

    def take(self, name: str, permit: str, most: int, until: dt.datetime, now: dt.datetime) -> dt.datetime | None:
        """Take one of `most` permits until a moment. Returns None, or when the next one is free if all are taken."""
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
        """Give a permit back before its time."""
        self.collection.update_one({"_id": name}, {"$pull": {"permits": {"id": permit}}})

    def _change(self, name: str, change: list[Document]) -> Document:
        while True:
            try:
                found = self.collection.find_one_and_update(
                    {"_id": name}, change, upsert=True, return_document=ReturnDocument.AFTER
                )
            except DuplicateKeyError:  # two first requests at the same moment: the other one made the document
                continue
            return found
