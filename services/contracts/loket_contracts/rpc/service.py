"""What several services have in common over RPC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypedDict


class QueueStatus(TypedDict):
    """The messages of one queue of events. `retrying`: wait for another attempt. `dead`: given up."""

    name: str
    waiting: int
    retrying: int
    dead: int


class ServiceStatus(TypedDict):
    """The state of one process of a service.

    `parts`: each "ok" or what is wrong. `outbox_seconds`: the age of the oldest event that is not published, or 0.
    `lag_seconds`: how long the oldest due message has waited; None for a service that sends none.
    """

    version: str
    revision: str
    parts: dict[str, str]
    queues: list[QueueStatus]
    outbox_seconds: float
    lag_seconds: float | None


def wrong_parts(parts: Mapping[str, str]) -> list[str]:
    """The parts of a service that are not ok, each with its state."""
    return [f"{name}: {state}" for name, state in parts.items() if state != "ok"]


class Service(Protocol):
    """Every service."""

    def status(self) -> ServiceStatus:
        """Return the state of the service, for operators."""
        ...

    def ping(self) -> str:
        """Return "ok"."""
        ...


class EventPage(TypedDict):
    """`events`: as JSON, in the order of the log. `after`: asks for the next page; None at the end."""

    events: list[str]
    after: str | None


class EventSource(Service, Protocol):
    """A service whose events can be read again, to rebuild figures."""

    def count_events(self) -> int:
        """Return the number of events, to show progress."""
        ...

    def logged_events(self, after: str, most: int) -> EventPage:
        """Return a page of all events ever published. `after`: "" for the first page."""
        ...


class DeadLetter(TypedDict):
    """One event that a consumer gave up. A message that is not an event has no id and no municipality."""

    queue: str
    event: str
    type: str
    municipality: str
    error: str


class EventConsumer(Service, Protocol):
    """A service that consumes events, with the dead letters of its queues."""

    def dead_letters(self, municipality: str) -> list[DeadLetter]:
        """Return the dead letters of a municipality."""
        ...

    def retry_dead_letters(self, municipality: str) -> int:
        """Put them back into their queues. Return how many."""
        ...


class StoredVersion(TypedDict):
    """A version of a text that a municipality sets, with its time and author."""

    version: int
    at: str
    by: str
