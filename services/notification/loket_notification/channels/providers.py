"""The providers of this process, and the order in which they are tried for each channel."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import entry_points
from typing import Any

import structlog

from ..domain.breaker import Breaker
from .base import GROUP, Away, Channel, Declined, NotNow, NotSent, Outgoing, Refused, Unknown

log = structlog.get_logger()


def installed() -> dict[str, type[Channel]]:
    """All installed channels, by name."""
    return {found.name: found.load() for found in entry_points(group=GROUP)}


def names_in(listed: str) -> list[str]:
    """The names in a comma-separated list."""
    return [name.strip() for name in listed.split(",") if name.strip()]


@dataclass(frozen=True)
class ProviderNames:
    """A setting that lists channels of one kind, with commas between them, in upper or lower case."""

    kind: str

    @property
    def allowed(self) -> str:
        return f"one or more of {', '.join(sorted(self._known().values()))}, with commas"

    def __call__(self, value: str) -> str:
        known, names = self._known(), names_in(value)
        if not names or not all(name.lower() in known for name in names):
            raise ValueError(f"it must be {self.allowed}")
        return ",".join(known[name.lower()] for name in names)

    def _known(self) -> dict[str, str]:
        return {name.lower(): name for name, channel in installed().items() if channel.kind == self.kind}


@dataclass
class Provider:
    """One channel with its circuit breaker and rate limit. `rate`: messages per second at most; 0 is unlimited."""

    name: str
    channel: Channel
    rate: float = 0
    breaker: Breaker = field(default_factory=Breaker)
    free_at: float = 0

    def turn(self, now: float) -> float:
        """Reserve the next turn under the rate limit. Return the seconds until it."""
        if not self.rate:
            return 0
        begin = max(now, self.free_at)
        self.free_at = begin + 1 / self.rate
        return begin - now


class Providers:
    """Sends messages with the first provider that accepts them."""

    def __init__(
        self,
        by_kind: Mapping[str, Sequence[Provider]],
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] = time.sleep,
    ) -> None:
        self.by_kind = by_kind
        self._clock = clock
        self._sleep = sleep

    def named(self, name: str) -> Provider | None:
        return next((each for all_ in self.by_kind.values() for each in all_ if each.name == name), None)

    def send(self, kind: str, message: Outgoing) -> tuple[str, str]:  # noqa: C901
        """Send the message. Return the provider's name and its id for the message.

        A message that one provider refuses for good, or may have accepted, is not tried with the next. Raises Refused,
        Unknown, or the last NotNow, Declined or Away.
        """
        resting = []
        problem: NotSent | None = None
        for provider in self.by_kind.get(kind, ()):
            if not provider.breaker.lets_through(self._clock()):
                resting.append(provider)
                continue
            if wait := provider.turn(self._clock()):
                self._sleep(wait)
            try:
                identifier = provider.channel.send(_called(message, provider.name))
            except (NotNow, Declined, Refused) as error:
                provider.breaker.worked()  # it responded
                if isinstance(error, Refused):
                    raise
                problem = error
            except (Away, Unknown) as error:
                provider.breaker.did_not_work(self._clock(), error.reason)
                log.warning("provider failed", provider=provider.name, reason=error.reason)
                if isinstance(error, Unknown):
                    raise
                problem = error
            except BaseException as error:
                provider.breaker.did_not_work(self._clock(), type(error).__name__)
                raise
            else:
                provider.breaker.worked()
                return provider.name, identifier
        if problem is not None:
            raise problem
        if resting:
            now = self._clock()
            first = min(resting, key=lambda provider: provider.breaker.wait(now))
            raise Away(f"not tried, because the last attempts failed: {first.breaker.reason}", first.breaker.wait(now))
        raise Away(f"no provider of {kind} is set")

    def close(self) -> None:
        for all_ in self.by_kind.values():
            for provider in all_:
                provider.channel.close()


def _called(message: Outgoing, provider: str) -> Outgoing:
    """The message, with the URL for receipts of this provider."""
    return replace(message, receipts=f"{message.receipts}{provider}") if message.receipts else message
