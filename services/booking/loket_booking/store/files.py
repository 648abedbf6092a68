"""Files that residents upload, in MongoDB's GridFS.

A file that is uploaded before the booking is pending.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from bson import ObjectId
from bson.errors import InvalidId
from gridfs import GridFSBucket, NoFile
from pymongo.database import Database

from loket_chassis.storage.codec import Codec, Layout
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields


class FileDetails(TypedDict):
    """What is known of an uploaded file. `question`: for which it was asked."""

    question: str | None
    name: str
    media_type: str
    size: int
    at: dt.datetime


class UploadedFile(FileDetails):
    """A file in the bucket, as the card of its appointment lists it."""

    id: str


@dataclass(frozen=True)
class FileMetadata(PreservesUnknownFields):
    """`waits`: of a pending file, the entry for the card. `until`: after this no booking of it can follow.

    `unscanned`: the virus scanner has not given a verdict yet.
    """

    appointment: str
    waits: FileDetails | None = None
    until: dt.datetime | None = None
    unscanned: bool = False


FILE_METADATA = Codec(FileMetadata, Layout(omit_default={"waits", "until", "unscanned"}))


class Files:
    """Each file belongs to one appointment, whose card lists it."""

    NAME = "files"

    def __init__(self, database: Database[Document]) -> None:
        self.bucket = GridFSBucket(database, bucket_name=self.NAME)
        self.collection = database[f"{self.NAME}.files"]

    def create_indexes(self) -> None:
        self.collection.create_index("metadata.appointment", name="appointment")
        self.collection.create_index(
            "metadata.until", name="waiting", partialFilterExpression={"metadata.until": {"$exists": True}}
        )
        self.collection.create_index(
            "metadata.unscanned", name="unscanned", partialFilterExpression={"metadata.unscanned": True}
        )

    def add(self, appointment: str, name: str, content: bytes, unscanned: bool = False) -> str:
        """Returns the id of the file."""
        metadata = FILE_METADATA.encode(FileMetadata(appointment, unscanned=unscanned))
        return str(self.bucket.upload_from_stream(name, content, metadata=metadata))

    def add_pending(
        self, appointment: str, name: str, content: bytes, details: FileDetails, until: dt.datetime,
        unscanned: bool = False,
    ) -> None:  # fmt: skip
        """Store a file for an appointment that is not booked yet."""
        metadata = FILE_METADATA.encode(FileMetadata(appointment, details, until, unscanned))
        self.bucket.upload_from_stream(name, content, metadata=metadata)

    def pending(self, appointment: str) -> list[UploadedFile]:
        """Its pending files, in the order of upload."""
        query = {"metadata.appointment": appointment, "metadata.until": {"$exists": True}}
        return [
            {"id": str(each["_id"]), **details}
            for each in self.collection.find(query).sort("_id", 1)
            if (details := FILE_METADATA.decode(each["metadata"]).waits)
        ]

    def expired_pending(self, moment: dt.datetime) -> list[str]:
        """The ids of appointments with pending files that expired: never booked, or the booking process died."""
        return list(self.collection.distinct("metadata.appointment", {"metadata.until": {"$lte": moment}}))

    def move_pending(self, appointment: str, other: str, until: dt.datetime) -> None:
        self.collection.update_many(
            {"metadata.appointment": appointment, "metadata.until": {"$exists": True}},
            {"$set": {"metadata.appointment": other, "metadata.until": until}},
        )

    def settle_pending(self, identifiers: Iterable[str]) -> None:
        ids = [ObjectId(each) for each in identifiers]
        self.collection.update_many({"_id": {"$in": ids}}, {"$unset": {"metadata.until": "", "metadata.waits": ""}})

    def unscanned(self, most: int) -> dict[str, str]:
        """The appointments of at most `most` files without a verdict of the virus scanner, by the id of the file."""
        found = self.collection.find({"metadata.unscanned": True}).sort("_id", 1).limit(most)
        return {str(each["_id"]): FILE_METADATA.decode(each["metadata"]).appointment for each in found}

    def is_unscanned(self, identifier: str) -> bool:
        return self.collection.count_documents({"_id": ObjectId(identifier), "metadata.unscanned": True}) > 0

    def mark_scanned(self, identifier: str) -> None:
        self.collection.update_one({"_id": ObjectId(identifier)}, {"$unset": {"metadata.unscanned": ""}})

    def read(self, identifier: str) -> bytes | None:
        try:
            return bytes(self.bucket.open_download_stream(ObjectId(identifier)).read())
        except (NoFile, InvalidId):
            return None

    def delete(self, identifiers: Iterable[str]) -> None:
        for identifier in identifiers:
            try:
                self.bucket.delete(ObjectId(identifier))
            except NoFile:  # a concurrent request deleted it
                continue

    def delete_all_of(self, appointments: Iterable[str]) -> None:
        found = self.collection.find({"metadata.appointment": {"$in": list(appointments)}}, {"_id": 1})
        self.delete(str(each["_id"]) for each in found)
