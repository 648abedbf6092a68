"""Bounds on wrong passwords and codes. A count decays, so that no stranger keeps an account closed (ADR 0046).

An unknown browser is counted for the account and its client, and all unknown browsers together for the account. A
browser that logged in before is counted for itself, so that strangers cannot keep its user out.

_id      a hash of the account, and of the client or browser
account  a hash of the account, also of one that does not exist
level    how many attempts count at `at`
expires  when none counts any more, and MongoDB deletes the document
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.connection import Document


@dataclass(frozen=True)
class Bound:
    """`most` attempts at once; one is forgotten every `forgotten_after`."""

    most: int
    forgotten_after: dt.timedelta


#: of one browser, or of one client
ONE = Bound(5, dt.timedelta(minutes=10))
#: of all unknown browsers together (NIST SP 800-63B, 5.2.2: at most 100 for one account)
ALL_UNKNOWN = Bound(100, dt.timedelta(minutes=15))


class LoginThrottle:
    """The store of attempts. One atomic write counts and takes one, across all gateways."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["login_attempts"]

    def create_indexes(self) -> None:
        self.collection.create_index("account", name="account")
        self.collection.create_index("expires", expireAfterSeconds=0, name="expires")

    def take(self, account: str, client: str, device: str | None, now: dt.datetime) -> bool:
        """Count an attempt before it is checked. False when there were too many; then do not check it.

        `device`: the secret of a browser that is known for this account.
        """
        if device is not None:
            return self._take(account, f"device {device}", ONE, now)
        return self._take(account, f"client {client}", ONE, now) and self._take(account, "", ALL_UNKNOWN, now)

    def release(self, account: str, client: str, device: str | None) -> None:
        """Forget the attempts of a client or browser that logged in."""
        name = f"device {device}" if device is not None else f"client {client}"
        self.collection.delete_one({"_id": _id(account, name)})
        if device is None:
            self.collection.update_one({"_id": _id(account, ""), "level": {"$gte": 1}}, {"$inc": {"level": -1}})

    def clear(self, account: str) -> None:
        """Forget all attempts at an account."""
        self.collection.delete_many({"account": hash_of(account)})

    def _take(self, account: str, counted: str, bound: Bound, now: dt.datetime) -> bool:
        seconds = bound.forgotten_after.total_seconds()
        passed = {"$divide": [{"$subtract": [now, {"$ifNull": ["$at", now]}]}, seconds * 1000]}
        left = {"$max": [0, {"$subtract": [{"$ifNull": ["$level", 0]}, passed]}]}
        change: list[Document] = [
            {"$set": {"level": left, "at": now, "account": hash_of(account)}},
            {"$set": {"taken": {"$lte": ["$level", bound.most - 1]}}},
            {"$set": {"level": {"$cond": ["$taken", {"$add": ["$level", 1]}, "$level"]}}},
            {"$set": {"expires": {"$add": [now, {"$multiply": ["$level", seconds * 1000]}]}}},
        ]
        while True:
            try:
                found = self.collection.find_one_and_update(
                    {"_id": _id(account, counted)}, change, upsert=True, return_document=ReturnDocument.AFTER
                )
            except DuplicateKeyError:  # a concurrent attempt created the document
                continue
            return bool(found["taken"])


def _id(account: str, counted: str) -> str:
    return hash_of(f"{account} {counted}")
