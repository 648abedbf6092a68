"""Caches whose entries expire after a time to live (TTL).

Expired values stay readable through `stale`, so that a caller can serve them while their source is unavailable. The
caches of cachetools drop them, and do not make concurrent callers share one load; hence these few lines.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

EXPIRED = float("-inf")


class TtlCache(Generic[K, V]):
    """Values by key, each fresh for `ttl` seconds. A full cache evicts the entry that was stored first."""

    def __init__(self, ttl: float, max_entries: int = 10_000, clock: Callable[[], float] = time.monotonic) -> None:
        self.ttl = ttl
        self._max_entries = max_entries
        self._clock = clock
        self._entries: dict[K, tuple[float, V]] = {}
        self._expirations = 0

    def get(self, key: K, load: Callable[[], V]) -> V:
        """The fresh value of `key`, else the one that `load` returns. Raises what `load` raises."""
        entry = self._entries.get(key)
        if entry is not None and self._clock() < entry[0]:
            return entry[1]
        expirations = self._expirations
        value = load()
        self._put(key, value, is_fresh=expirations == self._expirations)
        return value

    def put(self, key: K, value: V) -> None:
        self._put(key, value, is_fresh=True)

    def fresh(self, key: K) -> V | None:
        """The value of `key`, or None when there is none or it has expired."""
        entry = self._entries.get(key)
        return entry[1] if entry is not None and self._clock() < entry[0] else None

    def stale(self, key: K) -> V | None:
        """The last value of `key`, even if it has expired; None when there is none."""
        entry = self._entries.get(key)
        return entry[1] if entry is not None else None

    def overdue(self, key: K) -> V | None:
        """The last value of `key`, if it expired less than `ttl` ago by its age alone; None when there is none."""
        entry = self._entries.get(key)
        return entry[1] if entry is not None and self._clock() < entry[0] + self.ttl else None

    def expire(self) -> None:
        """Have every value loaded again when it is next needed, also those that are being loaded now."""
        self._expirations += 1
        self._entries = {key: (EXPIRED, value) for key, (_, value) in self._entries.items()}

    def clear(self) -> None:
        """Drop every value."""
        self._expirations += 1
        self._entries.clear()

    def _put(self, key: K, value: V, is_fresh: bool) -> None:
        self._entries.pop(key, None)  # a value that is stored again moves to the end
        if len(self._entries) >= self._max_entries:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = (self._clock() + self.ttl if is_fresh else EXPIRED, value)


class CachedValue(Generic[V]):
    """One value, fresh for `ttl` seconds. Callers that come while it is being loaded share that load.

    They get the last value meanwhile if it is not older than twice `ttl`; otherwise, the first time and after `expire`
    they wait, so that a value that was not needed for hours is not used once more. When the load fails,
    all that wait get its error at once, and the next caller loads again. The load serves them all, so it runs in a
    context of its own, without the deadline of the caller that began it.
    """

    def __init__(self, load: Callable[[], V], ttl: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._load = load
        self._cache: TtlCache[None, tuple[V]] = TtlCache(ttl, clock=clock)
        self._loading = threading.Lock()
        self._last_error: Exception | None = None

    def get(self) -> V:
        """The fresh value. Raises what `load` raises."""
        if (known := self._cache.fresh(None)) is not None:
            return known[0]
        if self._loading.locked() and (last := self._cache.overdue(None)) is not None:
            return last[0]
        last_error = self._last_error
        with self._loading:
            if (known := self._cache.fresh(None)) is not None:
                return known[0]
            if self._last_error is not None and self._last_error is not last_error:
                raise self._last_error
            return self._load_value()

    def _load_value(self) -> V:
        try:
            (value,) = self._cache.get(None, lambda: (contextvars.Context().run(self._load),))
        except Exception as error:
            self._last_error = error
            raise
        self._last_error = None
        return value

    def expire(self) -> None:
        """Have the value loaded again when it is next needed."""
        self._cache.expire()
