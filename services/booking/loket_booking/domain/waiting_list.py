"""The waiting list: appointments whose resident wants an earlier slot, and the offers to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from loket_contracts import events
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.unknown_fields import PreservesUnknownFields

from .appointment import Appointment
from .availability import ANY, Preference
from .grid import Day

#: the number of unanswered offers after which an entry is removed
MAX_MISSED = 2


@dataclass(frozen=True)
class Offer(PreservesUnknownFields):
    """A slot that is held for one resident until `expires`. `hold`: its id."""

    hold: str
    start: dt.datetime
    end: dt.datetime
    expires: dt.datetime


@dataclass(frozen=True)
class Entry(PreservesUnknownFields):
    """An appointment on the list, with the appointment's id. `state`: waiting, offered or left.

    `declined`: the starts that were declined, not answered or left. `not_before`: the first acceptable local day.
    `missed`: the number of unanswered offers in a row.
    """

    id: str
    municipality: str
    state: str
    appointment_types: tuple[str, ...]
    team: str
    location: str
    persons: int
    time_zone: str
    start: dt.datetime
    joined_at: dt.datetime
    preference: Preference = ANY
    not_before: dt.date | None = None
    offer: Offer | None = None
    declined: tuple[dt.datetime, ...] = ()
    missed: int = 0
    sequence: int = 0

    def wants(self, on: Day, cell: int) -> bool:
        """Whether this start is earlier, acceptable, and was not declined before."""
        moment = on.moment(cell)
        return (
            moment < self.start
            and (self.not_before is None or on.date >= self.not_before)
            and moment not in self.declined
        )


def join(
    appointment: Appointment, before: Entry | None, now: dt.datetime, preference: Preference, not_before: dt.date | None
) -> tuple[Entry, Event]:
    """Put the appointment on the list. `before`: its earlier entry, whose sequence continues.

    Raises Refusal: already-on-waiting-list.
    """
    if before is not None and before.state != "left":
        raise Refusal("already-on-waiting-list")
    entry = Entry(
        id=appointment.id,
        municipality=appointment.municipality,
        state="waiting",
        appointment_types=appointment.appointment_types,
        team=appointment.team,
        location=appointment.location,
        persons=appointment.persons,
        time_zone=appointment.time_zone,
        start=appointment.start,
        joined_at=now,
        preference=preference,
        not_before=not_before,
        sequence=before.sequence if before else 0,
    )
    return _with_event(entry, "waiting_list.joined", now)


def after_moves(entry: Entry, appointment: Appointment) -> Entry:
    """The entry with the present start of its appointment. A time that the resident left is not offered to them."""
    left = tuple(each for each in appointment.left_starts if each not in entry.declined)
    return replace(entry, start=appointment.start, declined=(*entry.declined, *left))


def change_preference(entry: Entry, preference: Preference, not_before: dt.date | None) -> Entry:
    """Change which slots suit. An offer that was made already remains. Raises Refusal: not-on-waiting-list."""
    if entry.state == "left":
        raise Refusal("not-on-waiting-list")
    return replace(entry, preference=preference, not_before=not_before)


def offer(entry: Entry, offered: Offer, now: dt.datetime) -> tuple[Entry, Event]:
    details = {"offered_start": offered.start.isoformat(), "expires_at": offered.expires.isoformat()}
    return _with_event(replace(entry, state="offered", offer=offered), "waiting_list.offered", now, details)


def decline(entry: Entry, now: dt.datetime) -> tuple[Entry, Event]:
    """Decline the offer, and stay on the list. Raises Refusal: no-offer."""
    offered = _offered(entry)
    passed_on = replace(entry, state="waiting", offer=None, declined=(*entry.declined, offered.start), missed=0)
    return _with_event(passed_on, "waiting_list.passed_on", now, {"reason": "declined"})


def expire(entry: Entry, now: dt.datetime) -> tuple[Entry, Event]:
    """Expire an offer without an answer. Raises Refusal: no-offer."""
    offered = _offered(entry)
    missed = replace(entry, offer=None, declined=(*entry.declined, offered.start), missed=entry.missed + 1)
    if missed.missed >= MAX_MISSED:
        return leave(missed, now, "no-answer")
    return _with_event(replace(missed, state="waiting"), "waiting_list.passed_on", now, {"reason": "expired"})


def leave(entry: Entry, now: dt.datetime, reason: str) -> tuple[Entry, Event]:
    """`reason`: accepted, withdrawn, no-answer; gone when the appointment is over or its type or location removed."""
    return _with_event(replace(entry, state="left", offer=None), "waiting_list.left", now, {"reason": reason})


def _offered(entry: Entry) -> Offer:
    if entry.offer is None:
        raise Refusal("no-offer")
    return entry.offer


def _with_event(
    entry: Entry, name: str, now: dt.datetime, details: Mapping[str, str] = MappingProxyType({})
) -> tuple[Entry, Event]:
    changed = replace(entry, sequence=entry.sequence + 1)
    data = {
        "appointment": entry.id,
        "appointment_types": list(entry.appointment_types),
        "team": entry.team,
        "location": entry.location,
        "persons": entry.persons,
        "start": entry.start.isoformat(),
        "time_zone": entry.time_zone,
        **details,
    }
    subject = f"waiting-{entry.id}"
    return changed, events.make(
        name, municipality=entry.municipality, subject=subject, sequence=changed.sequence, time=now, data=data
    )
