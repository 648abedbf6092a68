"""The baseline and the targets of each municipality in MongoDB. No rebuild changes them."""

from __future__ import annotations

from typing import Any

from pymongo.database import Database

from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document

from ..domain.reference_values import ReferenceValues

REFERENCE_VALUES = Codec(ReferenceValues, DOCUMENT_ID, version=0)


class ReferenceValuesStore:
    """One document for each municipality that has set any."""

    NAME = "reference_values"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def of(self, municipality: str) -> ReferenceValues:
        found = self.collection.find_one({"_id": municipality})
        return REFERENCE_VALUES.decode(found) if found else ReferenceValues(municipality)

    def change(self, municipality: str, by: str, **values: Any) -> ReferenceValues:
        """Set some fields, and return what is stored now."""
        changed = REFERENCE_VALUES.encode_fields(**values, by=by)
        usual = REFERENCE_VALUES.encode(ReferenceValues(municipality))
        defaults = {name: value for name, value in usual.items() if name not in (*changed, "_id", "version")}
        self.collection.update_one(
            {"_id": municipality}, {"$set": changed, "$inc": {"version": 1}, "$setOnInsert": defaults}, upsert=True
        )
        return self.of(municipality)
