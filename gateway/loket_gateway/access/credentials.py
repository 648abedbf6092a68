"""What an account needs besides its password: the expiry of a first password, and a second factor (TOTP, RFC 6238).

It has a collection of its own, because release 0.1 refuses an account with a field that it does not know.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass

import pyotp
from pymongo.database import Database

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.base32 import grouped, normalised, random_code
from loket_contracts.unknown_fields import PreservesUnknownFields

#: how long a password that an administrator gave can be used
FIRST_PASSWORD_LASTS = dt.timedelta(days=7)
RECOVERY_CODES = 10
#: seconds of one code, and how many codes before and after the current one are accepted for clocks that differ
STEP, SLACK = 30, 1
#: characters of a recovery code: 120 bits (NIST SP 800-63B, 5.1.2)
RECOVERY_CODE_LENGTH = 24


@dataclass(frozen=True)
class Credentials(PreservesUnknownFields):
    """`id`: of the account. `totp`: the secret of its authenticator app; `new_totp`: one that is not confirmed yet.

    `last_step`: of the last code that was used. `recovery_codes`: hashes of those that are left.
    """

    id: str
    first_password_expires: dt.datetime | None = None
    totp: str | None = None
    new_totp: str | None = None
    last_step: int = 0
    recovery_codes: tuple[str, ...] = ()

    @property
    def has_second_factor(self) -> bool:
        return self.totp is not None


CREDENTIALS = Codec(Credentials, DOCUMENT_ID)


class CredentialStore:
    """One document per account, or none."""

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database["credentials"]

    def get(self, account: str) -> Credentials:
        return CREDENTIALS.decode_found(self.collection.find_one({"_id": account})) or Credentials(account)

    def with_second_factor(self, accounts: list[str]) -> set[str]:
        """Return which of these accounts have a second factor."""
        found = self.collection.find({"_id": {"$in": accounts}, "totp": {"$ne": None}}, {"_id": 1})
        return {str(each["_id"]) for each in found}

    def set_expiry(self, account: str, expires: dt.datetime | None) -> None:
        self._set(account, first_password_expires=expires)

    def begin_totp(self, account: str) -> str:
        """Store a new secret that is not in force yet, and return it. One that was not confirmed is returned again."""
        known = self.get(account).new_totp
        if known is None:
            known = pyotp.random_base32()
            self._set(account, new_totp=known)
        return known

    def confirm_totp(self, account: str, code: str, now: dt.datetime) -> list[str] | None:
        """Put the new secret in force, and return recovery codes, which are stored hashed. None for a wrong code."""
        secret = self.get(account).new_totp
        step = _step_of(secret, code, now) if secret is not None else None
        if step is None:
            return None
        codes = [grouped(random_code(RECOVERY_CODE_LENGTH)) for _ in range(RECOVERY_CODES)]
        hashes = tuple(map(_hash_of_code, codes))
        self._set(account, totp=secret, new_totp=None, last_step=step, recovery_codes=hashes)
        return codes

    def verify(self, account: str, code: str, now: dt.datetime) -> bool:
        """Use a code of the app, or a recovery code. Each works once, also when two requests send it together."""
        known = self.get(account)
        if known.totp is None:
            return False
        step = _step_of(known.totp, code, now)
        if step is not None:
            later = {"_id": account, "totp": known.totp, "last_step": {"$lt": step}}
            return self.collection.update_one(later, {"$set": {"last_step": step}}).modified_count == 1
        hashed = _hash_of_code(code)
        unused = {"_id": account, "recovery_codes": hashed}
        return self.collection.update_one(unused, {"$pull": {"recovery_codes": hashed}}).modified_count == 1

    def remove_totp(self, account: str) -> None:
        self._set(account, totp=None, new_totp=None, last_step=0, recovery_codes=())

    def _set(self, account: str, **changes: object) -> None:
        self.collection.update_one(
            {"_id": account},
            {"$set": CREDENTIALS.encode_fields(**changes), "$setOnInsert": CREDENTIALS.version_field},
            upsert=True,
        )


def provisioning_uri(secret: str, account: str, issuer: str) -> str:
    """Return what the QR code for an authenticator app says."""
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def _step_of(secret: str, code: str, now: dt.datetime) -> int | None:
    """Return the time step whose code this is; None for a wrong code."""
    given, totp, current = "".join(code.split()), pyotp.TOTP(secret, interval=STEP), int(now.timestamp()) // STEP
    for step in range(current - SLACK, current + SLACK + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given.encode()):
            return step
    return None


def _hash_of_code(code: str) -> str:
    """Return the hash of a recovery code, the same for each way to type it."""
    return hash_of(f"recovery code {normalised(code)}")
