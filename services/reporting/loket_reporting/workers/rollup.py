"""Recount days from their facts: those that were marked, those of an earlier release, and now and then any other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any

import eventlet
import structlog
from prometheus_client import Counter, Gauge

from loket_chassis.runtime.worker import Spawn, Worker

from ..store.projections import Projection, Projections

STALE = Gauge("loket_figures_stale_days", "Days whose figures were out of date at the last check")
CHECKED = Counter("loket_figures_checked_days_total", "Days whose counts were compared with their facts", ["outcome"])
BATCH = 24
#: days that a rebuild recounts in one transaction
TOGETHER = 8
#: seconds between two queries for days to recount, unless the worker is woken
POLL_INTERVAL = 5.0
#: seconds between two comparisons of a random day
CHECK_INTERVAL = 300.0
#: seconds between two rounds, at least
MIN_PAUSE = 0.1
#: counting takes at most this share of the time
MAX_SHARE = 0.3

log = structlog.get_logger()


def recount(projection: Projection, stale: Iterable[tuple[str, str]], together: int = 1) -> None:
    """Recount these days, with their months and years.

    `together`: how many in one transaction. While events of the same days are counted, it tries again.
    """
    for municipality, days in groupby(sorted(stale), key=itemgetter(0)):
        own = [day for _, day in days]
        for first in range(0, len(own), together):
            projection.counting.recount(municipality, own[first : first + together])
            eventlet.sleep(0)


def recount_all(projection: Projection, on_progress: Callable[[int], Any] = lambda _: None) -> int:
    """Recount every day that is marked, of a projection whose events are not counted by difference yet.

    `on_progress`: called with the number of days so far. Return how many.
    """
    done = 0
    while days := projection.facts.stale(BATCH):
        recount(projection, days, TOGETHER)
        done += len(days)
        on_progress(done)
    return done


def recount_earlier(projection: Projection) -> int:
    """Recount days that an earlier release has counted. Return how many."""
    days = projection.earlier.to_recount(BATCH)
    recount(projection, [(each.municipality, each.day) for each in days])
    projection.earlier.mark_recounted(days)
    return len(days)


def check_random_day(projection: Projection) -> bool:
    """Compare the counts of a random day with its facts, and correct them. Return whether they were right."""
    if (chosen := projection.counts.random_day()) is None:
        return True
    municipality, day = chosen
    lacking = projection.counting.recount(municipality, [day])
    CHECKED.labels("corrected" if lacking else "right").inc()
    if lacking:
        log.warning("the figures of a day were corrected", municipality=municipality, day=day, slices=len(lacking))
    return not lacking


class RollupWorker:
    """Recounts in the background what is not counted by difference."""

    def __init__(self, projections: Projections) -> None:
        self._projections = projections
        self._worker = Worker("rollup", self._recount_stale, POLL_INTERVAL)
        self._next_check = time.monotonic() + CHECK_INTERVAL

    def start(self, spawn: Spawn) -> None:
        self._worker.start(spawn)

    def stop(self) -> None:
        self._worker.stop()

    def wake(self) -> None:
        """Look for days to recount now."""
        self._worker.wake()

    def _recount_stale(self) -> bool:
        began = time.monotonic()
        try:
            projection = self._projections.current()
            days = projection.facts.stale(BATCH)
            STALE.set(len(days))
            recount(projection, days)
            done = len(days) + recount_earlier(projection)
            if not done and not projection.is_counted:
                self._projections.show_counts(projection)
            if began >= self._next_check:
                self._next_check = began + CHECK_INTERVAL
                check_random_day(projection)
        finally:
            took = time.monotonic() - began
            eventlet.sleep(max(MIN_PAUSE, took / MAX_SHARE - took))
        return bool(done)
