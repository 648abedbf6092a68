"""A cache of agendas in this process, so that many searches and bookings share one read."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..domain.resource_day import EMPTY, Agenda, AgendaKey, Placement

#: seconds for which a search may use a cached agenda
SEARCH_MAX_AGE = 1.0
#: seconds for which a booking may use a cached agenda: the write that claims the time detects a stale one
BOOKING_MAX_AGE = 60.0
MAX_CACHED = 50_000


class AgendaCache:
    """Agendas by key, each with the time at which it was read.

    Bookings of this process update the cache and its other writes invalidate it, so a search sees its own changes. It
    sees the changes of another instance once the entry is too old. Callers must read from the database before they
    refuse a request.
    """

    def __init__(self, read: Callable[[Iterable[AgendaKey]], dict[AgendaKey, Agenda]]) -> None:
        self._read = read
        self._agendas: dict[AgendaKey, Agenda] = {}
        self._read_at: dict[AgendaKey, float] = {}
        self._changes = itertools.count()
        self._changed: dict[AgendaKey, int] = {}

    def read(self, keys: Iterable[AgendaKey], max_age: float = SEARCH_MAX_AGE) -> dict[AgendaKey, Agenda]:
        """The agendas. Reads those that are not cached, or were cached more than `max_age` seconds ago."""
        now = time.monotonic()
        found, missing = {}, []
        for key in keys:
            if self._read_at.get(key, -max_age) > now - max_age:
                found[key] = self._agendas[key]
            else:
                missing.append(key)
        if missing:
            self._clear_when_full()
            before = next(self._changes)
            fresh = self._read(missing)
            for key in missing:
                found[key] = fresh.get(key, EMPTY)
                if self._changed.get(key, -1) < before:  # otherwise the read may have missed that write
                    self._agendas[key], self._read_at[key] = found[key], now
        return found

    def add_booked(self, placements: Sequence[Placement]) -> None:
        """Mark the cells of the placements as booked."""
        for placement in placements:
            key = placement.agenda
            self._changed[key] = next(self._changes)
            if key in self._agendas:
                agenda = self._agendas[key]
                self._agendas[key] = replace(agenda, booked=agenda.booked | placement.cells)

    def invalidate(self, placements: Sequence[Placement]) -> None:
        for placement in placements:
            self._changed[placement.agenda] = next(self._changes)
            self._read_at.pop(placement.agenda, None)

    def _clear_when_full(self) -> None:
        if max(len(self._agendas), len(self._changed)) > MAX_CACHED:
            for each in (self._agendas, self._read_at, self._changed):
                each.clear()
