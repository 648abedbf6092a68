"""The background loop of a service: calls a function again and again, waits, is woken, and survives errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import eventlet
import structlog
from eventlet.event import Event
from prometheus_client import Counter

from . import backoff
from .unavailable import is_unavailable

FAILURES = Counter("loket_worker_failures_total", "Runs of background workers that failed", ["worker"])

log = structlog.get_logger()

#: starts a managed thread, as nameko's ServiceContainer.spawn_managed_thread
Spawn = Callable[..., Any]


class Worker:
    """Calls `task` in one or more green threads until it is stopped.

    `task` returns whether there may be more to do: it is then called again at once. Otherwise the worker waits until it
    is woken, `interval` seconds at most. An error is logged and counted, and `task` called again after a backoff.
    """

    def __init__(self, name: str, task: Callable[[], bool], interval: float, *, threads: int = 1) -> None:
        self.name = name
        self._task = task
        self._interval = interval
        self._thread_count = threads
        self._threads: list[Any] = []
        self._woken: Event = Event()

    def start(self, spawn: Spawn) -> None:
        for number in range(self._thread_count):
            self._threads.append(spawn(self._run, identifier=f"{self.name} {number}"))

    def stop(self) -> None:
        """End at once, wherever `task` waits."""
        for thread in self._threads:
            thread.kill()
        self._threads.clear()

    def wake(self) -> None:
        """Call `task` now, or once more after the current call."""
        if not self._woken.ready():
            self._woken.send()

    def _run(self) -> None:
        delays = backoff.delays()
        while True:
            try:
                has_more = self._task()
            except Exception as error:
                FAILURES.labels(self.name).inc()
                if is_unavailable(error):
                    log.debug("background worker failed; retrying", worker=self.name, error=repr(error))
                else:
                    log.warning("background worker failed; retrying", worker=self.name, exc_info=True)
                eventlet.sleep(next(delays))
                continue
            delays = backoff.delays()
            if not has_more:
                self._wait()

    def _wait(self) -> None:
        with eventlet.Timeout(self._interval, False):
            self._woken.wait()
        if self._woken.ready():
            self._woken = Event()
