"""Proof of work, or a short wait, before an anonymous client holds a slot. People do not notice it; bots pay for it.

There is no puzzle, picture or third party. The page with time slots carries a stamp. Its script searches a number that,
appended to the stamp, hashes to a value with BITS leading zeros (hashcash, Back 2002). Without the script, the stamp
becomes valid after WAIT, which choosing a time usually takes; each client may use only a few of those per minute. A
stamp can be used once. Accounts and keys need none. A municipality enables it with `online.friction`. It goes on
automatically, until the hour is over, once strangers took `online.friction_from` slots in an hour.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from nameko.extensions import DependencyProvider
from pymongo.database import Database

from loket_chassis.storage.codec import Codec, Layout
from loket_chassis.storage.connection import Document, MongoConnection
from loket_contracts.errors import Refusal
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..clients.catalogue_cache import CatalogueCache
from .clock import now
from .rate_limit import Limits
from .request import GatewayRequest

#: leading zero bits: about 16,000 hashes, a quarter of a second in a browser
BITS = 14
WAIT = dt.timedelta(seconds=8)
LIFETIME = dt.timedelta(hours=1)
LONGEST = 64
WORK_HEADER = "Loket-Work"


@dataclass(frozen=True)
class Stamp:
    """What a client needs for its proof. `seconds`: the wait after which no work is needed."""

    stamp: str
    bits: int = BITS
    seconds: int = int(WAIT.total_seconds())


@dataclass(frozen=True)
class IssuedStamp(PreservesUnknownFields):
    """A stamp that was not used yet."""

    stamp: str
    at: dt.datetime


ISSUED_STAMP = Codec(IssuedStamp, Layout({"stamp": "_id"}))


class ProofOfWork(DependencyProvider):
    """Issues and checks stamps. They are stored in MongoDB, so that every gateway knows them."""

    connection = MongoConnection()
    catalogue = CatalogueCache()
    limits = Limits()

    @property
    def collection(self) -> Any:
        database: Database[Document] = self.connection.database
        return database["stamps"]

    def start(self) -> None:
        self.collection.create_index("at", expireAfterSeconds=int(LIFETIME.total_seconds()), name="expires")

    def get_dependency(self, worker_ctx: Any) -> ProofOfWork:
        return self

    def stamp(self, municipality: str) -> Stamp | None:
        """Issue a stamp; None when the municipality does not require one."""
        if not self._is_enabled(municipality) and not self.is_automatically_on(municipality):
            return None
        return self._issue()

    def is_automatically_on(self, municipality: str) -> bool:
        """Whether it is on because of the slots that strangers took in this hour."""
        most = self._free_slots(municipality)
        return most > 0 and self.limits.is_used_up(municipality, most)

    def require_work(self, request: GatewayRequest, municipality: str, stamp: str, work: str) -> None:
        """Check the proof of work of an anonymous client.

        Raises Refusal: work-needed, with a new stamp; too-many-requests after too many waits without work."""
        if request.caller.is_known:
            return
        if not self._is_enabled(municipality):
            most = self._free_slots(municipality)
            if not most or self.limits.take_free_slot(municipality, most):
                return
        found = self.collection.find_one_and_delete({"_id": stamp[:LONGEST]}) if stamp else None
        issued = ISSUED_STAMP.decode_found(found)
        if issued is None or issued.at + LIFETIME <= now():
            raise self._refusal()
        if is_work(stamp, work):
            return
        if issued.at + WAIT > now():
            raise self._refusal()
        self.limits.take("patience", request)

    def _is_enabled(self, municipality: str) -> bool:
        return bool(self.catalogue.of(municipality)["online"]["friction"])

    def _free_slots(self, municipality: str) -> int:
        return self.catalogue.of(municipality)["online"].get("friction_from", 0)

    def _issue(self) -> Stamp:
        stamp = Stamp(secrets.token_urlsafe(24))
        self.collection.insert_one(ISSUED_STAMP.encode(IssuedStamp(stamp.stamp, now())))
        return stamp

    def _refusal(self) -> Refusal:
        new = self._issue()
        return Refusal("work-needed", {"stamp": new.stamp, "bits": str(new.bits), "seconds": str(new.seconds)})


def is_work(stamp: str, work: str) -> bool:
    """Whether SHA-256 of `stamp:work` begins with BITS zeros."""
    if not work or len(work) > LONGEST:
        return False
    digest = hashlib.sha256(f"{stamp}:{work}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0
