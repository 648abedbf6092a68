"""Telling programs that an address goes away: Deprecation (RFC 9745), Sunset (RFC 8594) and where to go instead."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.utils import format_datetime


@dataclass(frozen=True)
class Deprecation:
    """Of one route. `since`: from when it should not be used any more; `gone`: when it stops; `instead`: an address.

    A route stays for a year at least after `since`, within one major version of the interface.
    """

    since: dt.date
    gone: dt.date
    instead: str

    def __post_init__(self) -> None:
        if self.gone < self.since + dt.timedelta(days=365):
            raise ValueError(f"{self.gone} is less than a year after {self.since}")

    def fields(self) -> list[tuple[str, str]]:
        """The header fields of every answer of that route."""
        return [
            ("Deprecation", f"@{int(_midnight(self.since).timestamp())}"),
            ("Sunset", format_datetime(_midnight(self.gone), usegmt=True)),
            ("Link", f'<{self.instead}>; rel="successor-version"'),
        ]


def _midnight(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(), dt.UTC)
