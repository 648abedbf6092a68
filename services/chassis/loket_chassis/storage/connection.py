"""The service's own database: one client per process, majority and journaled, times aware and in UTC."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from nameko.extensions import DependencyProvider, SharedExtension
from pymongo import MongoClient
from pymongo.database import Database
from pymongo.errors import BulkWriteError, ConnectionFailure, PyMongoError
from pymongo.write_concern import WriteConcern

Document = dict[str, Any]
DUPLICATE_KEY = 11000
#: the timeout of an operation, such as one that waits for the lock of a dead process; the caller is asked to retry
LONGEST_OPERATION_MS = 5000

#: For a write that a later, journaled write of the same process completes. The journal keeps their order, so once the
#: later one is durable the earlier one is too, and only one of them waits for the disk.
UNJOURNALED = WriteConcern(w=1, j=False)


def only_known_already(error: BulkWriteError) -> bool:
    """Whether every error of a bulk write is a duplicate key."""
    return all(problem["code"] == DUPLICATE_KEY for problem in error.details["writeErrors"])


def is_away(error: BaseException) -> bool:
    """Whether the database is unreachable or too slow. A write that was sent may still have been executed."""
    return isinstance(error, ConnectionFailure) or (isinstance(error, PyMongoError) and bool(error.timeout))


class MongoConnection(SharedExtension):
    """The connection that all extensions of one service share.

    It connects on first use, since nameko sets extensions up concurrently, in no order.
    """

    @cached_property
    def client(self) -> MongoClient[Document]:
        settings = self.container.config["settings"]
        return MongoClient(
            settings.mongo_uri,
            appname=f"loket-{self.container.service_name}",
            tz_aware=True,
            w="majority",
            journal=True,
            retryWrites=True,
            maxPoolSize=settings.max_workers + 8,
            serverSelectionTimeoutMS=2000,
            connectTimeoutMS=2000,
            timeoutMS=LONGEST_OPERATION_MS,
        )

    @property
    def database(self) -> Database[Document]:
        return self.client[self.container.config["settings"].mongo_database]

    def stop(self) -> None:
        self.client.close()
        super().stop()


class MongoDatabase(DependencyProvider):
    """Gives a service class its database. A subclass may give a store instead."""

    connection = MongoConnection()

    @property
    def database(self) -> Database[Document]:
        return self.connection.database

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.database
