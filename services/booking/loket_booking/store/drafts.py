"""Forms that residents began to fill in. They hold personal data, and are deleted soon after their hold expires."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from pymongo.database import Database

from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields


@dataclass(frozen=True)
class Draft(PreservesUnknownFields):
    """`id`: that of the hold. `contact`: as in a card; empty until the resident gives it."""

    id: str
    municipality: str
    expires: dt.datetime
    answers: dict[str, str] = field(default_factory=dict)
    contact: dict[str, str | None] = field(default_factory=dict)


DRAFT = Codec(Draft, DOCUMENT_ID, version=0)


class Drafts:
    """One document per hold, which MongoDB deletes when it expires."""

    NAME = "drafts"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index("expires", expireAfterSeconds=0, name="expires")

    def get(self, hold: str) -> Draft | None:
        return DRAFT.decode_found(self.collection.find_one({"_id": hold}))

    def delete(self, holds: Iterable[str]) -> None:
        self.collection.delete_many({"_id": {"$in": list(holds)}})

    def save(self, draft: Draft) -> None:
        self.collection.replace_one({"_id": draft.id}, DRAFT.encode(draft), upsert=True)
