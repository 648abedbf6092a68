"""The codecs of the domain's entities: how appointments, tickets and waiting list entries are stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from loket_chassis.storage.codec import Codec, Layout
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..domain.appointment import Appointment
from ..domain.capacity import Capacity
from ..domain.provisional import Provisional
from ..domain.resource_day import AgendaKey, Placement
from ..domain.ticket import Ticket
from ..domain.waiting_list import Entry


@dataclass(frozen=True)
class ListedClaim(PreservesUnknownFields):
    """Booked time in an agenda, as lists read it. `appointment`: only in the first claim of an appointment."""

    id: str
    start: int
    end: int
    purpose: str = "visit"
    appointment: Appointment | None = None


@dataclass(frozen=True)
class StoredClaim(ListedClaim):
    """Booked time in an agenda. `placements`: all of the appointment; only in its first claim."""

    placements: tuple[Placement, ...] = ()


@dataclass(frozen=True)
class StoredHold(PreservesUnknownFields):
    """Held time in an agenda. `appointment`, `placements`, `fingerprint`: only in the first hold of a request."""

    id: str
    start: int
    end: int
    expires: dt.datetime
    appointment: Appointment | None = None
    placements: tuple[Placement, ...] = ()
    fingerprint: str | None = None


_TIME = {"start": "s", "end": "e"}
_BOOKED_TIME = {**_TIME, "purpose": "p"}
_PLACEMENT = Layout(_BOOKED_TIME, omit_default={"purpose"})
_FIRST_ONLY = frozenset({"appointment", "placements"})

#: of the names and words of an agenda; its claims and holds have versions of their own
AGENDA_VERSION = 1
CLAIM = Codec(
    StoredClaim,
    Layout(_BOOKED_TIME, omit_default=_FIRST_ONLY | {"purpose"}),
    part_layouts={Placement: _PLACEMENT},
    text_types={AgendaKey: AgendaKey.parse},
)
#: reads what CLAIM writes
LISTED_CLAIM = Codec(ListedClaim, Layout(_BOOKED_TIME, beside={"placements"}))
HOLD = Codec(
    StoredHold,
    Layout({**_TIME, "expires": "x"}, omit_default=_FIRST_ONLY | {"fingerprint"}),
    part_layouts={Placement: _PLACEMENT},
    text_types={AgendaKey: AgendaKey.parse},
)
TICKET = Codec(Ticket)
WAITING_LIST_ENTRY = Codec(Entry)
CAPACITY = Codec(Capacity)
PROVISIONAL = Codec(Provisional, version=0)
