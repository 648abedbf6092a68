"""The lifecycle of an appointment: its states, the commands between them, and the events. No personal data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypedDict

from loket_contracts import events
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.languages import DEFAULT_LANGUAGE
from loket_contracts.reasons import RESIDENT_REASONS
from loket_contracts.unknown_fields import PreservesUnknownFields

from . import lifecycle
from .appointment_spec import AppointmentSpec
from .catalogue import Municipality
from .grid import CELL, zone
from .lifecycle import ANYONE, STAFF, Actor, HistoryEntry, Transition
from .resource_day import Placement
from .timing import Period, command_period

#: in the history: the resident took back their own cancellation. It is no transition that others may ask for
RESTORE = "restore"
#: in the history: someone who comes along was invited or withdrawn
INVITE_COMPANION, WITHDRAW_COMPANION = "invite_companion", "withdraw_companion"
#: how long a resident can take back their own cancellation
RESTORABLE_FOR = dt.timedelta(minutes=10)
_BOOKED = frozenset({"booked"})
STRANGER = frozenset({"resident"})
#: every transition between states, by the command that requests it
TRANSITIONS: dict[str, Transition] = lifecycle.transition_table(
    (
        Transition("request", frozenset({"held", "provisional"}), "provisional", "appointment.provisional", STRANGER),
        Transition("book", frozenset({"held", "provisional"}), "booked", "appointment.booked", ANYONE),
        Transition("reschedule", _BOOKED, "booked", "appointment.rescheduled", ANYONE),
        Transition("cancel", _BOOKED, "cancelled", "appointment.cancelled", ANYONE),
        Transition("ask", _BOOKED, "booked", "appointment.preparation_requested", STAFF),
        Transition("remind_of_documents", _BOOKED, "booked", "appointment.documents_due", STAFF),
        Transition("flag", _BOOKED, "booked", "appointment.documents_missing", STAFF),
        Transition("check_in", _BOOKED, "checked_in", "appointment.checked_in", ANYONE),
        Transition("start", frozenset({"booked", "checked_in"}), "in_service", "appointment.started", STAFF),
        Transition("recall", frozenset({"in_service"}), "in_service", "appointment.started", STAFF),
        Transition("park", frozenset({"in_service"}), "parked", "appointment.parked", STAFF),
        Transition("resume", frozenset({"parked"}), "checked_in", "appointment.resumed", STAFF),
        Transition("complete", frozenset({"in_service"}), "completed", "appointment.completed", STAFF),
        Transition("no_show", _BOOKED | {"checked_in", "in_service"}, "no_show", "appointment.no_show", STAFF),
        Transition("undo_check_in", frozenset({"checked_in"}), "booked", "appointment.reinstated", STAFF),
        Transition("undo_no_show", frozenset({"no_show"}), "booked", "appointment.reinstated", STAFF),
    )
)
#: the commands that change the state and not the time
STATE_COMMANDS = frozenset(TRANSITIONS) - {"request", "book", "reschedule", "cancel"}
#: the fields that an event has when the appointment has them
OPTIONAL_IN_EVENTS = ("desk", "outcome", "follows")


class StepChanges(TypedDict, total=False):
    """What a step may set, besides the state."""

    desk: str | None
    outcome: str | None


@dataclass(frozen=True)
class Appointment(PreservesUnknownFields):
    """An appointment as stored in an agenda. `sequence` counts its events; times are in UTC.

    `specialist_language`: what its specialist must speak. `left_starts`: the starts that the resident moved it away
    from, or had it moved away from. `desk`: the counter to which the resident is called.
    `outcome`: of a completed visit, one of OUTCOMES (event_data). `follows`: the id of the earlier appointment that
    this one follows up. `companion`: whether someone who comes along is invited.
    """

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
    history: tuple[HistoryEntry, ...] = ()
    desk: str | None = None
    outcome: str | None = None
    follows: str | None = None
    specialist_language: str | None = None
    companion: bool = False
    left_starts: tuple[dt.datetime, ...] = ()

    def local(self, moment: dt.datetime) -> str:
        """`moment` as RFC 3339 with the offset of the location."""
        return moment.astimezone(zone(self.time_zone)).isoformat()


def allowed_commands(known: Municipality, appointment: Appointment, role: str, now: dt.datetime) -> list[str]:
    """The names of the commands that this role may give now."""
    return lifecycle.allowed_commands(TRANSITIONS, appointment.state, role, _in_time(known, appointment, role, now))


def check_command(known: Municipality, appointment: Appointment, name: str, role: str, now: dt.datetime) -> Transition:
    """The transition of this command, if this role may give it now.

    Raises Refusal: not-allowed-in-state; too-early; appointment-begun, for a resident or portal; appointment-over.
    """
    in_time = _in_time(known, appointment, role, now)
    transition = lifecycle.check_command(TRANSITIONS, name, appointment.state, role, in_time)
    when = _period(known, appointment, name, role)
    if when.opens is not None and when.is_early(now):
        raise Refusal("too-early", {"opens": appointment.local(when.opens)})
    if when.is_over(now):
        began = appointment.local(appointment.start)
        if when.closes == appointment.start:
            raise Refusal("appointment-begun", {"began": began, "contact": _contact(known)})
        raise Refusal("appointment-over", {"began": began})
    return transition


def _in_time(known: Municipality, appointment: Appointment, role: str, now: dt.datetime) -> Callable[[str], bool]:
    return lambda name: _period(known, appointment, name, role).contains(now)


def _period(known: Municipality, appointment: Appointment, name: str, role: str) -> Period:
    early = dt.timedelta(minutes=known.queue.early_minutes)
    return command_period(name, role, appointment.start, appointment.end, appointment.time_zone, early)


def _contact(known: Municipality) -> str:
    """The telephone number of the municipality, else its e-mail address, website or name."""
    return known.phone or known.email or known.website or next(iter(known.name.values()), known.id)


def require_state(appointment: Appointment, state: str) -> None:
    """Raises Refusal: not-allowed-in-state when the appointment is in another state."""
    if appointment.state != state:
        raise Refusal("not-allowed-in-state", {"state": appointment.state, "allowed": "nothing"})


def hold(
    identifier: str, municipality: str, spec: AppointmentSpec, placements: Sequence[Placement], start: dt.datetime,
    now: dt.datetime, by: str, follows: str | None = None,
) -> Appointment:  # fmt: skip
    """An appointment in state held, without an event. Its language is the default until `book` sets the resident's."""
    return Appointment(
        id=identifier,
        municipality=municipality,
        state="held",
        appointment_types=spec.type_ids,
        team=spec.team,
        location=spec.location.id,
        channel=spec.location.channel,
        resources=_resources_of(placements),
        persons=spec.persons,
        start=start,
        end=start + spec.length * CELL,
        time_zone=spec.location.time_zone,
        language=DEFAULT_LANGUAGE,
        booked_at=now,
        booked_by=by,
        sequence=0,
        follows=follows,
        specialist_language=spec.specialist_language,
    )


