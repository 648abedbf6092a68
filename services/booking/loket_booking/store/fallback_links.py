"""Links that earlier keys made, by the hash of their token, and how far the replacement of a key is.

A card has one hash, of the token under the present key. Cards of release 0.1 take no further field, and few
installations have earlier keys, so their hashes have a collection of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pymongo import ReplaceOne
from pymongo.database import Database

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_chassis.storage.schema_version import UnusableDatabase
from loket_contracts.unknown_fields import PreservesUnknownFields


@dataclass(frozen=True)
class FallbackLink(PreservesUnknownFields):
    """`id`: the hash of the token. `key_id`: of the key that made it."""

    id: str
    appointment: str
    key_id: str


@dataclass(frozen=True)
class Rotation(PreservesUnknownFields):
    """How far the hashes of all cards were replaced.

    `id`: the ids of the keys, the present one first. `last`: the id of the last card that was looked at. `passes`: how
    often all were looked at, the last time at `passed_at`.
    """

    id: str
    started_at: dt.datetime
    last: str = ""
    passes: int = 0
    passed_at: dt.datetime | None = None


FALLBACK_LINK = Codec(FallbackLink, DOCUMENT_ID, version=0)
ROTATION = Codec(Rotation, DOCUMENT_ID, version=0)


class OtherPseudonymKey(UnusableDatabase):
    """With this key, the pseudonyms in the databases match no person."""

    def __init__(self) -> None:
        super().__init__(
            "The databases have pseudonyms that were made with another key. Set LOKET_PSEUDONYM_SECRET to the "
            "LOKET_SECRET of before the change (docs/how-to/change-a-secret.md). Nothing was changed."
        )


class FallbackLinks:
    """The links that earlier keys made, of all municipalities."""

    NAME = "fallback_links"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]
        self.rotations = database["key_rotations"]
        self.pseudonym_keys = database["pseudonym_keys"]

    def create_indexes(self) -> None:
        self.collection.create_index("key_id", name="key")

    def find_appointment(self, token: str) -> str | None:
        """The id of the appointment whose link has this token."""
        found = FALLBACK_LINK.decode_found(self.collection.find_one({"_id": hash_of(token)}))
        return found.appointment if found else None

    def save_all(self, links: Iterable[FallbackLink]) -> None:
        changes = [ReplaceOne({"_id": link.id}, FALLBACK_LINK.encode(link), upsert=True) for link in links]
        if changes:
            self.collection.bulk_write(changes, ordered=False)

    def delete_of_other_keys(self, key_ids: Sequence[str]) -> None:
        self.collection.delete_many({"key_id": {"$nin": list(key_ids)}})

    def begin_rotation(self, key_ids: Sequence[str], now: dt.datetime) -> None:
        """Have the hashes of all cards replaced, unless the latest rotation is of the same keys.

        For the start of a process: the one that starts last has the settings that hold.
        """
        latest = self.rotation()
        if latest is None or latest.id != " ".join(key_ids):
            self.save_rotation(Rotation(" ".join(key_ids), now))
            self.delete_of_other_keys(key_ids)

    def rotation(self) -> Rotation | None:
        """The latest rotation, of whatever keys."""
        return ROTATION.decode_found(self.rotations.find_one(sort=[("started_at", -1)]))

    def save_rotation(self, rotation: Rotation) -> None:
        self.rotations.replace_one({"_id": rotation.id}, ROTATION.encode(rotation), upsert=True)

    def require_pseudonym_key(self, key_id: str) -> None:
        """Record the id of the key of pseudonyms the first time. Raises OtherPseudonymKey when it is another one."""
        before = self.pseudonym_keys.find_one_and_update(
            {"_id": "present"}, {"$setOnInsert": {"key_id": key_id}}, upsert=True
        )
        if before is not None and before["key_id"] != key_id:
            raise OtherPseudonymKey
