"""From facts to the counts of their days."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

import eventlet
import structlog
from eventlet.event import Event
from nameko.extensions import DependencyProvider
from prometheus_client import Gauge

from loket_chassis.messaging.publish_once import PublishOnce
from loket_chassis.storage.connection import Document, MongoConnection

from ..domain.daily_counts import Counts, count
from ..store.projections import Generation, Generations

STALE = Gauge("loket_figures_stale_days", "Days of which the figures did not know everything at the last look")
#: the weekly reports that were announced
WEEKS = "announced"
BATCH = 25
#: seconds between two looks when nobody says that something changed; and the least ever
LOOK_EVERY, LOOK_AFTER = 5.0, 0.1
#: counting takes no more than this share of the time
MAX_SHARE = 0.3
log = structlog.get_logger()


def roll(generation: Generation, stale: Iterable[tuple[str, str]]) -> None:
    """Count these days of municipalities anew, and their months. Whatever changes meanwhile is counted the next time.

    A fact stays marked until its day and its month know of it, so that whoever dies in between leaves it to the others.
    """
    for (municipality, month), days in groupby(sorted(stale), key=lambda each: (each[0], each[1][:7])):
        unknown = {day: _roll_day(generation, municipality, day) for _, day in days}
        _roll_month(generation, municipality, month)
        for day, facts in unknown.items():
            generation.facts.known(facts, day)
        eventlet.sleep(0)


def _roll_day(generation: Generation, municipality: str, day: str) -> dict[str, list[Document]]:
    """Returns the facts of which the counts did not know before."""
    number = generation.days.take_number(municipality, day)
    unknown = generation.facts.unknown_to(municipality, day)  # before the facts are read: these are all among them
    generation.days.keep(municipality, day, number, count(generation.facts.of_day(municipality, day)))
    return unknown


def _roll_month(generation: Generation, municipality: str, month: str) -> None:
    number = generation.months.take_number(municipality, month)
    counts: dict[str, Counts] = defaultdict(Counter)
    for name, own in generation.days.all_of(municipality, f"{month}-01", f"{month}-31"):
        counts[name].update(own)
    generation.months.keep(municipality, month, number, counts)


def roll_all(generation: Generation, told: Callable[[int], Any] = lambda _: None) -> int:
    """Count every day that has changed. `told`: called with the number of days so far. Returns how many."""
    done = 0
    while days := generation.facts.stale(BATCH):
        roll(generation, days)
        done += len(days)
        told(done)
    return done


class Roller(DependencyProvider):
    """Counts in the background, soon after something changed. Gives the service class the generations."""

    connection = MongoConnection()

    def setup(self) -> None:
        self.generations = Generations(self.connection.database)
        self.generations.create()
        self.announced = PublishOnce(self.connection.database, WEEKS)
        self.announced.create_indexes()
        self._changed: Event = Event()

    def start(self) -> None:
        self._thread = self.container.spawn_managed_thread(self._roll_forever, identifier="roller")

    def stop(self) -> None:
        self._thread.kill()

    def get_dependency(self, worker_ctx: Any) -> Roller:
        return self

    def wake(self) -> None:
        """Some day has changed."""
        if not self._changed.ready():
            self._changed.send()

    def _roll_forever(self) -> None:
        while True:
            self._changed = Event()
            began, stale = time.monotonic(), 0
            try:
                generation = self.generations.current()
                days = generation.facts.stale(BATCH)
                stale = len(days)
                STALE.set(stale)
                roll(generation, days)
            except Exception:
                log.warning("days could not be counted; trying again", exc_info=True)
            took = time.monotonic() - began
            eventlet.sleep(max(LOOK_AFTER, took / MAX_SHARE - took))
            if not stale:
                with eventlet.Timeout(LOOK_EVERY, False):
                    self._changed.wait()
