"""The waiting list: an appointment whose resident would come earlier, and the offers that are made to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from loket_contracts import events
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal

from .appointment import Appointment
from .availability import ANY, Preference
from .grid import Day

#: after so many offers without an answer the place on the list is given up
MAX_MISSED = 2


@dataclass(frozen=True)
class Offer:
    """A slot that is held for one resident until `expires`."""

    hold: str
    start: dt.datetime
    end: dt.datetime
    expires: dt.datetime


@dataclass(frozen=True)
class Entry:
    """The place of one appointment on the list. Its id is the appointment's. `state`: waiting, offered or left.

    `declined`: the starts that the resident did not want. `not_before`: the first local day that would do.
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
        """Whether this start would be an improvement that was not turned down before."""
        moment = on.moment(cell)
        return (
            moment < self.start
            and (self.not_before is None or on.date >= self.not_before)
            and moment not in self.declined
        )


def join(
    appointment: Appointment, before: Entry | None, now: dt.datetime, preference: Preference, not_before: dt.date | None
) -> tuple[Entry, Event]:
    """Put the appointment on the list. `before`: its earlier place, if it had one; the events count on from there.

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
    return _tell(entry, "waiting_list.joined", now)


def offer(entry: Entry, offered: Offer, now: dt.datetime) -> tuple[Entry, Event]:
    told = {"offered_start": offered.start.isoformat(), "expires_at": offered.expires.isoformat()}
    return _tell(replace(entry, state="offered", offer=offered), "waiting_list.offered", now, told)


def decline(entry: Entry, now: dt.datetime) -> tuple[Entry, Event]:
    """The resident does not want this slot, and stays on the list for another. Raises Refusal: no-offer."""
    offered = _offered(entry)
    passed_on = replace(entry, state="waiting", offer=None, declined=(*entry.declined, offered.start), missed=0)
    return _tell(passed_on, "waiting_list.passed_on", now, {"reason": "declined"})


def expire(entry: Entry, now: dt.datetime) -> tuple[Entry, Event]:
    """The offer stood its time without an answer. Raises Refusal: no-offer."""
    offered = _offered(entry)
    missed = replace(entry, offer=None, declined=(*entry.declined, offered.start), missed=entry.missed + 1)
    if missed.missed >= MAX_MISSED:
        return leave(missed, now, "no-answer")
    return _tell(replace(missed, state="waiting"), "waiting_list.passed_on", now, {"reason": "expired"})


def leave(entry: Entry, now: dt.datetime, reason: str) -> tuple[Entry, Event]:
    """`reason`: accepted, withdrawn, no-answer, or gone when the appointment is no longer to come or its type or
    location was removed.
    """
    return _tell(replace(entry, state="left", offer=None), "waiting_list.left", now, {"reason": reason})


def _offered(entry: Entry) -> Offer:
    if entry.offer is None:
        raise Refusal("no-offer")
    return entry.offer


def _tell(
    entry: Entry, name: str, now: dt.datetime, told: Mapping[str, Any] = MappingProxyType({})
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
        **told,
    }
    subject = f"waiting-{entry.id}"
    return changed, events.make(
        name, municipality=entry.municipality, subject=subject, sequence=changed.sequence, time=now, data=data
    )
