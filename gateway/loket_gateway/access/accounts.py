"""Accounts of staff, with roles in one municipality, and with a password or an identity provider."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage.codec import Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

from .roles import Grant


@dataclass(frozen=True)
class Account(PreservesUnknownFields):
    """`name` is a code within its municipality, such as `avertommen`; the audit logs contain it.

    `wrong`, `locked_until`: only release 0.1 writes and reads them. LoginThrottle counts instead.
    """

    name: str
    municipality: str
    grants: tuple[Grant, ...]
    password: str | None
    must_change: bool = False
    active: bool = True
    wrong: int = 0
    locked_until: dt.datetime | None = None
    last_login: dt.datetime | None = None
    from_provider: bool = False

    @property
    def id(self) -> str:
        return identifier(self.municipality, self.name)


ACCOUNT = Codec(Account, text_types={Grant: Grant.read}, version=0)


def identifier(municipality: str, name: str) -> str:
    return f"{municipality}/{name}"


class Accounts:
    """The store of accounts, one document each."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["accounts"]

    def create_indexes(self) -> None:
        self.collection.create_index("municipality", name="municipality")

    def get(self, municipality: str, name: str) -> Account | None:
        return ACCOUNT.decode_found(self.collection.find_one({"_id": identifier(municipality, name)}))

    def list_of(self, municipality: str) -> list[Account]:
        return [ACCOUNT.decode(each) for each in self.collection.find({"municipality": municipality}).sort("_id", 1)]

    def exist_in(self, municipality: str) -> bool:
        """Whether a municipality has an account."""
        return self.collection.find_one({"municipality": municipality}, {"_id": 1}) is not None

    def add(self, municipality: str, name: str, grants: tuple[Grant, ...], password: str) -> bool:
        """Add an account whose password must be changed at the first login. False when the name is taken."""
        try:
            account = Account(name, municipality, grants, password, must_change=True)
            self.collection.insert_one({"_id": account.id, **ACCOUNT.encode(account)})
        except DuplicateKeyError:
            return False
        return True

    def upsert_from_provider(
        self, municipality: str, name: str, grants: tuple[Grant, ...], now: dt.datetime, former_name: str | None = None
    ) -> Account:
        """Store the account of a user of the identity provider, with the roles that it reports.

        `former_name`: of their previous account. When that one is not active, a new account is not active either.
        """
        former = self.get(municipality, former_name) if former_name else None
        account = Account(name, municipality, grants, password=None, active=former is None or former.active)
        changed = ACCOUNT.encode_fields(grants=grants, last_login=now, from_provider=True)
        new = {key: value for key, value in ACCOUNT.encode(account).items() if key not in changed}
        found = self.collection.find_one_and_update(
            {"_id": account.id}, {"$set": changed, "$setOnInsert": new}, upsert=True,
            return_document=ReturnDocument.AFTER,
        )  # fmt: skip
        return ACCOUNT.decode(found)

    def change(self, municipality: str, name: str, **changes: object) -> bool:
        """Change `grants` or `active`. False when there is no such account."""
        return self._set(municipality, name, **changes)

    def set_password(self, municipality: str, name: str, password: str, must_change: bool) -> bool:
        return self._set(municipality, name, password=password, must_change=must_change, wrong=0, locked_until=None)

    def _set(self, municipality: str, name: str, **changes: object) -> bool:
        key = {"_id": identifier(municipality, name)}
        return bool(self.collection.update_one(key, {"$set": ACCOUNT.encode_fields(**changes)}).matched_count)

    def record_success(self, account: Account, now: dt.datetime) -> None:
        self._set(account.municipality, account.name, wrong=0, locked_until=None, last_login=now)
