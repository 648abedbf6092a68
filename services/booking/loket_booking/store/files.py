"""Files that residents send, in MongoDB's GridFS."""

from __future__ import annotations

from collections.abc import Iterable

from bson import ObjectId
from bson.errors import InvalidId
from gridfs import GridFSBucket, NoFile
from pymongo.database import Database

from loket_chassis.mongo import Document


class Files:
    """Each file belongs to one appointment, whose card names it."""

    NAME = "files"

    def __init__(self, database: Database[Document]) -> None:
        self.bucket = GridFSBucket(database, bucket_name=self.NAME)
        self.collection = database[f"{self.NAME}.files"]

    def create_indexes(self) -> None:
        self.collection.create_index("metadata.appointment", name="appointment")

    def add(self, appointment: str, name: str, content: bytes) -> str:
        """Returns the id of the file."""
        return str(self.bucket.upload_from_stream(name, content, metadata={"appointment": appointment}))

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
