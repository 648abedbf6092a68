"""The service's own database: one client per process, majority and journaled, times aware and in UTC."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import eventlet
import pymongo
from nameko.extensions import DependencyProvider, SharedExtension
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import BulkWriteError
from pymongo.monitoring import (
    ServerHeartbeatFailedEvent,
    ServerHeartbeatListener,
    ServerHeartbeatStartedEvent,
    ServerHeartbeatSucceededEvent,
)
from pymongo.read_concern import ReadConcern
from pymongo.topology_description import TopologyDescription
from pymongo.write_concern import WriteConcern

from ..runtime import outages
from ..runtime.unavailable import is_unconfirmed
from . import driver_sessions

driver_sessions.decide_by_timeout()

Document = dict[str, Any]
DUPLICATE_KEY = 11000
#: the timeout of an operation that has no deadline, such as one that waits for the lock of a dead process. The deadline
#: of a call replaces it, so an operation for a caller that waits long may last longer.
LONGEST_OPERATION_MS = 5000
#: seconds for a short read within a request; the driver has one limit for the wait for a server and the read
LONGEST_LOOKUP = 2.0
#: seconds for an operation that ends other work, though its deadline may have passed
LONGEST_CLEANUP = 2.0
#: seconds to end the sessions on the server at a stop; the server ends them itself later
CLOSE_TIMEOUT = 0.5

#: for a write that may be lost, and see `completed_later`
UNJOURNALED = WriteConcern(w=1, j=False)

Address = tuple[str, int | None]
T = TypeVar("T")


def outside_deadline(operation: Callable[..., T], *args: Any) -> T:
    """Call an operation that records or undoes what a call did, so it is needed also after the deadline of the call.

    A nested `pymongo.timeout` can only shorten the limit of the call; a context of its own has none.
    """

    def limited() -> T:
        with pymongo.timeout(LONGEST_CLEANUP):
            return operation(*args)

    return contextvars.Context().run(limited)


def durable(collection: Collection[Document]) -> Collection[Document]:
    """The collection for a read of one document, by its id, of which the result can no longer be undone.

    A primary that has lost the majority remains one for seconds, and finds its own unconfirmed writes, which the next
    primary does not have. So a repeated command must not be confirmed by what an ordinary read finds. This read
    waits for the majority (read concern "linearizable"), and fails without one. A write that finds its key or version
    taken waits in the same way, so it needs no such read.
    """
    return collection.with_options(read_concern=ReadConcern("linearizable"))


def completed_later(collection: Collection[Document]) -> Collection[Document]:
    """The collection for a write that has an effect only with a later, journaled write of the same process.

    The journal of a single server keeps their order, so once the later one is durable the earlier one is too, and only
    one of them waits for the disk. But the server may restart between the two, lose the earlier one and confirm the
    later one: compare `server_processes` afterwards, and repeat the earlier one. A replica set can also choose another
    primary between the two, and then roll the earlier one back: there both wait for the majority.
    """
    is_single = len(members(collection.database.client.topology_description)) == 1
    return collection.with_options(write_concern=UNJOURNALED) if is_single else collection


def server_processes(client: MongoClient[Document]) -> frozenset[Any]:
    """The ids of the servers' processes, as the driver saw them last. A restarted server has another one."""
    servers = client.topology_description.server_descriptions().values()
    return frozenset(each.topology_version["processId"] for each in servers if each.topology_version)


def members(topology: TopologyDescription) -> set[Address]:
    """The members of the replica set; none before the first server has answered."""
    return {host for server in topology.server_descriptions().values() for host in server.all_hosts}


def only_known_already(error: BulkWriteError) -> bool:
    """Whether every error of a bulk write is a duplicate key, and the replica set has confirmed the rest."""
    return not is_unconfirmed(error) and all(
        problem["code"] == DUPLICATE_KEY for problem in error.details["writeErrors"]
    )


class OutageListener(ServerHeartbeatListener):
    """Logs when no server takes writes any more, and when one does again, as the driver's own checks see it.

    The topology is no measure: an operation whose time ends while it connects makes a server that works unknown there.
    For the same reason one failed check is none; the driver repeats it at once. The address in the setting may differ
    from the server's own name, which the driver then uses, so only the last server that took writes counts.
    """

    def __init__(self) -> None:
        self._primary: Address | None = None
        self._failed: set[Address] = set()

    def started(self, event: ServerHeartbeatStartedEvent) -> None: ...

    def succeeded(self, event: ServerHeartbeatSucceededEvent) -> None:
        self._failed.discard(event.connection_id)
        if event.reply.is_writable:
            self._primary = event.connection_id
            outages.DATABASE.end()
        else:
            self._lose(event.connection_id, "it takes no writes")

    def failed(self, event: ServerHeartbeatFailedEvent) -> None:
        if event.connection_id in self._failed:
            self._lose(event.connection_id, repr(event.reply))
        self._failed.add(event.connection_id)

    def _lose(self, address: Address, reason: str) -> None:
        if address == self._primary:
            self._primary = None
            outages.DATABASE.begin(reason)


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
            connectTimeoutMS=2000,
            timeoutMS=LONGEST_OPERATION_MS,
            event_listeners=[OutageListener()],
        )

    @property
    def database(self) -> Database[Document]:
        return self.client[self.container.config["settings"].mongo_database]

    def stop(self) -> None:
        with eventlet.Timeout(CLOSE_TIMEOUT, False):
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
