"""The life of an appointment, without who it is for: states, what leads from one to the next, and what each tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from loket_contracts import events
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal

from .agenda import Placement
from .grid import CELL, zone
from .visit import Visit


@dataclass(frozen=True)
class Command:
    """What can be done to an appointment: from which states, to which one, what it is told as, and who may do it."""

    name: str
    sources: frozenset[str]
    target: str
    event: str
    actors: frozenset[str]


_STAFF = frozenset({"staff", "system"})
_ANYONE = frozenset({"resident", "portal"}) | _STAFF

#: the life of an appointment. There is no other way from one state to another.
COMMANDS: dict[str, Command] = {
    command.name: command
    for command in (
        Command("book", frozenset({"held"}), "booked", "appointment.booked", _ANYONE),
        Command("reschedule", frozenset({"booked"}), "booked", "appointment.rescheduled", _ANYONE),
        Command("cancel", frozenset({"booked"}), "cancelled", "appointment.cancelled", _ANYONE),
        Command("check_in", frozenset({"booked"}), "checked_in", "appointment.checked_in", _ANYONE),
        Command("start", frozenset({"booked", "checked_in"}), "in_service", "appointment.started", _STAFF),
        Command("complete", frozenset({"in_service"}), "completed", "appointment.completed", _STAFF),
        Command("no_show", frozenset({"booked"}), "no_show", "appointment.no_show", _STAFF),
        Command("undo_check_in", frozenset({"checked_in"}), "booked", "appointment.reinstated", _STAFF),
        Command("undo_no_show", frozenset({"no_show"}), "booked", "appointment.reinstated", _STAFF),
    )
}


def allowed(state: str, actor: str) -> list[str]:
    """The commands that this actor may give in this state, by name."""
    return sorted(c.name for c in COMMANDS.values() if state in c.sources and actor in c.actors)


@dataclass(frozen=True)
class Transition:
    """One step of an appointment's life: what was done, when, by whom and why."""

    command: str
    at: dt.datetime
    by: str
    reason: str | None = None


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
    history: tuple[Transition, ...] = ()

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
    return _apply(appointment, "book", now, by, changes={"booked_at": now, "booked_by": by, "language": language})


def reschedule(
    appointment: Appointment, visit: Visit, placements: Sequence[Placement], start: dt.datetime, *, now: dt.datetime,
    by: str, reason: str | None = None,
) -> tuple[Appointment, Event]:  # fmt: skip
    """The same appointment, under the same id, at another moment. Raises Refusal: not-allowed-in-state."""
    changes = {
        "start": start,
        "end": start + visit.length * CELL,
        "resources": tuple(placement.agenda.resource for placement in placements),
    }
    told = {"previous_start": appointment.local(appointment.start)}
    return _apply(appointment, "reschedule", now, by, reason, changes, told)


def cancel(appointment: Appointment, *, now: dt.datetime, by: str, reason: str) -> tuple[Appointment, Event]:
    """Raises Refusal: not-allowed-in-state."""
    return _apply(appointment, "cancel", now, by, reason, told={"cancelled_by": by, "reason": reason})


def step(
    appointment: Appointment, command: str, *, now: dt.datetime, by: str, reason: str | None = None
) -> tuple[Appointment, Event]:
    """A step that leaves the time as it is: check_in, start, complete, no_show, and the two that undo.

    Raises Refusal: not-allowed-in-state.
    """
    return _apply(appointment, command, now, by, reason)


def _apply(
    appointment: Appointment, name: str, now: dt.datetime, by: str, reason: str | None = None,
    changes: Mapping[str, Any] = MappingProxyType({}), told: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Appointment, Event]:  # fmt: skip
    command = COMMANDS[name]
    if appointment.state not in command.sources or by not in command.actors:
        possible = ", ".join(allowed(appointment.state, by)) or "nothing"
        raise Refusal("not-allowed-in-state", {"state": appointment.state, "allowed": possible})
    changed = replace(
        appointment,
        **changes,
        state=command.target,
        sequence=appointment.sequence + 1,
        history=(*appointment.history, Transition(name, now, by, reason)),
    )
    return changed, _event(command.event, changed, now, told)


def _event(name: str, appointment: Appointment, now: dt.datetime, told: Mapping[str, Any]) -> Event:
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
        **told,
    }
    return events.make(
        name,
        municipality=appointment.municipality,
        subject=appointment.id,
        sequence=appointment.sequence,
        time=now,
        data=data,
    )
