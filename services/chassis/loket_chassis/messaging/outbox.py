"""The transactional outbox: events that a write stored with its document are published at least once and in order.

A use case pushes its event into the array `outbox` of the document that it changes, in the same write. The relay then
adds it to the event log (once, by its id), publishes it (with publisher confirms) and removes it from the outbox. If a
process dies in between, the entry stays and the sweep of any instance finds it. The same holds for entries beyond the
bounded queue of the relay.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import eventlet
import eventlet.semaphore
import structlog
from eventlet.queue import Empty, Full, Queue
from nameko.extensions import Extension
from pymongo import ASCENDING, UpdateOne
from pymongo.errors import BulkWriteError

from loket_contracts.envelope import Event

from ..runtime import failpoints, spans
from ..runtime.metrics import EVENTS_PUBLISHED, OUTBOX_FAILURES
from ..runtime.unavailable import is_unavailable
from ..runtime.worker import Worker
from ..storage.connection import UNJOURNALED, Document, MongoConnection, MongoDatabase, only_known_already
from . import exchanges
from .event_documents import EVENT
from .publisher_confirms import ConfirmingChannel

BATCH = 200
EVENT_LOG = "event_log"
log = structlog.get_logger()


@dataclass(frozen=True)
class Entry:
    """An event and the document whose outbox holds it."""

    collection: str
    document: Any
    event: Event


class Outbox(Extension):
    """Delivers the outboxes of some collections. For a composition root, which passes `announce` on."""

    connection = MongoConnection()

    #: seconds that the first event waits for others, so that under load many share one round trip
    GATHER = 0.01
    #: the length of the relay's queue; entries beyond it are left to the sweep
    MAX_QUEUED = 1000
    SWEEP_EVERY = 2.0
    #: younger entries are left to the process that has just written them
    SWEEP_AFTER = dt.timedelta(seconds=5)

    def __init__(self, exchange: str, collections: Sequence[str], keep_log: bool = True) -> None:
        """`collections`: those whose documents have an outbox. `keep_log`: whether events are stored for a replay."""
        self.keep_log = keep_log
        self.exchange = exchanges.exchange(exchange)
        self.collections = collections
        self.announced: Queue = Queue(self.MAX_QUEUED)
        self.under_way: set[str] = set()
        self.delivering = eventlet.semaphore.Semaphore()
        self._deliverer = Worker("outbox relay", self._deliver_announced, interval=0)
        self._sweeper = Worker("outbox sweep", self._sweep, self.SWEEP_EVERY)
        #: at the start also young entries are taken: a predecessor may have died just before
        self._least_age = dt.timedelta()

    def setup(self) -> None:
        for name in self.collections:
            self.connection.database[name].create_index(
                [("outbox.time", ASCENDING)],
                name="outbox",
                partialFilterExpression={"outbox.0": {"$exists": True}},
            )
        self.channel = ConfirmingChannel(self.container.config["AMQP_URI"], self.exchange)
        if self.keep_log:
            self.connection.database[EVENT_LOG].create_index(
                [("municipality", ASCENDING), ("time", ASCENDING), ("sequence", ASCENDING)], name="in_order"
            )

    def start(self) -> None:
        self._deliverer.start(self.container.spawn_managed_thread)
        self._sweeper.start(self.container.spawn_managed_thread)

    def stop(self) -> None:
        self._sweeper.stop()
        self._deliverer.stop()  # events that wait here stay in their outbox, for the next start
        self.channel.close()

    def oldest_seconds(self) -> float:
        """The age of the oldest event that is not published, in seconds; 0 without one."""
        now, ages = dt.datetime.now(dt.UTC), [0.0]
        for name in self.collections:
            wanted = {"outbox.0": {"$exists": True}}
            found = self.connection.database[name].find_one(
                wanted, {"outbox.time": 1}, sort=[("outbox.time", ASCENDING)]
            )
            if found is not None:
                ages += [(now - entry["time"]).total_seconds() for entry in found["outbox"]]
        return max(ages)

    def announce(self, collection: str, document: Any, events: Iterable[Event]) -> None:
        """Queue events that a write has just put in an outbox. Returns immediately."""
        for event in events:
            try:
                self.announced.put_nowait(Entry(collection, document, event))
            except Full:  # the queue is full: the sweep finds it
                return
            self.under_way.add(event.id)

    def _deliver_announced(self) -> bool:
        batch = [self.announced.get()]
        eventlet.sleep(self.GATHER)
        try:
            while len(batch) < BATCH:
                batch.append(self.announced.get_nowait())
        except Empty:
            pass
        self._try_to_deliver(batch)
        return True

    def _sweep(self) -> bool:
        """Deliver entries that were left in their outbox. Return whether there may be more."""
        try:
            left = self._find_left(dt.datetime.now(dt.UTC) - self._least_age)
        except Exception:
            OUTBOX_FAILURES.inc()
            self._least_age = self.SWEEP_AFTER
            raise
        batches = [left[first : first + BATCH] for first in range(0, len(left), BATCH)]
        if left:
            log.info("outbox entries found by the sweep", count=len(left))
        if left and all(self._try_to_deliver(batch) for batch in batches):
            return True
        self._least_age = self.SWEEP_AFTER
        return False

    def _find_left(self, before: dt.datetime) -> list[Entry]:
        """Entries older than `before` that this process is not delivering, oldest first."""
        found = [
            Entry(name, document["_id"], EVENT.decode(entry))
            for name in self.collections
            for document in self.connection.database[name]
            .find({"outbox.0": {"$exists": True}, "outbox.time": {"$lte": before}}, {"outbox": 1})
            .limit(BATCH)
            for entry in document["outbox"]
            if entry["_id"] not in self.under_way
        ]
        return sorted(found, key=lambda entry: (entry.event.time, entry.event.sequence))

    def _try_to_deliver(self, batch: Sequence[Entry]) -> bool:
        try:
            with self.delivering:
                self.deliver(batch)
        except Exception as error:
            OUTBOX_FAILURES.inc()
            if is_unavailable(error):
                log.debug("outbox delivery failed; the sweep will retry", count=len(batch), error=repr(error))
            else:
                log.warning("outbox delivery failed; the sweep will retry", count=len(batch), exc_info=True)
            return False
        finally:
            self.under_way.difference_update(entry.event.id for entry in batch)
        return True

    def deliver(self, batch: Sequence[Entry]) -> None:
        """Log, publish and clear. A failure leaves the entries in place; repeating any part is harmless."""
        failpoints.reach("outbox.before-publish")
        events = [entry.event for entry in batch]
        if self.keep_log:
            self._append_to_log(events)
        with published(events, self.exchange.name) as sent:
            self.channel.publish_all(lambda channel: exchanges.publish_events(channel, sent, self.exchange))
        for event in events:
            EVENTS_PUBLISHED.labels(event.type).inc()
        failpoints.reach("outbox.before-clear")
        self._clear(batch)

    def _append_to_log(self, events: Sequence[Event]) -> None:
        documents: list[Document] = [EVENT.encode(event) for event in events]
        try:
            self.connection.database[EVENT_LOG].insert_many(documents, ordered=False)
        except BulkWriteError as error:
            if not only_known_already(error):
                raise

    def _clear(self, batch: Sequence[Entry]) -> None:
        """Remove the entries, without waiting for the journal: an entry that returns is published and removed again."""
        done: dict[tuple[str, Any], list[str]] = defaultdict(list)
        for entry in batch:
            done[entry.collection, entry.document].append(entry.event.id)
        for name in {collection for collection, _ in done}:
            self.connection.database[name].with_options(write_concern=UNJOURNALED).bulk_write(
                [
                    UpdateOne({"_id": document}, {"$pull": {"outbox": {"_id": {"$in": ids}}}})
                    for (collection, document), ids in done.items()
                    if collection == name
                ],
                ordered=False,
            )


@contextmanager
def published(events: Sequence[Event], exchange: str) -> Iterator[Sequence[Event]]:
    """The events as they are sent inside the block: each with the traceparent of the span of its delivery."""
    begun = [span for each in events if (span := spans.begin_publishing(each, exchange)) is not None]
    if not begun:
        yield events
        return
    error: BaseException | None = None
    try:
        yield [replace(each, traceparent=span.traceparent) for each, span in zip(events, begun, strict=True)]
    except BaseException as raised:  # also a timeout of the caller
        error = raised
        raise
    finally:
        for span in begun:
            spans.end(span, error)
        del error  # it refers to this frame


class CompositionRoot(MongoDatabase):
    """Base of the dependency that builds a service's stores and use cases. A subclass defines `outbox`.

    nameko stops all nested extensions together, so the outbox stops here, before the database connection closes.
    """

    outbox: Outbox

    def stop(self) -> None:
        self.outbox.stop()
        super().stop()
