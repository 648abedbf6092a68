"""The day agenda: one resource, one local day, and the claims on its time."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from .grid import span


class AgendaKey(NamedTuple):
    """Which agenda: it is the id of the stored document too. A tuple, because a search makes hundreds of them."""

    municipality: str
    resource: str
    date: dt.date

    def __str__(self) -> str:
        return f"{self.municipality}/{self.resource}/{self.date.isoformat()}"

    @classmethod
    def parse(cls, text: str) -> AgendaKey:
        municipality, resource, date = text.split("/")
        return cls(municipality, resource, dt.date.fromisoformat(date))


@dataclass(frozen=True)
class Placement:
    """A stretch of one agenda, in cells, buffers included: what a claim takes. `purpose` is visit or study."""

    agenda: AgendaKey
    start: int
    end: int
    purpose: str = "visit"

    @property
    def cells(self) -> int:
        return span(self.start, self.end)


@dataclass(frozen=True)
class Hold:
    """A provisional claim. From `expires` on, its time is free again."""

    id: str
    start: int
    end: int
    expires: dt.datetime


@dataclass(frozen=True)
class Agenda:
    """What is taken of a resource's day: `booked` cells for good, and holds for a while."""

    booked: int = 0
    holds: tuple[Hold, ...] = ()

    def busy(self, now: dt.datetime, own_hold: str | None = None) -> int:
        """The cells that nobody else may claim at `now`; one's own hold does not stand in one's way."""
        cells = self.booked
        for hold in self.holds:
            if hold.expires > now and hold.id != own_hold:
                cells |= span(hold.start, hold.end)
        return cells


EMPTY = Agenda()
