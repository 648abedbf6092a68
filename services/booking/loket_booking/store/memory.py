"""What a search remembers of the agendas for a second, so that many searches cost one reading."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from ..domain.agenda import EMPTY, Agenda, AgendaKey, Placement

#: seconds for which a search may answer from memory
FRESH_FOR = 1.0
MOST_REMEMBERED = 50_000


class Memory:
    """Agendas by key, each with the moment at which it was read.

    What this process writes is forgotten at once, so a search sees its own changes; those of another instance are seen
    when the memory has aged. That is enough for a search, which promises nothing: whoever decides reads afresh.
    """

    def __init__(self, read: Callable[[Iterable[AgendaKey]], dict[AgendaKey, Agenda]]) -> None:
        self._read = read
        self._seen: dict[AgendaKey, Agenda] = {}
        self._seen_at: dict[AgendaKey, float] = {}

    def recall(self, keys: Iterable[AgendaKey]) -> dict[AgendaKey, Agenda]:
        """The agendas, from memory where that is younger than FRESH_FOR."""
        wanted = list(keys)
        now = time.monotonic()
        missing = [key for key in wanted if self._seen_at.get(key, -FRESH_FOR) <= now - FRESH_FOR]
        if missing:
            if len(self._seen) > MOST_REMEMBERED:
                self._seen.clear()
                self._seen_at.clear()
                missing = wanted
            found = self._read(missing)
            for key in missing:
                self._seen[key] = found.get(key, EMPTY)
                self._seen_at[key] = now
        return {key: self._seen[key] for key in wanted}

    def forget(self, placements: Sequence[Placement]) -> None:
        for placement in placements:
            self._seen_at.pop(placement.agenda, None)
