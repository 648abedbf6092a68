"""The state of a service over RPC, for `loket status` and the page of the gateway: release, parts, queues, outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from amqp.exceptions import NotFound
from kombu import Connection
from nameko.extensions import DependencyProvider

from loket_contracts.rpc.service import QueueStatus, ServiceStatus

from ..messaging.consumer import RETRY_DELAYS, EventListener, dead_letters_of, retries_of
from ..messaging.outbox import Outbox
from ..messaging.rpc import rpc
from ..runtime.build_info import build_info


class Backlog(DependencyProvider):
    """Gives a function that counts what waits: the queues of events that the service consumes, and its outboxes."""

    def get_dependency(self, worker_ctx: Any) -> Callable[[], tuple[list[QueueStatus], float]]:
        return self._count

    def _count(self) -> tuple[list[QueueStatus], float]:
        listeners = {each.name for each in self.container.entrypoints if isinstance(each, EventListener)}
        outboxes = [each for each in self.container.extensions if isinstance(each, Outbox)]
        oldest = max((each.oldest_seconds() for each in outboxes), default=0.0)
        with Connection(self.container.config["AMQP_URI"]) as connection:
            return [_queue(connection, name) for name in sorted(listeners)], oldest


class Status:
    """The RPC methods of every service about itself. A base class for services with `readiness`."""

    readiness: Any
    backlog = Backlog()

    @rpc
    def ping(self) -> str:
        return "ok"

    @rpc
    def status(self) -> ServiceStatus:
        build, (queues, oldest) = build_info(), self.backlog()
        return {
            "version": build["version"], "revision": build["revision"], "parts": self.readiness(), "queues": queues,
            "outbox_seconds": oldest, "lag_seconds": self.lag_seconds(),
        }  # fmt: skip

    def lag_seconds(self) -> float | None:
        """How long the oldest due message has waited, in seconds; None for a service that sends none."""
        return None


def _queue(connection: Connection, name: str) -> QueueStatus:
    retrying = sum(_waiting(connection, retries_of(name, delay).name) for delay in RETRY_DELAYS)
    dead = _waiting(connection, dead_letters_of(name).name)
    return {"name": name, "waiting": _waiting(connection, name), "retrying": retrying, "dead": dead}


def _waiting(connection: Connection, queue: str) -> int:
    with _channel(connection) as channel:
        try:
            return int(channel.queue_declare(queue, passive=True).message_count)
        except NotFound:  # which closes the channel
            return 0


@contextmanager
def _channel(connection: Connection) -> Iterator[Any]:
    channel = connection.channel()
    try:
        yield channel
    finally:
        channel.close()
