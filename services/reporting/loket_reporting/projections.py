"""From an event to a fact: which document it concerns, and what that document then says. Pure.

A fact is a whole: it can be set from any one event, whatever came before. That is what makes late, repeated and
missed events harmless.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from loket_contracts.envelope import Event
from loket_contracts.events import EVENTS

from .messages import AppointmentFacts, CapacityFacts, FeedbackFacts, MessageFacts, TicketFacts, WaitingFacts


@dataclass(frozen=True)
class Fact:
    """What one event sets: in which collection, under which key, which fields."""

    collection: str
    key: str
    fields: dict[str, Any]


_appointment, _message, _ticket = AppointmentFacts(), MessageFacts(), TicketFacts()
_waiting, _capacity, _feedback = WaitingFacts(), CapacityFacts(), FeedbackFacts()


def appointment_fact(event: Event) -> Fact:
    """One pseudonymous fact per appointment. `day` is the local day of the visit, `lead_minutes` booked -> visit."""
    facts: dict[str, Any] = _appointment.load(dict(event.data))
    key = facts.pop("appointment")
    zone = ZoneInfo(facts["time_zone"])
    return Fact(
        "appointments",
        key,
        {
            **facts,
            "municipality": event.municipality,
            "day": facts["start"].astimezone(zone).date().isoformat(),
            "planned_minutes": (facts["end"] - facts["start"]) // dt.timedelta(minutes=1),
            "lead_minutes": (facts["start"] - facts["booked_at"]) // dt.timedelta(minutes=1),
            "notice_minutes": (facts["start"] - event.time) // dt.timedelta(minutes=1)
            if facts["state"] == "cancelled"
            else None,
        },
    )


def message_fact(event: Event) -> Fact:
    """One fact per message: sent, delivered or failed, and on which day (UTC)."""
    facts: dict[str, Any] = _message.load(dict(event.data))
    key = facts.pop("message")
    return Fact(
        "messages",
        key,
        {
            **facts,
            "municipality": event.municipality,
            "state": event.name.rpartition(".")[2],
            "day": event.time.date().isoformat(),
        },
    )


def ticket_fact(event: Event) -> Fact:
    """One fact per ticket, as it is now. `day`: the local day on which its number was given."""
    facts: dict[str, Any] = _ticket.load(dict(event.data))
    key = facts.pop("ticket")
    day = facts["arrived_at"].astimezone(ZoneInfo(facts["time_zone"])).date().isoformat()
    return Fact("tickets", key, {**facts, "municipality": event.municipality, "day": day})


def waiting_fact(event: Event) -> Fact:
    """One fact per place on the waiting list: joined, offered, passed_on or left, and why. `day` is of the event."""
    facts: dict[str, Any] = _waiting.load(dict(event.data))
    key = facts.pop("appointment")
    day = event.time.astimezone(ZoneInfo(facts["time_zone"])).date().isoformat()
    state = event.name.rpartition(".")[2]
    return Fact("waiting_list", key, {**facts, "municipality": event.municipality, "day": day, "state": state})


def capacity_fact(event: Event) -> Fact:
    """What one resource-day offers."""
    facts: dict[str, Any] = _capacity.load(dict(event.data))
    day = facts.pop("date").isoformat()
    key = f"{event.municipality}/{facts['resource']}/{day}"
    return Fact("capacities", key, {**facts, "municipality": event.municipality, "day": day})


def feedback_fact(event: Event) -> Fact:
    """What one visit was worth. `day` is of the event (UTC)."""
    facts: dict[str, Any] = _feedback.load(dict(event.data))
    key = facts.pop("appointment")
    return Fact("feedback", key, {**facts, "municipality": event.municipality, "day": event.time.date().isoformat()})


#: the projection of each event that reporting hears
PROJECTIONS: dict[str, Callable[[Event], Fact]] = {
    **dict.fromkeys(
        (
            "appointment.booked",
            "appointment.rescheduled",
            "appointment.cancelled",
            "appointment.checked_in",
            "appointment.started",
            "appointment.completed",
            "appointment.no_show",
            "appointment.reinstated",
            "appointment.parked",
            "appointment.resumed",
            "appointment.preparation_requested",
            "appointment.documents_due",
            "appointment.documents_missing",
        ),
        appointment_fact,
    ),
    **{event.name: ticket_fact for event in EVENTS.values() if event.name.startswith("ticket.")},
    **{event.name: waiting_fact for event in EVENTS.values() if event.name.startswith("waiting_list.")},
    "capacity.changed": capacity_fact,
    "feedback.given": feedback_fact,
    "notification.sent": message_fact,
    "notification.failed": message_fact,
    "notification.delivered": message_fact,
}


def project(event: Event) -> Fact:
    return PROJECTIONS[event.name](event)
