"""What this process remembers of the agendas, so that many searches and bookings cost one reading."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..domain.resource_day import EMPTY, Agenda, AgendaKey, Placement

#: seconds for which a search may answer from memory
FRESH_FOR = 1.0
#: seconds for which a booking may try its luck from memory: its claim finds out what has changed
WORTH_A_TRY_FOR = 60.0
MAX_REMEMBERED = 50_000


class Memory:
    """Agendas by key, each with the moment at which it was read.

    What this process books is added at once, what else it writes is forgotten, so a search sees its own changes; those
    of another instance are seen when the memory has aged. That is enough for who promises nothing, and for who finds
    out in the end: whoever refuses somebody reads afresh.
    """

    def __init__(self, read: Callable[[Iterable[AgendaKey]], dict[AgendaKey, Agenda]]) -> None:
        self._read = read
        self._seen: dict[AgendaKey, Agenda] = {}
        self._seen_at: dict[AgendaKey, float] = {}
        self._changes = itertools.count()
        self._changed: dict[AgendaKey, int] = {}

    def recall(self, keys: Iterable[AgendaKey], fresh_for: float = FRESH_FOR) -> dict[AgendaKey, Agenda]:
        """The agendas, from memory where that is younger than so many seconds."""
        now = time.monotonic()
        recalled, missing = {}, []
        for key in keys:
            if self._seen_at.get(key, -fresh_for) > now - fresh_for:
                recalled[key] = self._seen[key]
            else:
                missing.append(key)
        if missing:
            self._make_room()
            before = next(self._changes)
            found = self._read(missing)
            for key in missing:
                recalled[key] = found.get(key, EMPTY)
                if self._changed.get(key, -1) < before:  # otherwise it may have been read before it was written
                    self._seen[key], self._seen_at[key] = recalled[key], now
        return recalled

    def book(self, placements: Sequence[Placement]) -> None:
        """The placements have been taken."""
        for placement in placements:
            key = placement.agenda
            self._changed[key] = next(self._changes)
            if key in self._seen:
                self._seen[key] = replace(self._seen[key], booked=self._seen[key].booked | placement.cells)

    def forget(self, placements: Sequence[Placement]) -> None:
        for placement in placements:
            self._changed[placement.agenda] = next(self._changes)
            self._seen_at.pop(placement.agenda, None)

    def _make_room(self) -> None:
        if max(len(self._seen), len(self._changed)) > MAX_REMEMBERED:
            for each in (self._seen, self._seen_at, self._changed):
                each.clear()
