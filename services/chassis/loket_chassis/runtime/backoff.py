"""Exponential backoff with jitter, for everything that is tried again after a failure."""

from __future__ import annotations

import random
from collections.abc import Iterator

FIRST_DELAY, LONGEST_DELAY = 0.2, 2.0


def delays() -> Iterator[float]:
    """Seconds to wait before each further attempt: they double up to `LONGEST_DELAY`, each shortened by up to half.

    The jitter spreads processes that failed at the same moment. The iterator never ends.
    """
    delay = FIRST_DELAY
    while True:
        yield delay * random.uniform(0.5, 1)
        delay = min(delay * 2, LONGEST_DELAY)
