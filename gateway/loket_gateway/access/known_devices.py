"""Browsers in which a user has logged in before (OWASP device cookies). Strangers' attempts do not keep them out.

The cookie holds 256 random bits. Only a hash of it and of the account is stored, so a shared browser needs one cookie.
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

#: how long a browser is known after a login
KNOWN_FOR = dt.timedelta(days=180)


@dataclass(frozen=True)
class KnownDevice(PreservesUnknownFields):
    """`id`: the hash of the cookie and the account. `browser`: the hash of the cookie."""

    id: str
    browser: str
    account: str
    expires: dt.datetime


KNOWN_DEVICE = Codec(KnownDevice, DOCUMENT_ID)


class KnownDevices:
    """The store of known browsers, one document for each account in each."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["known_devices"]

    def create_indexes(self) -> None:
        self.collection.create_index("account", name="account")
        self.collection.create_index("browser", name="browser")
        self.collection.create_index("expires", expireAfterSeconds=0, name="expires")

    def knows(self, secret: str, account: str, now: dt.datetime) -> bool:
        """Whether the account has logged in with this cookie."""
        found = KNOWN_DEVICE.decode_found(self.collection.find_one({"_id": _id(secret, account)}))
        return found is not None and found.expires > now

    def is_known(self, secret: str) -> bool:
        """Whether any account has logged in with this cookie. One that we did not give could be an attacker's."""
        return self.collection.find_one({"browser": hash_of(secret)}, {"_id": 1}) is not None

    def remember(self, secret: str, account: str, now: dt.datetime) -> None:
        device = KnownDevice(_id(secret, account), hash_of(secret), account, now + KNOWN_FOR)
        self.collection.replace_one({"_id": device.id}, KNOWN_DEVICE.encode(device), upsert=True)

    def forget_all_of(self, account: str) -> None:
        """Forget the browsers of an account, when its password changes or it is closed."""
        self.collection.delete_many({"account": account})


def new_secret() -> str:
    """Return a secret for the cookie of a browser that has none."""
    return secrets.token_urlsafe(32)


def _id(secret: str, account: str) -> str:
    return hash_of(f"{secret} {account}")
