"""Idempotency-Key for what booking does not make repeatable itself (draft-ietf-httpapi-idempotency-key-header).

The first answer is kept for a day, in the gateways' own database, so that a repeat through any gateway gets it again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from typing import Any

from nameko.extensions import DependencyProvider
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.mongo import Document, MongoConnection
from loket_chassis.rpc import Unavailable
from loket_contracts.errors import Refusal

from . import problems
from .bodies import idempotency_key
from .clients import counted_for
from .clock import now
from .request import GatewayRequest

KEPT_FOR = dt.timedelta(days=1)
#: the first request is given up after so long, and a repeat does the work
UNDER_WAY = dt.timedelta(seconds=30)


def scoped_key(request: GatewayRequest) -> str | None:
    """The Idempotency-Key as it is stored: the same key of another caller, or for another address, is another one.

    A stranger's belongs to their client. Raises Refusal: invalid-request.
    """
    key = idempotency_key(request)
    if key is None:
        return None
    owner = counted_for(request.caller, request.remote_addr)
    return hashlib.sha256("\0".join((owner, request.path, key)).encode()).hexdigest()


class Repeats(DependencyProvider):
    """Gives the service class itself."""

    connection = MongoConnection()

    @property
    def collection(self) -> Any:
        database: Database[Document] = self.connection.database
        return database["repeats"]

    def start(self) -> None:
        self.collection.create_index("at", expireAfterSeconds=int(KEPT_FOR.total_seconds()), name="expires")

    def get_dependency(self, worker_ctx: Any) -> Repeats:
        return self

    def once(self, request: GatewayRequest, body: Any, work: Callable[[], Any]) -> Any:
        """What `work` gives, once for each key of this caller. Without a key it is simply done.

        Raises Refusal: idempotency-key-reused; outcome-unknown while the first request is still at work.
        """
        name = scoped_key(request)
        if name is None:
            return work()
        print_of_body = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        moment = now()
        try:
            self.collection.insert_one({"_id": name, "body": print_of_body, "at": moment, "answer": None})
        except DuplicateKeyError:
            found = self.collection.find_one({"_id": name}) or {}
            if found.get("body") != print_of_body:
                raise Refusal("idempotency-key-reused") from None
            if found["answer"] is not None:
                return json.loads(found["answer"])
            if found["at"] > moment - UNDER_WAY:
                raise Refusal("outcome-unknown") from None
        try:
            answer = work()
        except (Refusal, Unavailable) as error:
            if problems.refusal_of(error).code != "outcome-unknown":
                self.collection.delete_one({"_id": name})  # nothing was done: a repeat may try again
            raise
        self.collection.update_one({"_id": name}, {"$set": {"answer": json.dumps(answer)}})
        return answer
