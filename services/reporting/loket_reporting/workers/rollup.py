"""Roll facts up into counts per day and month."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

import eventlet
from prometheus_client import Gauge

from loket_chassis.runtime.worker import Spawn, Worker
from loket_chassis.storage.connection import Document

from ..domain.daily_counts import Counts, count_day
from ..store.projections import Projection, Projections

STALE = Gauge("loket_figures_stale_days", "Days whose figures were out of date at the last check")
BATCH = 25
#: seconds between two queries for changed days, unless the worker is woken
POLL_INTERVAL = 5.0
#: seconds between two rounds, at least
MIN_PAUSE = 0.1
#: counting takes at most this share of the time
MAX_SHARE = 0.3


def recount(projection: Projection, stale: Iterable[tuple[str, str]]) -> None:
    """Recount these days and their months. What changes meanwhile is counted the next time.

    A fact stays marked until its day and month include it, so that another process continues after a crash.
    """
    for (municipality, month), days in groupby(sorted(stale), key=lambda each: (each[0], each[1][:7])):
        uncounted = {day: _recount_day(projection, municipality, day) for _, day in days}
        _recount_month(projection, municipality, month)
        for day, facts in uncounted.items():
            projection.facts.mark_counted(facts, day)
        eventlet.sleep(0)


def _recount_day(projection: Projection, municipality: str, day: str) -> dict[str, list[Document]]:
    """Recount a day. Return the facts that its counts did not include before."""
    number = projection.days.take_number(municipality, day)
    uncounted = projection.facts.uncounted(municipality, day)  # before the facts are read: these are all among them
    projection.days.save(municipality, day, number, count_day(projection.facts.of_day(municipality, day)))
    return uncounted


def _recount_month(projection: Projection, municipality: str, month: str) -> None:
    number = projection.months.take_number(municipality, month)
    counts: dict[str, Counts] = defaultdict(Counter)
    for name, own in projection.days.every_slice_of(municipality, f"{month}-01", f"{month}-31"):
        counts[name].update(own)
    projection.months.save(municipality, month, number, counts)


def recount_all(projection: Projection, on_progress: Callable[[int], Any] = lambda _: None) -> int:
    """Count every day that has changed. `on_progress`: called with the number of days so far. Return how many."""
    done = 0
    while days := projection.facts.stale(BATCH):
        recount(projection, days)
        done += len(days)
        on_progress(done)
    return done


class RollupWorker:
    """Recounts days in the background, soon after a fact of theirs has changed."""

    def __init__(self, projections: Projections) -> None:
        self._projections = projections
        self._worker = Worker("rollup", self._recount_stale, POLL_INTERVAL)

    def start(self, spawn: Spawn) -> None:
        self._worker.start(spawn)

    def stop(self) -> None:
        self._worker.stop()

    def wake(self) -> None:
        """Look for changed days now."""
        self._worker.wake()

    def _recount_stale(self) -> bool:
        began = time.monotonic()
        try:
            projection = self._projections.current()
            days = projection.facts.stale(BATCH)
            STALE.set(len(days))
            recount(projection, days)
        finally:
            took = time.monotonic() - began
            eventlet.sleep(max(MIN_PAUSE, took / MAX_SHARE - took))
        return bool(days)
