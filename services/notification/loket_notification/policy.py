"""Which event asks for which message, and when a message has lost its point. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from .messages import AppointmentEvent, ContactCard

#: the message for each event, and the state in which the appointment must still be when it is sent
PLAN: dict[str, tuple[str, str]] = {
    "appointment.booked": ("confirmation", "booked"),
    "appointment.rescheduled": ("reschedule", "booked"),
    "appointment.cancelled": ("cancellation", "cancelled"),
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
    template, _ = PLAN[event.name]
    return [PlannedMessage(event.municipality, event.appointment, event.sequence, template, "email")]


def why_pointless(event: AppointmentEvent, card: ContactCard, now: dt.datetime) -> str | None:
    """Why the message need not be sent any more, or None. The card is as booking knows it at this moment."""
    _, state = PLAN[event.name]
    if card.state != state or card.sequence != event.sequence:
        return "the appointment has changed since"
    if card.start <= now:
        return "the appointment has begun"
    return None
