"""Sessions of staff. They are stored here and not in the cookie, so that they can be ended.

The cookie holds 256 random bits, of which the hash is stored. When the password was given again has a collection of its
own, because release 0.1 refuses a session with a field that it does not know.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass, replace

from pymongo.database import Database

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

#: a session expires after IDLE without a request, and after LONGEST in any case
IDLE = dt.timedelta(minutes=60)
LONGEST = dt.timedelta(hours=10)
#: how long after its password was given a session may change access (OWASP, Transaction Authorization)
CONFIRMED_FOR = dt.timedelta(minutes=10)
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

    @property
    def began(self) -> dt.datetime:
        return self.expires - LONGEST


@dataclass(frozen=True)
class Confirmation(PreservesUnknownFields):
    """The user of a session gave the password again. `id`: of the session."""

    id: str
    expires: dt.datetime


SESSION = Codec(Session, DOCUMENT_ID, version=0)
CONFIRMATION = Codec(Confirmation, DOCUMENT_ID)


class Sessions:
    """The store of sessions, one document each. MongoDB removes expired ones."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["sessions"]
        self.confirmations = database["session_confirmations"]

    def create_indexes(self) -> None:
        self.collection.create_index("expires", expireAfterSeconds=0, name="expires")
        self.collection.create_index([("municipality", 1), ("name", 1)], name="account")
        self.confirmations.create_index("expires", expireAfterSeconds=0, name="expires")

    def begin(self, municipality: str, name: str, now: dt.datetime) -> str:
        """Start a session. Return the secret for the cookie."""
        secret = secrets.token_urlsafe(32)
        session = Session(hash_of(secret), municipality, name, secrets.token_urlsafe(24), now + LONGEST, now)
        self.collection.insert_one(SESSION.encode(session))
        return secret

    def renew(self, earlier: str, now: dt.datetime) -> str | None:
        """Replace a session once its user gave the password again (OWASP ASVS 7.2.4). `earlier`: its id.

        Return the secret for the cookie, or None when the session was ended meanwhile. The new one expires when the
        earlier one would have, and has its CSRF token, so that forms in other tabs can still be sent.
        """
        session = SESSION.decode_found(self.collection.find_one_and_delete({"_id": earlier}))
        if session is None:
            return None
        secret = secrets.token_urlsafe(32)
        renewed = replace(session, id=hash_of(secret), seen=now)
        self.collection.insert_one(SESSION.encode(renewed))
        self.confirm(renewed.id, now)
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

    def confirm(self, session: str, now: dt.datetime) -> None:
        """Record that the user of a session gave the password again."""
        confirmation = Confirmation(session, now + CONFIRMED_FOR)
        self.confirmations.replace_one({"_id": session}, CONFIRMATION.encode(confirmation), upsert=True)

    def is_confirmed(self, session: Session, now: dt.datetime) -> bool:
        """Whether the password was given in the last minutes, when the session began or later."""
        if session.began + CONFIRMED_FOR > now:
            return True
        found = CONFIRMATION.decode_found(self.confirmations.find_one({"_id": session.id}))
        return found is not None and found.expires > now

    def list_of(self, municipality: str, name: str, now: dt.datetime) -> list[Session]:
        """Return the sessions of an account that have not expired, the latest first."""
        found = map(SESSION.decode, self.collection.find({"municipality": municipality, "name": name}))
        live = [each for each in found if each.expires > now and each.seen + IDLE > now]
        return sorted(live, key=lambda each: each.expires, reverse=True)

    def end_one_of(self, municipality: str, name: str, session: str) -> bool:
        """End one session of an account. `session`: its id."""
        own = {"_id": session, "municipality": municipality, "name": name}
        return self.collection.delete_one(own).deleted_count == 1

    def end_others_of(self, municipality: str, name: str, session: str) -> int:
        """End all sessions of an account but this one."""
        others = {"municipality": municipality, "name": name, "_id": {"$ne": session}}
        return self.collection.delete_many(others).deleted_count

    def end(self, secret: str) -> None:
        self.collection.delete_one({"_id": hash_of(secret)})

    def end_all_of(self, municipality: str, name: str) -> int:
        """End all sessions of an account, when it is closed or its password changes."""
        return self.collection.delete_many({"municipality": municipality, "name": name}).deleted_count