def request(known: Municipality, appointment: Appointment, *, now: dt.datetime, by: Actor) -> Appointment:
    """The appointment in state provisional. It has no event of its own: see `provisional`.

    Raises Refusal: as `check_command`.
    """
    return replace(appointment, state=check_command(known, appointment, "request", by.role, now).target)


def book(
    known: Municipality, appointment: Appointment, *, now: dt.datetime, by: Actor, language: str
) -> tuple[Appointment, Event]:
    """Raises Refusal: as `check_command`."""
    changed = replace(appointment, booked_at=now, booked_by=by.role, language=language)
    return _apply(known, appointment, changed, "book", now, by)


def reschedule(
    known: Municipality, appointment: Appointment, spec: AppointmentSpec, placements: Sequence[Placement],
    start: dt.datetime, *, now: dt.datetime, by: Actor, reason: str | None = None, notify: bool = True,
) -> tuple[Appointment, Event]:  # fmt: skip
    """The appointment at another time, with the same id. Raises Refusal: as `check_command`.

    `notify`: as in `cancel`.
    """
    changed = replace(
        appointment, start=start, end=start + spec.length * CELL, resources=_resources_of(placements),
        location=spec.location.id, channel=spec.location.channel, time_zone=spec.location.time_zone,
        persons=spec.persons, left_starts=_left_starts(appointment, by, reason),
    )  # fmt: skip
    details: dict[str, object] = {
        "previous_start": appointment.local(appointment.start), "rescheduled_by": by.role, **_silence(by, notify),
    }  # fmt: skip
    if reason is not None:
        details["reason"] = reason
    return _apply(known, appointment, changed, "reschedule", now, by, reason, details)


