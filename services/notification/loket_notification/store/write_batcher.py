"""Batch concurrent writes: those of several green threads go to MongoDB in one command.

Each caller waits until its own write is acknowledged.
"""

from __future__ import annotations

from dataclasses import dataclass

import eventlet
import structlog
from eventlet.event import Event
from pymongo import UpdateMany, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, PyMongoError

from loket_chassis.runtime import backoff
from loket_chassis.runtime.unavailable import is_database_unavailable, is_unconfirmed
from loket_chassis.storage.connection import Document, completed_later

log = structlog.get_logger()

Write = UpdateOne | UpdateMany


@dataclass(frozen=True)
class Written:
    """`all_found`: each write is known to have found its document, or to have inserted it. `inserted`: the ids of the
    documents that these writes inserted."""

    all_found: bool = True
    inserted: frozenset[str] = frozenset()


class WriteBatcher:
    """Batches the writes to one collection, in no particular order."""

    def __init__(self, collection: Collection[Document], are_completed_later: bool = False) -> None:
        """`are_completed_later`: see `loket_chassis.storage.connection.completed_later`."""
        self.collection = collection
        self._are_completed_later = are_completed_later
        self._waiting: list[tuple[list[Write], Event]] = []
        self._is_writing = False

    def write(self, writes: list[Write]) -> Written:
        """Write and wait for the acknowledgement. Raises the error of these writes."""
        if not writes:
            return Written()
        done: Event = Event()
        self._waiting.append((writes, done))
        if not self._is_writing:
            self._is_writing = True
            eventlet.spawn_n(self._write_all)
        written: Written = done.wait()
        return written

    def write_until_done(self, writes: list[Write]) -> None:
        """As `write`, repeated for as long as the database is away. The writes must allow that."""
        delays = backoff.delays()
        while True:
            try:
                self.write(writes)
            except PyMongoError as error:
                if not is_database_unavailable(error):
                    raise
                log.debug("a write failed; retrying", error=repr(error))
                eventlet.sleep(next(delays))
            else:
                return

    def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                self._write(batch)
        finally:
            self._is_writing = False

    def _write(self, batch: list[tuple[list[Write], Event]]) -> None:
        """One command for all. Only the callers whose own writes failed get the error."""
        writes = [each for own, _ in batch for each in own]
        failure: Exception | None = None
        all_found = False
        inserted: dict[int, str] = {}
        wrong: set[int] = set()
        try:
            collection = completed_later(self.collection) if self._are_completed_later else self.collection
            result = collection.bulk_write(writes, ordered=False)
            each_is_one = all(isinstance(each, UpdateOne) for each in writes)
            all_found = each_is_one and result.matched_count + result.upserted_count == len(writes)
            inserted = result.upserted_ids or {}
        except BulkWriteError as error:
            failed = {problem["index"] for problem in error.details["writeErrors"]}
            failure, wrong = error, set(range(len(writes))) if is_unconfirmed(error) else failed
            inserted = {each["index"]: each["_id"] for each in error.details["upserted"]}
        except Exception as error:
            failure, wrong = error, set(range(len(writes)))
        begin = 0
        for own, done in batch:
            indexes = range(begin, begin + len(own))
            if wrong.isdisjoint(indexes):
                done.send(Written(all_found, frozenset(inserted[each] for each in indexes if each in inserted)))
            else:
                done.send_exception(failure)
            begin += len(own)
