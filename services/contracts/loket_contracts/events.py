"""Every event type, in one place: its name, its schema, an example, who emits it and who listens.

The AsyncAPI document, the table in docs/reference/events.md and the contract tests are made from `EVENTS`.
A new optional field is no new version; anything else is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate

from .envelope import Event
from .fields import LANGUAGES, Identifier, Instant

BOOKING_EXCHANGE = "booking.events"
NOTIFICATION_EXCHANGE = "notification.events"

CHANNELS = ("on_site", "phone", "video", "visit")
ACTORS = ("resident", "staff", "portal", "system")
STATES = ("held", "booked", "checked_in", "in_service", "completed", "cancelled", "no_show")


class AppointmentData(Schema):
    """What every appointment event tells: the whole appointment as it is now, without who it is for.

    Because each event carries the whole, a reader that missed one is right again with the next.
    """

    appointment = fields.String(required=True, metadata={"description": "the id of the appointment"})
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    appointment_types = fields.List(Identifier(), required=True, validate=validate.Length(min=1))
    team = Identifier(required=True)
    location = Identifier(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    resources = fields.List(
        Identifier(), required=True, metadata={"description": "whose calendars it takes; a code, never a name"}
    )
    persons = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    start = Instant(required=True)
    end = Instant(required=True)
    time_zone = fields.String(required=True, metadata={"description": "IANA name of the location's zone"})
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    booked_at = Instant(required=True)
    booked_by = fields.String(required=True, validate=validate.OneOf(ACTORS))


class CancelledData(AppointmentData):
    """An appointment that will not take place, and why."""

    cancelled_by = fields.String(required=True, validate=validate.OneOf(ACTORS))
    reason = fields.String(required=True, metadata={"description": "a reason code of the municipality"})


class RescheduledData(AppointmentData):
    """An appointment that was moved to another moment, under the same id."""

    previous_start = Instant(required=True)


class MessageData(Schema):
    """What became of one message. The address is not told."""

    message = fields.String(required=True)
    appointment = fields.String(required=True)
    template = fields.String(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(("email", "sms")))


class FailedMessageData(MessageData):
    """A message that was given up."""

    reason = fields.String(required=True)


@dataclass(frozen=True)
class EventType:
    """One event type. `example` is the golden example that both sides test against."""

    name: str
    version: int
    summary: str
    exchange: str
    schema: type[Schema]
    emitted_by: str
    heard_by: tuple[str, ...]
    example: Mapping[str, Any]

    @property
    def type(self) -> str:
        """The CloudEvents type, which is the routing key too: `appointment.booked.v1`."""
        return f"{self.name}.v{self.version}"


_APPOINTMENT = {
    "appointment": "5e0cbf6a7a0b4a7c8a4f0f5b7b0d8d11",
    "state": "booked",
    "appointment_types": ["bouwadvies"],
    "team": "ruimtelijke-ordening",
    "location": "gemeentehuis",
    "channel": "on_site",
    "resources": ["ro-1"],
    "persons": 1,
    "start": "2026-11-30T09:00:00+01:00",
    "end": "2026-11-30T09:45:00+01:00",
    "time_zone": "Europe/Brussels",
    "language": "nl",
    "booked_at": "2026-11-24T10:15:00+00:00",
    "booked_by": "resident",
}
_MESSAGE = {
    "message": "5e0cbf6a7a0b4a7c8a4f0f5b7b0d8d11:1:confirmation:email",
    "appointment": "5e0cbf6a7a0b4a7c8a4f0f5b7b0d8d11",
    "template": "confirmation",
    "channel": "email",
}

EVENTS: dict[str, EventType] = {
    event.name: event
    for event in (
        EventType(
            name="appointment.booked",
            version=1,
            summary="A resident has an appointment.",
            exchange=BOOKING_EXCHANGE,
            schema=AppointmentData,
            emitted_by="booking",
            heard_by=("notification", "reporting"),
            example=_APPOINTMENT,
        ),
        EventType(
            name="appointment.cancelled",
            version=1,
            summary="An appointment will not take place; its time is free again.",
            exchange=BOOKING_EXCHANGE,
            schema=CancelledData,
            emitted_by="booking",
            heard_by=("notification", "reporting"),
            example={
                **_APPOINTMENT,
                "state": "cancelled",
                "cancelled_by": "resident",
                "reason": "no-longer-needed",
            },
        ),
        EventType(
            name="appointment.rescheduled",
            version=1,
            summary="An appointment was moved to another moment.",
            exchange=BOOKING_EXCHANGE,
            schema=RescheduledData,
            emitted_by="booking",
            heard_by=("notification", "reporting"),
            example={**_APPOINTMENT, "previous_start": "2026-11-27T09:00:00+01:00"},
        ),
        *(
            EventType(
                name=f"appointment.{name}",
                version=1,
                summary=summary,
                exchange=BOOKING_EXCHANGE,
                schema=AppointmentData,
                emitted_by="booking",
                heard_by=("reporting",),
                example={**_APPOINTMENT, "state": state},
            )
            for name, state, summary in (
                ("checked_in", "checked_in", "The resident is here."),
                ("started", "in_service", "The specialist has begun."),
                ("completed", "completed", "The resident was helped."),
                ("no_show", "no_show", "The resident did not come."),
                ("reinstated", "booked", "A check-in or no-show that was noted by mistake was taken back."),
            )
        ),
        EventType(
            name="notification.sent",
            version=1,
            summary="A message was handed to the mail server or the SMS provider.",
            exchange=NOTIFICATION_EXCHANGE,
            schema=MessageData,
            emitted_by="notification",
            heard_by=("reporting",),
            example=_MESSAGE,
        ),
        EventType(
            name="notification.failed",
            version=1,
            summary="A message was given up: its address or its moment was no good.",
            exchange=NOTIFICATION_EXCHANGE,
            schema=FailedMessageData,
            emitted_by="notification",
            heard_by=("reporting",),
            example={**_MESSAGE, "reason": "address refused"},
        ),
    )
}


def make(
    name: str,
    *,
    municipality: str,
    subject: str,
    sequence: int,
    time: dt.datetime,
    data: Mapping[str, Any],
    traceparent: str | None = None,
) -> Event:
    """The event `name` about `subject`. Its id follows from subject and sequence, so it can exist only once."""
    declared = EVENTS[name]
    return Event(
        id=f"{subject}.{sequence}",
        type=declared.type,
        source=f"loket/{declared.emitted_by}",
        municipality=municipality,
        subject=subject,
        sequence=sequence,
        time=time,
        data=data,
        traceparent=traceparent,
    )
