"""Batch concurrent writes: those of several green threads go to MongoDB in one command.

Each caller waits until its own write is acknowledged.
"""

from __future__ import annotations

import eventlet
import structlog
from eventlet.event import Event
from pymongo import UpdateMany, UpdateOne
from pymongo.collection import Collection
from pymongo.errors import BulkWriteError, PyMongoError

from loket_chassis.runtime import backoff
from loket_chassis.runtime.unavailable import is_database_unavailable, is_unconfirmed
from loket_chassis.storage.connection import Document

log = structlog.get_logger()

Write = UpdateOne | UpdateMany


class WriteBatcher:
    """Batches the writes to one collection, in no particular order."""

    def __init__(self, collection: Collection[Document]) -> None:
        self.collection = collection
        self._waiting: list[tuple[list[Write], Event]] = []
        self._is_writing = False

    def write(self, writes: list[Write]) -> bool:
        """Write and wait for the acknowledgement. Raises the error of these writes.

        Return True when each is known to have found its document, False when one may not have.
        """
        if not writes:
            return True
        done: Event = Event()
        self._waiting.append((writes, done))
        if not self._is_writing:
            self._is_writing = True
            eventlet.spawn_n(self._write_all)
        return bool(done.wait())

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
        all_matched = False
        wrong: set[int] = set()
        try:
            result = self.collection.bulk_write(writes, ordered=False)
            each_is_one = all(isinstance(each, UpdateOne) for each in writes)
            all_matched = each_is_one and result.matched_count + result.upserted_count == len(writes)
        except BulkWriteError as error:
            failed = {problem["index"] for problem in error.details["writeErrors"]}
            failure, wrong = error, set(range(len(writes))) if is_unconfirmed(error) else failed
        except Exception as error:
            failure, wrong = error, set(range(len(writes)))
        begin = 0
        for own, done in batch:
            if wrong.isdisjoint(range(begin, begin + len(own))):
                done.send(all_matched)
            else:
                done.send_exception(failure)
            begin += len(own)
