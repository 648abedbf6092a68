"""What was looked up a moment ago, so that a key or session costs no query at every request."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

#: seconds; what another gateway takes away still works here for so long
TTL_SECONDS = 5.0
MAX_ENTRIES = 10_000


class TtlCache(Generic[T]):
    """The answers of one question by its key; also that there is nothing."""

    def __init__(self) -> None:
        self._entries: dict[str, tuple[float, T | None]] = {}

    def get(self, key: str, load: Callable[[], T | None]) -> T | None:
        """What is remembered, else what `look` finds. Raises what it raises."""
        at, known = self._entries.get(key, (float("-inf"), None))
        if time.monotonic() - at < TTL_SECONDS:
            return known
        known = load()
        if len(self._entries) >= MAX_ENTRIES:
            self._entries.clear()
        self._entries[key] = time.monotonic(), known
        return known

    def clear(self) -> None:
        self._entries.clear()
