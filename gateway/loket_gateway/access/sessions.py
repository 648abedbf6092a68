"""Sessions of staff. They are stored here and not in the cookie, so that they can be ended.

The cookie holds 256 random bits, of which the hash is stored.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

#: a session expires after IDLE without a request, and after LONGEST in any case
IDLE = dt.timedelta(minutes=60)
LONGEST = dt.timedelta(hours=10)
#: the last use is stored at most this often
NOTED_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True)
class Session(PreservesUnknownFields):
    id: str
    municipality: str
    name: str
    csrf_token: str
    expires: dt.datetime
    seen: dt.datetime


SESSION = Codec(Session, DOCUMENT_ID, version=0)


class Sessions:
    """The store of sessions, one document each. MongoDB removes expired ones."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["sessions"]

    def create_indexes(self) -> None:
        self.collection.create_index("expires", expireAfterSeconds=0, name="expires")
        self.collection.create_index([("municipality", 1), ("name", 1)], name="account")

    def begin(self, municipality: str, name: str, now: dt.datetime) -> str:
        """Start a session. Return the secret for the cookie."""
        secret = secrets.token_urlsafe(32)
        session = Session(hash_of(secret), municipality, name, secrets.token_urlsafe(24), now + LONGEST, now)
        self.collection.insert_one(SESSION.encode(session))
        return secret

    def find(self, secret: str, now: dt.datetime) -> Session | None:
        """Return the session of a cookie unless it has expired, and record its use."""
        key = hash_of(secret)
        found = self.collection.find_one({"_id": key})
        session = SESSION.decode_found(found)
        if session is None or session.expires <= now or session.seen + IDLE <= now:
            return None
        if now - session.seen > NOTED_EVERY:
            self.collection.update_one({"_id": key}, {"$set": SESSION.encode_fields(seen=now)})
        return session

    def end(self, secret: str) -> None:
        self.collection.delete_one({"_id": hash_of(secret)})

    def end_all_of(self, municipality: str, name: str) -> int:
        """End all sessions of an account, when it is closed or its password changes."""
        return self.collection.delete_many({"municipality": municipality, "name": name}).deleted_count
