"""The codecs of the domain's entities: how appointments, tickets and waiting list entries are stored."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from loket_chassis.storage.codec import Codec, Layout
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..domain.appointment import Appointment
from ..domain.capacity import Capacity
from ..domain.provisional import Provisional
from ..domain.resource_day import AgendaKey, Placement
from ..domain.ticket import Ticket
from ..domain.waiting_list import Entry


@dataclass(frozen=True, kw_only=True)
class WithAppointment(PreservesUnknownFields):
    """`appointment`: only in the first claim or hold of an appointment, as `beside` splits it.

    Release 0.1 refuses a field that it does not know inside an appointment, and ignores one beside it. So fields that
    were added since are stored beside it.
    """

    appointment: Appointment | None = None
    specialist_language: str | None = None
    left_starts: tuple[dt.datetime, ...] = ()
    companion: bool = False

    @property
    def whole_appointment(self) -> Appointment | None:
        """The appointment with the fields that are stored beside it."""
        if self.appointment is None:
            return None
        return replace(
            self.appointment, specialist_language=self.specialist_language, left_starts=self.left_starts,
            companion=self.companion,
        )  # fmt: skip


def added_fields(appointment: Appointment) -> dict[str, Any]:
    """The values that `WithAppointment` stores beside an appointment."""
    return {name: getattr(appointment, name) for name in _BESIDE_APPOINTMENT}


def appointment_fields(appointment: Appointment) -> dict[str, Any]:
    """The values of `WithAppointment`."""
    within = replace(appointment, specialist_language=None, left_starts=(), companion=False)
    return {"appointment": within, **added_fields(appointment)}


@dataclass(frozen=True)
class ListedClaim(WithAppointment):
    """Booked time in an agenda, as lists read it."""

    id: str
    start: int
    end: int
    purpose: str = "visit"


@dataclass(frozen=True)
class StoredClaim(ListedClaim):
    """Booked time in an agenda. `placements`: all of the appointment; only in its first claim."""

    placements: tuple[Placement, ...] = ()


@dataclass(frozen=True)
class StoredHold(WithAppointment):
    """Held time in an agenda. `placements`, `fingerprint`: only in the first hold of a request."""

    id: str
    start: int
    end: int
    expires: dt.datetime
    placements: tuple[Placement, ...] = ()
    fingerprint: str | None = None


_TIME = {"start": "s", "end": "e"}
_BOOKED_TIME = {**_TIME, "purpose": "p"}
_PLACEMENT = Layout(_BOOKED_TIME, omit_default={"purpose"})
_BESIDE_APPOINTMENT = ("specialist_language", "left_starts", "companion")
_FIRST_ONLY = frozenset({"appointment", "placements", *_BESIDE_APPOINTMENT})
_APPOINTMENT = Layout(omit_default=frozenset(_BESIDE_APPOINTMENT))
_PARTS = {Placement: _PLACEMENT, Appointment: _APPOINTMENT}

#: of the names and words of an agenda; its claims and holds have versions of their own
AGENDA_VERSION = 1
CLAIM = Codec(
    StoredClaim,
    Layout(_BOOKED_TIME, omit_default=_FIRST_ONLY | {"purpose"}),
    part_layouts=_PARTS,
    text_types={AgendaKey: AgendaKey.parse},
)
#: reads what CLAIM writes
LISTED_CLAIM = Codec(ListedClaim, Layout(_BOOKED_TIME, beside={"placements"}), part_layouts=_PARTS)
HOLD = Codec(
    StoredHold,
    Layout({**_TIME, "expires": "x"}, omit_default=_FIRST_ONLY | {"fingerprint"}),
    part_layouts=_PARTS,
    text_types={AgendaKey: AgendaKey.parse},
)
TICKET = Codec(Ticket)
WAITING_LIST_ENTRY = Codec(Entry)
CAPACITY = Codec(Capacity)
PROVISIONAL = Codec(Provisional, version=0)
