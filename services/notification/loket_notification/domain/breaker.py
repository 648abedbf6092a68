"""The circuit breaker of one provider: after consecutive failures it opens, then lets one attempt through."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Breaker:
    """Times are seconds on a monotonic clock. After a failed probe the breaker opens again.

    `reason`: why the last attempt failed, which is why the next ones are not made.
    """

    failures_in_a_row: int = 5
    rest: float = 15.0
    failed: int = 0
    rests_until: float | None = None
    probing: bool = False
    reason: str = ""

    def lets_through(self, now: float) -> bool:
        """Whether the provider may be tried now. While half-open, one attempt at a time."""
        if self.rests_until is None:
            return True
        if now < self.rests_until or self.probing:
            return False
        self.probing = True
        return True

    def worked(self) -> None:
        self.failed, self.rests_until, self.probing = 0, None, False

    def did_not_work(self, now: float, reason: str) -> None:
        self.failed += 1
        self.reason = reason
        if self.probing or self.failed >= self.failures_in_a_row:
            self.rests_until = now + self.rest
        self.probing = False

    def wait(self, now: float) -> float:
        """Seconds until the next attempt is allowed."""
        return max(0.0, (self.rests_until or now) - now)
