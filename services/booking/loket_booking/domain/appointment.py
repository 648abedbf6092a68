"""The life of an appointment, without who it is for: states, what leads from one to the next, and what each tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from loket_contracts import events
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal

from .agenda import Placement
from .grid import CELL, zone
from .visit import Visit

#: what may follow each state
TRANSITIONS: dict[str, frozenset[str]] = {
    "held": frozenset({"booked"}),
    "booked": frozenset({"cancelled"}),
    "cancelled": frozenset(),
}


@dataclass(frozen=True)
class Appointment:
    """An appointment as the agenda keeps it. `sequence` counts its events; times are in UTC."""

    id: str
    municipality: str
    state: str
    appointment_types: tuple[str, ...]
    team: str
    location: str
    channel: str
    resources: tuple[str, ...]
    persons: int
    start: dt.datetime
    end: dt.datetime
    time_zone: str
    language: str
    booked_at: dt.datetime
    booked_by: str
    sequence: int
    cancelled_by: str | None = None
    reason: str | None = None

    def local(self, moment: dt.datetime) -> str:
        """`moment` as RFC 3339 with the offset of the location."""
        return moment.astimezone(zone(self.time_zone)).isoformat()


def held(identifier: str, municipality: str, visit: Visit, placements: Sequence[Placement], start: dt.datetime,
         now: dt.datetime, by: str) -> Appointment:  # fmt: skip
    """A slot reserved while the form is filled in. It has no event: nothing has happened yet."""
    return Appointment(
        id=identifier,
        municipality=municipality,
        state="held",
        appointment_types=tuple(kind.id for kind in visit.types),
        team=visit.team,
        location=visit.location.id,
        channel=visit.location.channel,
        resources=tuple(placement.agenda.resource for placement in placements),
        persons=visit.persons,
        start=start,
        end=start + visit.length * CELL,
        time_zone=visit.location.time_zone,
        language="nl",
        booked_at=now,
        booked_by=by,
        sequence=0,
    )


def book(appointment: Appointment, *, now: dt.datetime, by: str, language: str) -> tuple[Appointment, Event]:
    """Raises Refusal: not-allowed-in-state."""
    booked = _move(appointment, "booked", booked_at=now, booked_by=by, language=language)
    return booked, _event("appointment.booked", booked, now)


def cancel(appointment: Appointment, *, now: dt.datetime, by: str, reason: str) -> tuple[Appointment, Event]:
    """Raises Refusal: not-allowed-in-state."""
    cancelled = _move(appointment, "cancelled", cancelled_by=by, reason=reason)
    return cancelled, _event("appointment.cancelled", cancelled, now)


def _move(appointment: Appointment, state: str, **changes: Any) -> Appointment:
    allowed = TRANSITIONS[appointment.state]
    if state not in allowed:
        raise Refusal(
            "not-allowed-in-state", {"state": appointment.state, "allowed": ", ".join(sorted(allowed)) or "nothing"}
        )
    return replace(appointment, state=state, sequence=appointment.sequence + 1, **changes)


def _event(name: str, appointment: Appointment, now: dt.datetime) -> Event:
    data: dict[str, Any] = {
        "appointment": appointment.id,
        "state": appointment.state,
        "appointment_types": list(appointment.appointment_types),
        "team": appointment.team,
        "location": appointment.location,
        "channel": appointment.channel,
        "resources": list(appointment.resources),
        "persons": appointment.persons,
        "start": appointment.local(appointment.start),
        "end": appointment.local(appointment.end),
        "time_zone": appointment.time_zone,
        "language": appointment.language,
        "booked_at": appointment.booked_at.isoformat(),
        "booked_by": appointment.booked_by,
    }
    if appointment.cancelled_by is not None:
        data |= {"cancelled_by": appointment.cancelled_by, "reason": appointment.reason}
    return events.make(
        name,
        municipality=appointment.municipality,
        subject=appointment.id,
        sequence=appointment.sequence,
        time=now,
        data=data,
    )
