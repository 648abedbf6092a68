"""The agenda of one resource on one local day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from loket_contracts.unknown_fields import PreservesUnknownFields

from .grid import span


class AgendaKey(NamedTuple):
    """The key of an agenda, and as a string the id of its document. A tuple, because a search creates hundreds."""

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
class Placement(PreservesUnknownFields):
    """The cells that a claim takes in one agenda, including buffers. `purpose`: visit or study."""

    agenda: AgendaKey
    start: int
    end: int
    purpose: str = "visit"

    @property
    def cells(self) -> int:
        return span(self.start, self.end)


@dataclass(frozen=True)
class Hold:
    """A provisional claim. Its time is free again from `expires` on."""

    id: str
    start: int
    end: int
    expires: dt.datetime


@dataclass(frozen=True)
class Agenda:
    """The taken time of a resource's day: `booked` cells, and holds."""

    booked: int = 0
    holds: tuple[Hold, ...] = ()

    def busy(self, now: dt.datetime, own_hold: str | None = None) -> int:
        """The taken cells at `now`. `own_hold`: the id of a hold that counts as free."""
        cells = self.booked
        for hold in self.holds:
            if hold.expires > now and hold.id != own_hold:
                cells |= span(hold.start, hold.end)
        return cells


EMPTY = Agenda()
