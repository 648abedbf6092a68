"""A little work, or a short wait, before a stranger holds a slot: nothing to people, much to a robot that wants many.

Nothing is asked of people, no picture, no puzzle, and no other host. The page of moments carries a stamp. A script on
it looks for a number that, behind the stamp, hashes to a value with BITS leading zeros (hashcash, Back 2002). Without
the script the stamp is good once it is PATIENCE old, which choosing a moment usually takes; one client may use only a
few so in a minute. Each stamp is good once. Accounts and keys need none. A municipality switches it on
(`online.friction`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from nameko.extensions import DependencyProvider
from pymongo.database import Database

from loket_chassis.storage.connection import Document, MongoConnection
from loket_contracts.errors import Refusal

from ..clients.catalogue_cache import CatalogueCache
from .clock import now
from .rate_limit import Limits
from .request import GatewayRequest

#: leading zeros: some 16,000 hashes, a quarter of a second in a browser
BITS = 14
WAIT = dt.timedelta(seconds=8)
LIFETIME = dt.timedelta(hours=1)
LONGEST = 64
WORK_HEADER = "Loket-Work"


@dataclass(frozen=True)
class Stamp:
    """What a page or program needs to know to earn a slot. `seconds`: after which no work is needed any more."""

    stamp: str
    bits: int = BITS
    seconds: int = int(WAIT.total_seconds())


class ProofOfWork(DependencyProvider):
    """Gives the service class itself. Stamps are kept in MongoDB, so that any gateway knows them."""

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
        """A new one; None where the municipality asks for none."""
        if not self._is_enabled(municipality):
            return None
        stamp = Stamp(secrets.token_urlsafe(24))
        self.collection.insert_one({"_id": stamp.stamp, "at": now()})
        return stamp

    def require_work(self, request: GatewayRequest, municipality: str, stamp: str, work: str) -> None:
        """Raises Refusal: work-needed, with a new stamp in it; too-many-requests for who waits instead of working."""
        if not self._is_enabled(municipality) or request.caller.is_known:
            return
        found = self.collection.find_one_and_delete({"_id": stamp[:LONGEST]}) if stamp else None
        if found is None or found["at"] + LIFETIME <= now():
            raise self._refusal(municipality)
        if is_work(stamp, work):
            return
        if found["at"] + WAIT > now():
            raise self._refusal(municipality)
        self.limits.take("patience", request)

    def _is_enabled(self, municipality: str) -> bool:
        return bool(self.catalogue.of(municipality)["online"]["friction"])

    def _refusal(self, municipality: str) -> Refusal:
        new = self.stamp(municipality)
        assert new is not None
        return Refusal("work-needed", {"stamp": new.stamp, "bits": str(new.bits), "seconds": str(new.seconds)})


def is_work(stamp: str, work: str) -> bool:
    """Whether SHA-256 of `stamp:work` begins with BITS zeros."""
    if not work or len(work) > LONGEST:
        return False
    digest = hashlib.sha256(f"{stamp}:{work}".encode()).digest()
    return int.from_bytes(digest[:4], "big") >> (32 - BITS) == 0
