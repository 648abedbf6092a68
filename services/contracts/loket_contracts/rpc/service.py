"""What several services have in common over RPC."""

from __future__ import annotations

from typing import Protocol, TypedDict


class Service(Protocol):
    """Every service."""

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
