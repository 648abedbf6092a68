"""Idempotency keys (draft-ietf-httpapi-idempotency-key-header): a repeated command is executed once.

The service that executes the command stores the key, so a caller that got no response can safely retry.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_contracts.errors import Refusal
from loket_contracts.rpc.message import is_message, to_json
from loket_contracts.unknown_fields import PreservesUnknownFields

from .codec import DOCUMENT_ID, Codec
from .connection import Document, MongoDatabase, outside_deadline

T = TypeVar("T")
TTL = dt.timedelta(days=1)
#: after this time without a result the process is presumed dead, and a repeat executes the command
PRESUMED_DEAD = dt.timedelta(seconds=30)


@dataclass(frozen=True)
class StoredCommand(PreservesUnknownFields):
    """A command with an idempotency key. `id`: the hash of scope and key. `body`: its hash. `result`: JSON, if any."""

    id: str
    body: str
    at: dt.datetime
    result: str | None = None


STORED_COMMAND = Codec(StoredCommand, DOCUMENT_ID)


def utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class IdempotencyKeys:
    """The keys of one service, each with the hash of its command and, where it may be stored, the result."""

    def __init__(self, database: Database[Document], now: Callable[[], dt.datetime] = utc_now) -> None:
        self.collection = database["idempotency_keys"]
        self._now = now

    def create_indexes(self) -> None:
        self.collection.create_index("at", expireAfterSeconds=int(TTL.total_seconds()), name="expires")

    def once(self, key: str | None, scope: Iterable[str], body: Any, work: Callable[[], T]) -> T:
        """The result of `work`, or that of the first command with this key. Without a key `work` is always called.

        `scope`: what the key is unique in: the command, the municipality, the caller. `body`: a message of
        `loket_contracts.rpc`, or JSON. The result is stored as JSON for a day, so it must not hold personal data: see
        `once_without_result`.

        Raises Refusal: idempotency-key-reused for another body; outcome-unknown while the first is being executed.
        """
        if key is None:
            return work()
        identifier, found = self._begin(key, scope, body)
        if found is not None:
            stored: T = json.loads(found.result or "null")
            return stored
        result = self._execute(identifier, work)
        self._finish(identifier, json.dumps(result))
        return result

    def once_without_result(self, key: str | None, scope: Iterable[str], body: Any, work: Callable[[], T]) -> T | None:
        """As `once`, for a result that must not be stored. None when the command was executed before."""
        if key is None:
            return work()
        identifier, found = self._begin(key, scope, body)
        if found is not None:
            return None
        result = self._execute(identifier, work)
        self._finish(identifier, "null")
        return result

    def _begin(self, key: str, scope: Iterable[str], body: Any) -> tuple[str, StoredCommand | None]:
        """Claim the key. Return its identifier, and the command when it was executed before."""
        identifier = hashlib.sha256("\0".join((*scope, key)).encode()).hexdigest()
        written = to_json(body) if is_message(type(body)) else body
        fingerprint = hashlib.sha256(json.dumps(written, sort_keys=True, default=str).encode()).hexdigest()
        now = self._now()
        try:
            self.collection.insert_one(STORED_COMMAND.encode(StoredCommand(identifier, fingerprint, now)))
        except DuplicateKeyError:
            found = self.collection.find_one({"_id": identifier})
            if found is None:  # the first was refused just now
                raise Refusal("outcome-unknown") from None
            earlier = STORED_COMMAND.decode(found)
            if earlier.body != fingerprint:
                raise Refusal("idempotency-key-reused") from None
            if earlier.result is not None:
                return identifier, earlier
            taken_over = self.collection.update_one(
                {"_id": identifier, "result": None, "at": {"$lte": now - PRESUMED_DEAD}}, {"$set": {"at": now}}
            )
            if not taken_over.modified_count:
                raise Refusal("outcome-unknown") from None
        return identifier, None

    def _execute(self, identifier: str, work: Callable[[], T]) -> T:
        try:
            return work()
        except Refusal as refusal:
            if refusal.code != "outcome-unknown":
                # nothing was done: a repeat may try again
                outside_deadline(self.collection.delete_one, {"_id": identifier})
            raise

    def _finish(self, identifier: str, result: str) -> None:
        outside_deadline(self.collection.update_one, {"_id": identifier}, {"$set": {"result": result}})


class Idempotency(MongoDatabase):
    """Gives a service class its `IdempotencyKeys`."""

    def setup(self) -> None:
        self.keys = IdempotencyKeys(self.database)

    def start(self) -> None:
        self.keys.create_indexes()

    def get_dependency(self, worker_ctx: Any) -> IdempotencyKeys:
        return self.keys
