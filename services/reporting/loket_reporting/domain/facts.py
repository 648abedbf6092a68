"""Facts: the known state of one appointment, ticket, message, waiting-list entry or resource-day.

A fact depends only on the set of events about it. So it does not matter in which order they arrive, how often, or how
late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema

from loket_contracts.envelope import Event
from loket_contracts.events import EVENTS
from loket_contracts.unknown_fields import PreservesUnknownFields

from . import event_schemas
from .durations import MINUTE, measure_times

Derived = dict[str, Any]


@dataclass(frozen=True)
class AppliedEvent(PreservesUnknownFields):
    """What a fact stores about each event that was applied to it."""

    id: str
    name: str
    sequence: int
    time: dt.datetime


@dataclass(frozen=True)
class Score(PreservesUnknownFields):
    """The feedback on an appointment."""

    score: int
    has_comment: bool


@dataclass(frozen=True, kw_only=True)
class Fact(PreservesUnknownFields):
    """What all kinds of fact have. Their own fields are derived from the newest event and have no meaning without one.

    `told`: the events that were applied. `newest`: the data of the newest one, with its sequence and name. `version`:
    rises with every change, for optimistic concurrency control. `stale_days`: the days whose counts do not include this
    version yet: its own, and the one that it was moved from.
    """

    id: str
    municipality: str
    told: tuple[AppliedEvent, ...] = ()
    newest: Mapping[str, Any] | None = None
    feedback: Score | None = None
    day: str | None = None
    stale_days: tuple[str, ...] = ()
    version: int = 0
    team: str | None = None
    location: str | None = None
    types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class VisitFact(Fact):
    """An appointment or a ticket. Times in minutes."""

    state: str = ""
    hour: int = 0
    outcome: str | None = None
    follows: bool = False
    waited: int | None = None
    served: int | None = None


@dataclass(frozen=True, kw_only=True)
class TicketFact(VisitFact):
    pass


@dataclass(frozen=True, kw_only=True)
class AppointmentFact(VisitFact):
    """`lead`: from booking to start. `notice`: from cancellation to start. `planned`: its length.

    `late`, `early`: the waiting after and before the planned start. `is_second`: it follows another visit. Facts of
    release 0.1 have none of the three.
    """

    channel: str = ""
    resources: tuple[str, ...] = ()
    persons: int = 0
    booked_by: str = ""
    cancelled_by: str | None = None
    planned: int = 0
    lead: int = 0
    notice: int | None = None
    reschedules: int = 0
    late: int | None = None
    early: int | None = None
    is_second: bool = False


@dataclass(frozen=True, kw_only=True)
class WaitingFact(Fact):
    """An entry of the waiting list. `reason`: why it left."""

    state: str = ""
    reason: str | None = None
    offers: int = 0


@dataclass(frozen=True, kw_only=True)
class MessageFact(Fact):
    state: str = ""
    channel: str = ""


@dataclass(frozen=True, kw_only=True)
class CapacityFact(Fact):
    """A resource-day. `offered`: minutes."""

    resource: str = ""
    is_person: bool = False
    offered: int = 0


@dataclass(frozen=True, kw_only=True)
class SampleFact(Fact):
    """`first`, `third`: days until the first and the third free slot; None when there is none."""

    first: int | None = None
    third: int | None = None


@dataclass(frozen=True)
class Kind:
    """One kind of fact. `derive`: its own fields, from the newest event and all its events."""

    name: str
    fact: type[Fact]
    schema: Schema
    derive: Callable[[Mapping[str, Any], Sequence[AppliedEvent]], Derived]


def apply_events(known: Fact | None, events: Iterable[Event]) -> Fact | None:
    """The fact with these events applied, all of one subject; None when all of them were applied before.

    `known`: the fact as it was, if there is one.
    """
    seen = {each.id: each for each in known.told} if known else {}
    fresh = {event.id: event for event in events if event.id not in seen}
    if not fresh:
        return None
    seen |= {event.id: AppliedEvent(event.id, event.name, event.sequence, event.time) for event in fresh.values()}
    history = tuple(sorted(seen.values(), key=lambda each: (each.sequence, each.id)))
    feedback, newest = (known.feedback, known.newest) if known else (None, None)
    last: Event | None = None
    for event in fresh.values():
        if event.name == "feedback.given":
            read: Derived = FEEDBACK.schema.load(dict(event.data))
            feedback = Score(read["score"], read["has_comment"])
        elif event.sequence > max(last.sequence if last else 0, newest["sequence"] if newest else 0):
            last = event
    any_event = next(iter(fresh.values()))
    kind = KIND_OF[any_event.name]
    if last is not None:
        kind = KIND_OF[last.name]
        newest = {**kind.schema.load(dict(last.data)), "sequence": last.sequence, "event": last.name}
    derived: Derived = {"day": None} if newest is None else kind.derive(newest, history)
    # the counts of these days do not know of the fact as it now is, nor those of the day that it was moved away from
    stale = {derived["day"], *((known.day, *known.stale_days) if known else ())}
    return kind.fact(
        id=key_of(any_event),
        municipality=any_event.municipality,
        told=history,
        newest=newest,
        feedback=feedback,
        stale_days=tuple(sorted(day for day in stale if day is not None)),
        version=(known.version if known else 0) + 1,
        unknown_fields=known.unknown_fields if known else None,
        **derived,
    )


def key_of(event: Event) -> str:
    """The key of the fact of this event: its subject, or the appointment for feedback."""
    return str(event.data["appointment"]) if event.name == "feedback.given" else event.subject


def _day(moment: dt.datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()


def _scope(newest: Mapping[str, Any]) -> Derived:
    return {"team": newest["team"], "location": newest["location"], "types": tuple(newest["appointment_types"])}


def _appointment(newest: Mapping[str, Any], events: Sequence[AppliedEvent]) -> Derived:
    start, end = newest["start"], newest["end"]
    cancelled = next((each.time for each in events if each.name == "appointment.cancelled"), None)
    times = measure_times(((each.name, each.time) for each in events), start)
    return {
        **_scope(newest),
        "day": _day(start, newest["time_zone"]),
        "hour": start.astimezone(ZoneInfo(newest["time_zone"])).hour,
        "state": newest["state"],
        "channel": newest["channel"],
        "resources": tuple(newest["resources"]),
        "persons": newest["persons"],
        "booked_by": newest["booked_by"],
        "cancelled_by": newest["cancelled_by"],
        "outcome": newest["outcome"],
        "follows": newest["follows"] is not None,
        "planned": (end - start) // MINUTE,
        "lead": max(0, (start - newest["booked_at"]) // MINUTE),
        "notice": (start - cancelled) // MINUTE if cancelled and newest["state"] == "cancelled" else None,
        "reschedules": sum(each.name == "appointment.rescheduled" for each in events),
        "waited": times.waited,
        "served": times.served,
        "late": times.late,
        "early": times.early,
        "is_second": newest["follows"] is not None,
    }


def _ticket(newest: Mapping[str, Any], events: Sequence[AppliedEvent]) -> Derived:
    arrived, zone = newest["arrived_at"], newest["time_zone"]
    times = measure_times((each.name, each.time) for each in events)
    return {
        **_scope(newest),
        "day": _day(arrived, zone),
        "hour": arrived.astimezone(ZoneInfo(zone)).hour,
        "state": newest["state"],
        "outcome": newest["outcome"],
        "follows": newest["follows"] is not None,
        "waited": times.waited,
        "served": times.served,
    }


def _waiting(newest: Mapping[str, Any], events: Sequence[AppliedEvent]) -> Derived:
    return {
        **_scope(newest),
        "day": _day(min(each.time for each in events), newest["time_zone"]),
        "state": newest["event"].rpartition(".")[2],
        "reason": newest["reason"],
        "offers": sum(each.name == "waiting_list.offered" for each in events),
    }


def _message(newest: Mapping[str, Any], events: Sequence[AppliedEvent]) -> Derived:
    left = [each for each in events if each.name != "notification.delivered"] or events
    return {
        "day": left[-1].time.date().isoformat(),
        "state": newest["event"].rpartition(".")[2],
        "channel": newest["channel"],
    }


def _capacity(newest: Mapping[str, Any], events: Sequence[AppliedEvent]) -> Derived:
    return {
        "day": newest["date"],
        "resource": newest["resource"],
        "team": newest["team"],
        "is_person": newest["kind"] == "person",
        "offered": newest["offered_minutes"],
    }


def _sample(newest: Mapping[str, Any], events: Sequence[AppliedEvent]) -> Derived:
    return {
        "day": newest["date"],
        "team": newest["team"],
        "location": newest["location"],
        "types": (newest["appointment_type"],),
        "first": newest["first_after_days"],
        "third": newest["third_after_days"],
    }


APPOINTMENT = Kind("appointments", AppointmentFact, event_schemas.Appointment(), _appointment)
FEEDBACK = Kind("appointments", AppointmentFact, event_schemas.Feedback(), _appointment)
TICKET = Kind("tickets", TicketFact, event_schemas.Ticket(), _ticket)
WAITING = Kind("waiting", WaitingFact, event_schemas.Waiting(), _waiting)
MESSAGE = Kind("messages", MessageFact, event_schemas.Message(), _message)
CAPACITY = Kind("capacities", CapacityFact, event_schemas.Capacity(), _capacity)
SAMPLE = Kind("samples", SampleFact, event_schemas.Sample(), _sample)

#: the kinds of fact, each in a collection of its own
KINDS = tuple(dict.fromkeys(kind.name for kind in (APPOINTMENT, TICKET, WAITING, MESSAGE, CAPACITY, SAMPLE)))


_KIND_OF_SUBJECT = {
    "appointment": APPOINTMENT,
    "feedback": FEEDBACK,
    "ticket": TICKET,
    "waiting_list": WAITING,
    "notification": MESSAGE,
    "capacity": CAPACITY,
    "availability": SAMPLE,
}
#: the kind of fact by event, for all events that reporting consumes
KIND_OF: dict[str, Kind] = {
    name: _KIND_OF_SUBJECT[name.partition(".")[0]] for name, event in EVENTS.items() if "reporting" in event.consumed_by
}