def cancel(
    known: Municipality, appointment: Appointment, *, now: dt.datetime, by: Actor, reason: str, notify: bool = True
) -> tuple[Appointment, Event]:
    """`notify`: whether the resident gets a message; only staff may leave it out.

    Raises Refusal: as `check_command`.
    """
    details = {"cancelled_by": by.role, "reason": reason, **_silence(by, notify)}
    return _apply(known, appointment, appointment, "cancel", now, by, reason, details)


def _left_starts(appointment: Appointment, by: Actor, reason: str | None) -> tuple[dt.datetime, ...]:
    """After a move by this actor, for this reason."""
    if by.role in STAFF and reason not in RESIDENT_REASONS:
        return appointment.left_starts
    return (*appointment.left_starts, appointment.start)


def _silence(by: Actor, notify: bool) -> dict[str, object]:
    return {} if notify or by.role not in STAFF else {"silent": True}


def restorable_until(appointment: Appointment) -> dt.datetime | None:
    """When a resident can no longer take back their own cancellation; None when there is none."""
    if appointment.state != "cancelled" or not appointment.history:
        return None
    last = appointment.history[-1]
    if last.command != "cancel" or last.by != "resident":
        return None
    return min(last.at + RESTORABLE_FOR, appointment.start)


def restore(appointment: Appointment, *, now: dt.datetime, by: Actor) -> tuple[Appointment, Event]:
    """The appointment booked again, at the same time. It is announced as booked, so that it is confirmed again.

    Raises Refusal: not-allowed-in-state.
    """
    until = restorable_until(appointment)
    if until is None or now >= until or by.role != "resident":
        raise Refusal("not-allowed-in-state", {"state": appointment.state, "allowed": "nothing"})
    changed = replace(
        appointment, state="booked", sequence=appointment.sequence + 1,
        history=(*appointment.history, HistoryEntry(RESTORE, max(now, appointment.history[-1].at), by.role)),
    )  # fmt: skip
    return changed, _event("appointment.booked", changed, now, {})


def change_companion(
    known: Municipality, appointment: Appointment, invited: bool, *, now: dt.datetime, by: Actor
) -> tuple[Appointment, Event]:
    """Invite someone who comes along, or withdraw the invitation. Possible as long as it can be cancelled.

    Raises Refusal: as `check_command`.
    """
    check_command(known, appointment, "cancel", by.role, now)
    command = INVITE_COMPANION if invited else WITHDRAW_COMPANION
    changed = replace(
        appointment, companion=invited, sequence=appointment.sequence + 1,
        history=(*appointment.history, HistoryEntry(command, max(now, appointment.history[-1].at), by.role)),
    )  # fmt: skip
    details = {} if invited else {"companion": "withdrawn"}
    return changed, _event("appointment.companion_changed", changed, now, details)


def apply_command(
    known: Municipality, appointment: Appointment, command: str, *, now: dt.datetime, by: Actor,
    reason: str | None = None, changes: StepChanges | None = None,
) -> tuple[Appointment, Event]:  # fmt: skip
    """Apply one of STATE_COMMANDS. Raises Refusal: as `check_command`."""
    changed = replace(appointment, **(changes or StepChanges()))
    return _apply(known, appointment, changed, command, now, by, reason)


def _resources_of(placements: Sequence[Placement]) -> tuple[str, ...]:
    return tuple(placement.agenda.resource for placement in placements if placement.purpose == "visit")


def _apply(
    known: Municipality, appointment: Appointment, changed: Appointment, name: str, now: dt.datetime, by: Actor,
    reason: str | None = None, details: Mapping[str, object] = MappingProxyType({}),
) -> tuple[Appointment, Event]:  # fmt: skip
    """`changed`: with the new values, except its state. `details`: of the event only."""
    transition = check_command(known, appointment, name, by.role, now)
    if appointment.history:  # clocks of instances differ, but the history must stay in order
        now = max(now, appointment.history[-1].at)
    changed = replace(
        changed,
        state=transition.target,
        sequence=appointment.sequence + 1,
        history=(*appointment.history, HistoryEntry(name, now, by.role, reason, by.who)),
    )
    return changed, _event(transition.event, changed, now, details)


def _event(name: str, appointment: Appointment, now: dt.datetime, details: Mapping[str, object]) -> Event:
    data = {
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
        **{name: getattr(appointment, name) for name in OPTIONAL_IN_EVENTS if getattr(appointment, name) is not None},
        **({"companion": "invited"} if appointment.companion else {}),
        **details,
    }
    return events.make(
        name,
        municipality=appointment.municipality,
        subject=appointment.id,
        sequence=appointment.sequence,
        time=now,
        data=data,
    )
