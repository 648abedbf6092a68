"""One warning when the broker, the database or another service becomes unavailable, and one line when it is back.

What fails meanwhile is not logged: each request is in the access log with its code, and the metrics count the rest.
"""

from __future__ import annotations

import time
from functools import cache

import structlog

log = structlog.get_logger()


class Outage:
    """An outage of one server, as this process sees it. Both methods may be called at any time, and repeatedly."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._began: float | None = None

    @property
    def is_on(self) -> bool:
        return self._began is not None

    def begin(self, reason: str) -> None:
        if self._began is None:
            self._began = time.monotonic()
            log.warning(f"the {self._server} is unavailable", reason=reason)

    def end(self) -> None:
        if self._began is not None:
            seconds, self._began = round(time.monotonic() - self._began, 1), None
            log.info(f"the {self._server} is available again", seconds=seconds)


BROKER, DATABASE = Outage("broker"), Outage("database")


@cache
def of_service(name: str) -> Outage:
    """The outage of another service: calls get no answer."""
    return Outage(f"service {name}")
