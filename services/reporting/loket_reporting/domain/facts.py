"""Facts: the known state of one appointment, ticket, message, waiting-list entry or resource-day.

A fact depends only on the set of events about it. So it does not matter in which order they arrive, how often, or how
late.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import Schema

from loket_contracts.envelope import Event
from loket_contracts.events import EVENTS

from . import event_schemas
from .durations import MINUTE, measure_times

Document = dict[str, Any]


@dataclass(frozen=True)
class Kind:
    """One kind of fact. `derive`: its fields, from the newest event and all its events."""

    name: str
    schema: Schema
    derive: Callable[[Mapping[str, Any], list[Mapping[str, Any]]], Document]


def apply_events(known: Mapping[str, Any] | None, events: Iterable[Event]) -> Document | None:
    """The fact with these events applied, all of one subject; None when all of them were applied before.

    `known`: the fact as it was, if there is one.
    """
    seen = {each["id"]: each for each in known["told"]} if known else {}
    fresh = {event.id: event for event in events if event.id not in seen}
    if not fresh:
        return None
    seen |= {
        event.id: {"id": event.id, "name": event.name, "sequence": event.sequence, "time": event.time}
        for event in fresh.values()
    }
    history = sorted(seen.values(), key=lambda each: (each["sequence"], each["id"]))
    feedback, newest = (known["feedback"], known["newest"]) if known else (None, None)
    last: Event | None = None
    for event in fresh.values():
        if event.name == "feedback.given":
            read: Document = FEEDBACK.schema.load(dict(event.data))
            feedback = {"score": read["score"], "has_comment": read["has_comment"]}
        elif event.sequence > max(last.sequence if last else 0, newest["sequence"] if newest else 0):
            last = event
    any_event = next(iter(fresh.values()))
    kind = KIND_OF[any_event.name]
    if last is not None:
        kind = KIND_OF[last.name]
        newest = {**kind.schema.load(dict(last.data)), "sequence": last.sequence, "event": last.name}
    fact: Document = {
        "municipality": any_event.municipality, "told": history, "newest": newest, "feedback": feedback, "day": None,
    }  # fmt: skip
    if newest is not None:
        fact |= kind.derive(newest, history)
    # the counts of these days do not know of the fact as it now is, nor those of the day that it was moved away from
    before = {known["day"], *known["stale_days"]} if known else set()
    fact["stale_days"] = sorted({fact["day"], *before} - {None})
    return fact


def key_of(event: Event) -> str:
    """The key of the fact of this event: its subject, or the appointment for feedback."""
    return str(event.data["appointment"]) if event.name == "feedback.given" else event.subject


def _day(moment: dt.datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()


def _scope(newest: Mapping[str, Any]) -> Document:
    return {"team": newest["team"], "location": newest["location"], "types": newest["appointment_types"]}


def _appointment(newest: Mapping[str, Any], events: list[Mapping[str, Any]]) -> Document:
    start, end = newest["start"], newest["end"]
    cancelled = next((each["time"] for each in events if each["name"] == "appointment.cancelled"), None)
    times = measure_times((each["name"], each["time"]) for each in events)
    return {
        **_scope(newest),
        "day": _day(start, newest["time_zone"]),
        "hour": start.astimezone(ZoneInfo(newest["time_zone"])).hour,
        "state": newest["state"],
        "channel": newest["channel"],
        "resources": newest["resources"],
        "persons": newest["persons"],
        "booked_by": newest["booked_by"],
        "cancelled_by": newest["cancelled_by"],
        "outcome": newest["outcome"],
        "follows": newest["follows"] is not None,
        "planned": (end - start) // MINUTE,
        "lead": max(0, (start - newest["booked_at"]) // MINUTE),
        "notice": (start - cancelled) // MINUTE if cancelled and newest["state"] == "cancelled" else None,
        "reschedules": sum(each["name"] == "appointment.rescheduled" for each in events),
        "waited": times.waited,
        "served": times.served,
    }


def _ticket(newest: Mapping[str, Any], events: list[Mapping[str, Any]]) -> Document:
    arrived, zone = newest["arrived_at"], newest["time_zone"]
    times = measure_times((each["name"], each["time"]) for each in events)
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


def _waiting(newest: Mapping[str, Any], events: list[Mapping[str, Any]]) -> Document:
    return {
        **_scope(newest),
        "day": _day(min(each["time"] for each in events), newest["time_zone"]),
        "state": newest["event"].rpartition(".")[2],
        "reason": newest["reason"],
        "offers": sum(each["name"] == "waiting_list.offered" for each in events),
    }


def _message(newest: Mapping[str, Any], events: list[Mapping[str, Any]]) -> Document:
    left = [each for each in events if each["name"] != "notification.delivered"] or events
    return {
        "day": left[-1]["time"].date().isoformat(),
        "state": newest["event"].rpartition(".")[2],
        "channel": newest["channel"],
    }


def _capacity(newest: Mapping[str, Any], events: list[Mapping[str, Any]]) -> Document:
    return {
        "day": newest["date"],
        "resource": newest["resource"],
        "team": newest["team"],
        "is_person": newest["kind"] == "person",
        "offered": newest["offered_minutes"],
    }


def _sample(newest: Mapping[str, Any], events: list[Mapping[str, Any]]) -> Document:
    return {
        "day": newest["date"],
        "team": newest["team"],
        "location": newest["location"],
        "types": [newest["appointment_type"]],
        "first": newest["first_after_days"],
        "third": newest["third_after_days"],
    }


APPOINTMENT = Kind("appointments", event_schemas.Appointment(), _appointment)
FEEDBACK = Kind("appointments", event_schemas.Feedback(), _appointment)
TICKET = Kind("tickets", event_schemas.Ticket(), _ticket)
WAITING = Kind("waiting", event_schemas.Waiting(), _waiting)
MESSAGE = Kind("messages", event_schemas.Message(), _message)
CAPACITY = Kind("capacities", event_schemas.Capacity(), _capacity)
SAMPLE = Kind("samples", event_schemas.Sample(), _sample)

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
    name: _KIND_OF_SUBJECT[about] for name in EVENTS if (about := name.partition(".")[0]) in _KIND_OF_SUBJECT
}
