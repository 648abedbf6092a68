"""Forms of residents that were refused, until they are filled in correctly. They hold personal data, for about an hour.

Not in `drafts`: booking of release 0.1 cannot read a draft with another field.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields


@dataclass(frozen=True)
class RefusedPage(PreservesUnknownFields):
    """What was typed and what is wrong, as pairs of a field and a text: any text can be the name of a field."""

    page: str
    typed: list[list[str]]
    wrong: list[list[str]]


@dataclass(frozen=True)
class RefusedPages(PreservesUnknownFields):
    """`id`: that of the hold, or of the appointment."""

    id: str
    municipality: str
    expires: dt.datetime
    pages: list[RefusedPage]


REFUSED_PAGES = Codec(RefusedPages, DOCUMENT_ID, version=0)


class RefusedForms:
    """One document per hold or appointment. MongoDB deletes it when it expires."""

    NAME = "refused_forms"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index("expires", expireAfterSeconds=0, name="expires")

    def get(self, owner: str) -> list[RefusedPage]:
        found = REFUSED_PAGES.decode_found(self.collection.find_one({"_id": owner}))
        return found.pages if found else []

    def save(self, pages: RefusedPages) -> None:
        self.collection.replace_one({"_id": pages.id}, REFUSED_PAGES.encode(pages), upsert=True)

    def drop_page(self, owner: str, page: str) -> None:
        self.collection.update_one({"_id": owner}, {"$pull": {"pages": {"page": page}}})

    def delete(self, owners: Iterable[str]) -> None:
        self.collection.delete_many({"_id": {"$in": list(owners)}})
