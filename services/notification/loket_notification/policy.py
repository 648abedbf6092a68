"""Which event asks for which message, and when a message has lost its point. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .messages import AppointmentEvent, ContactCard


@dataclass(frozen=True)
class Rule:
    """The message that an event asks for, and the state in which the appointment must still be when it is sent.

    `concerns`: what the message is about, which must still be so: moment (the appointment is when the event says), or
    offer, request, documents (there still is one).
    """

    template: str
    state: str
    concerns: str


PLAN: dict[str, Rule] = {
    "appointment.booked": Rule("confirmation", "booked", "moment"),
    "appointment.rescheduled": Rule("reschedule", "booked", "moment"),
    "appointment.cancelled": Rule("cancellation", "cancelled", "moment"),
    "appointment.preparation_requested": Rule("request", "booked", "request"),
    "appointment.documents_due": Rule("documents", "booked", "documents"),
    "waiting_list.offered": Rule("offer", "booked", "offer"),
}


@dataclass(frozen=True)
class PlannedMessage:
    """One message. Its id follows from what it is about, so that a repeated event plans nothing new."""

    municipality: str
    appointment: str
    sequence: int
    template: str
    channel: str

    @property
    def id(self) -> str:
        return f"{self.appointment}:{self.sequence}:{self.template}:{self.channel}"


def plan(event: AppointmentEvent) -> list[PlannedMessage]:
    """The messages that this event asks for."""
    if event.name not in PLAN:
        return []
    template = PLAN[event.name].template
    return [PlannedMessage(event.municipality, event.appointment, event.sequence, template, "email")]


def why_pointless(event: AppointmentEvent, card: ContactCard, now: dt.datetime) -> str | None:
    """Why the message need not be sent any more, or None. The card is as booking knows it at this moment."""
    rule = PLAN[event.name]
    if card.state != rule.state or (rule.concerns == "moment" and card.start != event.start):
        return "the appointment has changed since"
    if card.start <= now:
        return "the appointment has begun"
    if rule.concerns == "offer" and (card.offer is None or card.offer.expires <= now):
        return "the offer stands no more"
    if rule.concerns == "request" and not card.asked:
        return "it was answered already"
    if rule.concerns == "documents" and not card.missing:
        return "the documents are there already"
    return None
