"""The lifecycle of a ticket: a visitor without an appointment, in the same queue."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TypedDict

from loket_contracts import events
from loket_contracts.envelope import Event
from loket_contracts.unknown_fields import PreservesUnknownFields

from . import lifecycle
from .lifecycle import ANYONE, STAFF, Actor, HistoryEntry, Transition

_SERVED = frozenset({"in_service"})
TRANSITIONS: dict[str, Transition] = lifecycle.transition_table(
    (
        Transition("issue", frozenset({"new"}), "waiting", "ticket.issued", ANYONE),
        Transition("call", frozenset({"waiting"}), "in_service", "ticket.called", STAFF),
        Transition("recall", _SERVED, "in_service", "ticket.called", STAFF),
        Transition("park", _SERVED, "parked", "ticket.parked", STAFF),
        Transition("resume", frozenset({"parked"}), "waiting", "ticket.resumed", STAFF),
        Transition("transfer", _SERVED | {"waiting", "parked"}, "waiting", "ticket.transferred", STAFF),
        Transition("complete", _SERVED, "completed", "ticket.completed", STAFF),
        Transition("leave", _SERVED | {"waiting", "parked"}, "left", "ticket.left", ANYONE),
    )
)


class TicketChanges(TypedDict, total=False):
    """What a step may set, besides the state."""

    team: str
    appointment_types: tuple[str, ...]
    resource: str | None
    desk: str | None
    outcome: str | None


@dataclass(frozen=True)
class Ticket(PreservesUnknownFields):
    """A number in the queue of one location and day, without personal data.

    `arrived_at`: determines the place in the line, also after a transfer. `resource`, `desk`: the specialist and
    the counter that called it. `follows`: the id of the appointment from which it was transferred.
    """

    id: str
    municipality: str
    location: str
    number: int
    team: str
    appointment_types: tuple[str, ...]
    persons: int
    language: str
    time_zone: str
    arrived_at: dt.datetime
    state: str = "new"
    sequence: int = 0
    resource: str | None = None
    desk: str | None = None
    outcome: str | None = None
    follows: str | None = None
    history: tuple[HistoryEntry, ...] = ()


def apply_command(
    ticket: Ticket, command: str, *, now: dt.datetime, by: Actor, reason: str | None = None,
    changes: TicketChanges | None = None,
) -> tuple[Ticket, Event]:  # fmt: skip
    """Apply one of TRANSITIONS. Raises Refusal: not-allowed-in-state."""
    transition = lifecycle.check_command(TRANSITIONS, command, ticket.state, by.role)
    changed = replace(
        ticket,
        **(changes or TicketChanges()),
        state=transition.target,
        sequence=ticket.sequence + 1,
        history=(*ticket.history, HistoryEntry(command, now, by.role, reason, by.who)),
    )
    return changed, events.make(
        transition.event,
        municipality=changed.municipality,
        subject=changed.id,
        sequence=changed.sequence,
        time=now,
        data=_event_data(changed),
    )


def _event_data(ticket: Ticket) -> dict[str, object]:
    data = {
        "ticket": ticket.id,
        "number": ticket.number,
        "state": ticket.state,
        "location": ticket.location,
        "team": ticket.team,
        "appointment_types": list(ticket.appointment_types),
        "persons": ticket.persons,
        "language": ticket.language,
        "time_zone": ticket.time_zone,
        "arrived_at": ticket.arrived_at.isoformat(),
    }
    optional = {name: getattr(ticket, name) for name in ("resource", "desk", "outcome", "follows")}
    return data | {name: value for name, value in optional.items() if value is not None}
