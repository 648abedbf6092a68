"""Files that residents send, in MongoDB's GridFS.

One that is sent while somebody still fills in the form waits for the appointment that it will be of: `waits` is what
its card is to know of it, and `until` the moment from which nobody comes for it any more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from bson import ObjectId
from bson.errors import InvalidId
from gridfs import GridFSBucket, NoFile
from pymongo.database import Database

from loket_chassis.storage.connection import Document


class Files:
    """Each file belongs to one appointment, whose card names it."""

    NAME = "files"

    def __init__(self, database: Database[Document]) -> None:
        self.bucket = GridFSBucket(database, bucket_name=self.NAME)
        self.collection = database[f"{self.NAME}.files"]

    def create_indexes(self) -> None:
        self.collection.create_index("metadata.appointment", name="appointment")
        self.collection.create_index(
            "metadata.until", name="waiting", partialFilterExpression={"metadata.until": {"$exists": True}}
        )

    def add(self, appointment: str, name: str, content: bytes) -> str:
        """Returns the id of the file."""
        return str(self.bucket.upload_from_stream(name, content, metadata={"appointment": appointment}))

    def add_waiting(
        self, appointment: str, name: str, content: bytes, waits: Mapping[str, Any], until: dt.datetime
    ) -> None:
        """Keep a file for an appointment that there is not yet."""
        metadata = {"appointment": appointment, "waits": dict(waits), "until": until}
        self.bucket.upload_from_stream(name, content, metadata=metadata)

    def waiting(self, appointment: str) -> list[dict[str, Any]]:
        """What waits for it, with the id of each, in the order in which it came."""
        query = {"metadata.appointment": appointment, "metadata.until": {"$exists": True}}
        return [
            {"id": str(each["_id"]), **each["metadata"]["waits"]} for each in self.collection.find(query).sort("_id", 1)
        ]

    def waited_until(self, moment: dt.datetime) -> list[str]:
        """The appointments for which files have waited in vain, or whose process died before it came for them."""
        return list(self.collection.distinct("metadata.appointment", {"metadata.until": {"$lte": moment}}))

    def wait_for_another(self, appointment: str, other: str, until: dt.datetime) -> None:
        self.collection.update_many(
            {"metadata.appointment": appointment, "metadata.until": {"$exists": True}},
            {"$set": {"metadata.appointment": other, "metadata.until": until}},
        )

    def wait_no_longer(self, identifiers: Iterable[str]) -> None:
        ids = [ObjectId(each) for each in identifiers]
        self.collection.update_many({"_id": {"$in": ids}}, {"$unset": {"metadata.until": "", "metadata.waits": ""}})

    def read(self, identifier: str) -> bytes | None:
        try:
            return bytes(self.bucket.open_download_stream(ObjectId(identifier)).read())
        except (NoFile, InvalidId):
            return None

    def remove(self, identifiers: Iterable[str]) -> None:
        for identifier in identifiers:
            try:
                self.bucket.delete(ObjectId(identifier))
            except NoFile:  # somebody else deleted it at the same moment
                continue

    def remove_all_of(self, appointments: Iterable[str]) -> None:
        found = self.collection.find({"metadata.appointment": {"$in": list(appointments)}}, {"_id": 1})
        self.remove(str(each["_id"]) for each in found)
