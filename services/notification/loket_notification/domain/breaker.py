"""The circuit breaker of one provider: after failures in a row it is left alone for a while, then tried by one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Breaker:
    """Moments are seconds on any clock that only goes forward. A rest that ends in a failure is followed by another."""

    failures_in_a_row: int = 5
    rest: float = 15.0
    failed: int = 0
    rests_until: float | None = None
    probing: bool = False

    def lets_through(self, now: float) -> bool:
        """Whether the provider may be tried now. After the rest, one at a time."""
        if self.rests_until is None:
            return True
        if now < self.rests_until or self.probing:
            return False
        self.probing = True
        return True

    def worked(self) -> None:
        self.failed, self.rests_until, self.probing = 0, None, False

    def did_not_work(self, now: float) -> None:
        self.failed += 1
        if self.probing or self.failed >= self.failures_in_a_row:
            self.rests_until = now + self.rest
        self.probing = False

    def wait(self, now: float) -> float:
        """Seconds until it may be tried again."""
        return max(0.0, (self.rests_until or now) - now)
