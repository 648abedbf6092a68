"""Deprecated routes: the headers Deprecation (RFC 9745), Sunset (RFC 8594) and Link."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from email.utils import format_datetime


@dataclass(frozen=True)
class Deprecation:
    """The deprecation of one route from `since` until its removal at `gone`. `instead`: the address of its successor.

    A route stays for at least a year after `since`, within one major version of the interface.
    """

    since: dt.date
    gone: dt.date
    instead: str

    def __post_init__(self) -> None:
        if self.gone < self.since + dt.timedelta(days=365):
            raise ValueError(f"{self.gone} is less than a year after {self.since}")

    def fields(self) -> list[tuple[str, str]]:
        """Return the headers of every response of that route."""
        return [
            ("Deprecation", f"@{int(_midnight(self.since).timestamp())}"),
            ("Sunset", format_datetime(_midnight(self.gone), usegmt=True)),
            ("Link", f'<{self.instead}>; rel="successor-version"'),
        ]


def _midnight(date: dt.date) -> dt.datetime:
    return dt.datetime.combine(date, dt.time(), dt.UTC)
