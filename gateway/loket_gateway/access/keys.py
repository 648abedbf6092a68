"""API keys of portals, and of machines such as a kiosk. Only hashes are stored. A renewed key stays valid for a while.

A key has the form `loket_<id>_<secret>`, which people and secret scanners recognise.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
import secrets
from dataclasses import dataclass

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

from .roles import Grant

PREFIX = "loket_"
_FORM = re.compile(r"loket_([0-9a-f]{12})_([A-Za-z0-9_-]{43})")
#: how long the old secret stays valid after a renewal
OVERLAP = dt.timedelta(hours=24)
#: how long the new secret of a key that expires is valid
RENEWED_FOR = dt.timedelta(days=365)


@dataclass(frozen=True)
class Key(PreservesUnknownFields):
    """`name` is a code in its municipality, such as `portaal-stad`. `hashes`: of its secrets, each with its expiry."""

    id: str
    municipality: str
    name: str
    grants: tuple[Grant, ...]
    hashes: tuple[tuple[str, dt.datetime | None], ...]
    made_at: dt.datetime
    used_on: str | None = None

    @property
    def expires(self) -> dt.datetime | None:
        """When the newest secret expires; None for never."""
        return self.hashes[-1][1] if self.hashes else None

    def opens(self, secret: str, now: dt.datetime) -> bool:
        given = hash_of(secret)
        return any(
            hmac.compare_digest(stored, given) and (until is None or until > now) for stored, until in self.hashes
        )


KEY = Codec(Key, DOCUMENT_ID, text_types={Grant: Grant.read}, version=0)


class Keys:
    """The store of keys, one document each."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["api_keys"]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("name", 1)], unique=True, name="name")

    def add(
        self,
        municipality: str,
        name: str,
        given: tuple[Grant, ...],
        now: dt.datetime,
        expires: dt.datetime | None = None,
    ) -> str | None:
        """Add a key and return it; it cannot be read again. None when the name is taken."""
        identifier, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        try:
            key = Key(identifier, municipality, name, given, ((hash_of(secret), expires),), now)
            self.collection.insert_one(KEY.encode(key))
        except DuplicateKeyError:
            return None
        return f"{PREFIX}{identifier}_{secret}"

    def renew(self, municipality: str, name: str, now: dt.datetime) -> str | None:
        """Add a secret to a key and return it; the old one stays valid for a day. None when there is no such key.

        The new one of a key that expires lasts a year.
        """
        secret = secrets.token_urlsafe(32)
        found = self.collection.find_one({"municipality": municipality, "name": name})
        if found is None:
            return None
        key = KEY.decode(found)
        overlap = now + OVERLAP
        old = [(stored, min(until or overlap, overlap)) for stored, until in key.hashes if until is None or until > now]
        hashes = (*old, (hash_of(secret), None if key.expires is None else now + RENEWED_FOR))
        self.collection.update_one({"_id": key.id}, {"$set": KEY.encode_fields(hashes=hashes)})
        return f"{PREFIX}{key.id}_{secret}"

    def remove(self, municipality: str, name: str) -> bool:
        return bool(self.collection.delete_one({"municipality": municipality, "name": name}).deleted_count)

    def list_of(self, municipality: str) -> list[Key]:
        return [KEY.decode(each) for each in self.collection.find({"municipality": municipality}).sort("name", 1)]

    def with_id_in(self, text: str) -> Key | None:
        """Return the key whose id is in a text, whatever its secret."""
        parts = _FORM.fullmatch(text)
        return KEY.decode_found(self.collection.find_one({"_id": parts[1]})) if parts else None

    def find(self, text: str, now: dt.datetime) -> Key | None:
        """Return the key if it is valid."""
        parts = _FORM.fullmatch(text)
        if parts is None:
            return None
        key, today = KEY.decode_found(self.collection.find_one({"_id": parts[1]})), now.date().isoformat()
        if key is None or not key.opens(parts[2], now):
            return None
        if key.used_on != today:
            self.collection.update_one({"_id": key.id}, {"$set": KEY.encode_fields(used_on=today)})
        return key
