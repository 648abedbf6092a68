"""From facts to the counts of their days."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import eventlet
import structlog
from eventlet.event import Event
from nameko.extensions import DependencyProvider
from prometheus_client import Gauge

from loket_chassis.mongo import MongoConnection

from .domain.counting import count
from .store.generations import Generation, Generations

STALE = Gauge("loket_figures_stale_days", "Days of which the figures did not know everything at the last look")
BATCH = 100
#: seconds between two looks when nobody says that something changed; and the least ever
LOOK_EVERY, LOOK_AFTER = 5.0, 0.1
#: counting takes no more than this share of the time
MOST_SHARE = 0.3
log = structlog.get_logger()


def roll(generation: Generation, municipality: str, day: str) -> None:
    """Count one day anew. Whatever changes meanwhile stays marked, and is counted the next time."""
    number = generation.days.take_number(municipality, day)
    unknown = generation.facts.unknown_to(municipality, day)  # before the facts are read: these are all among them
    generation.days.keep(municipality, day, number, count(generation.facts.of_day(municipality, day)))
    generation.facts.known(unknown, day)


def roll_all(generation: Generation, told: Callable[[int], Any] = lambda _: None) -> int:
    """Count every day that has changed. `told`: called with the number of days so far. Returns how many."""
    done = 0
    while days := generation.facts.stale(BATCH):
        for municipality, day in days:
            roll(generation, municipality, day)
        done += len(days)
        told(done)
    return done


class Roller(DependencyProvider):
    """Counts in the background, soon after something changed. Gives the service class the generations."""

    connection = MongoConnection()

    def setup(self) -> None:
        self.generations = Generations(self.connection.database)
        self.generations.create()
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
                for municipality, day in days:
                    roll(generation, municipality, day)
            except Exception:
                log.warning("days could not be counted; trying again", exc_info=True)
            took = time.monotonic() - began
            eventlet.sleep(max(LOOK_AFTER, took / MOST_SHARE - took))
            if not stale:
                with eventlet.Timeout(LOOK_EVERY, False):
                    self._changed.wait()
