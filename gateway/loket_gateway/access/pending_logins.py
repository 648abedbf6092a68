"""Logins whose password was right, and which wait for the code of the second factor."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

#: how long the code can be typed
LASTS = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class PendingLogin(PreservesUnknownFields):
    """`id`: the hash of its cookie. `there`: the page to go to afterwards."""

    id: str
    municipality: str
    name: str
    there: str
    expires: dt.datetime


PENDING_LOGIN = Codec(PendingLogin, DOCUMENT_ID)


class PendingLogins:
    """One document each. MongoDB removes expired ones."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["pending_logins"]

    def create_indexes(self) -> None:
        self.collection.create_index("expires", expireAfterSeconds=0, name="expires")

    def begin(self, municipality: str, name: str, there: str, now: dt.datetime) -> str:
        """Return the secret for the cookie."""
        secret = secrets.token_urlsafe(32)
        pending = PendingLogin(hash_of(secret), municipality, name, there, now + LASTS)
        self.collection.insert_one(PENDING_LOGIN.encode(pending))
        return secret

    def find(self, secret: str, municipality: str, now: dt.datetime) -> PendingLogin | None:
        found = PENDING_LOGIN.decode_found(self.collection.find_one({"_id": hash_of(secret)}))
        is_valid = found is not None and found.municipality == municipality and found.expires > now
        return found if is_valid else None

    def end(self, pending: PendingLogin) -> bool:
        """False when another request has used it."""
        return self.collection.delete_one({"_id": pending.id}).deleted_count == 1
