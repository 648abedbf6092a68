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
#: An operation that waits for a lock, such as that of a transaction whose process died, gives up after so long. The
#: caller is then told to try again.
LONGEST_OPERATION_MS = 5000

#: For a write that a later, journaled write of the same process completes: the journal keeps their order, so when the
#: later one is safe the earlier one is too, and only one of them need wait for the disk.
UNJOURNALED = WriteConcern(w=1, j=False)


def only_known_already(error: BulkWriteError) -> bool:
    """Whether all that went wrong in a bulk of writes is that documents were there already."""
    return all(problem["code"] == DUPLICATE_KEY for problem in error.details["writeErrors"])


def is_away(error: BaseException) -> bool:
    """Whether the database cannot be reached, or is too slow: a write that was sent may be done all the same."""
    return isinstance(error, ConnectionFailure) or (isinstance(error, PyMongoError) and bool(error.timeout))


class MongoConnection(SharedExtension):
    """The connection that all extensions of one service share.

    It is made when it is first asked for: nameko sets extensions up side by side, in no order.
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
    """Gives a service class its database. A subclass may give a store made from it instead."""

    connection = MongoConnection()

    @property
    def database(self) -> Database[Document]:
        return self.connection.database

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.database
