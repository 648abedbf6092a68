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
STATES = ("held", "booked", "checked_in", "in_service", "parked", "completed", "cancelled", "no_show")
TICKET_STATES = ("waiting", "in_service", "parked", "completed", "left")
OUTCOMES = ("answered", "follow_up", "referred", "not_prepared")


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
    desk = fields.String(metadata={"description": "where the resident is called to"})
    outcome = fields.String(validate=validate.OneOf(OUTCOMES))
    follows = fields.String(metadata={"description": "the appointment that this one follows up"})


class CancelledData(AppointmentData):
    """An appointment that will not take place, and why."""

    cancelled_by = fields.String(required=True, validate=validate.OneOf(ACTORS))
    reason = fields.String(required=True, metadata={"description": "a reason code of the municipality"})


class RescheduledData(AppointmentData):
    """An appointment that was moved to another moment, under the same id."""

    previous_start = Instant(required=True)
    reason = fields.String(metadata={"description": "a reason code of the municipality"})


class TicketData(Schema):
    """What every ticket event tells: the whole ticket as it is now. A ticket knows nobody."""

    ticket = fields.String(required=True)
    number = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    state = fields.String(required=True, validate=validate.OneOf(TICKET_STATES))
    location = Identifier(required=True)
    team = Identifier(required=True)
    appointment_types = fields.List(Identifier(), required=True)
    persons = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    language = fields.String(required=True, validate=validate.OneOf(LANGUAGES))
    time_zone = fields.String(required=True)
    arrived_at = Instant(required=True)
    resource = Identifier(metadata={"description": "who called it"})
    desk = fields.String(metadata={"description": "where it is called to"})
    outcome = fields.String(validate=validate.OneOf(OUTCOMES))
    follows = fields.String(metadata={"description": "the appointment from which it was passed on"})


class WaitingListData(Schema):
    """A place on the waiting list: which appointment would come earlier."""

    appointment = fields.String(required=True)
    appointment_types = fields.List(Identifier(), required=True)
    team = Identifier(required=True)
    location = Identifier(required=True)
    persons = fields.Integer(required=True, strict=True)
    start = Instant(required=True, metadata={"description": "of the appointment as it is"})
    time_zone = fields.String(required=True)


class OfferedData(WaitingListData):
    """A slot that is held for one resident for a while."""

    offered_start = Instant(required=True)
    expires_at = Instant(required=True)


class NotOnListData(WaitingListData):
    """Why an offer passed on, or a place was given up."""

    reason = fields.String(required=True)


class CapacityData(Schema):
    """What a resource can give on a day: its opening hours less its closures, in minutes."""

    resource = Identifier(required=True)
    team = Identifier(allow_none=True, required=True)
    kind = fields.String(required=True)
    date = fields.Date(required=True)
    offered_minutes = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


class FeedbackData(Schema):
    """What a resident thought of a visit. The comment stays in booking."""

    appointment = fields.String(required=True)
    team = Identifier(required=True)
    appointment_types = fields.List(Identifier(), required=True)
    score = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=5))
    has_comment = fields.Boolean(required=True)


class ErasedData(Schema):
    """The appointments of which nobody is known any more."""

    appointments = fields.List(fields.String(), required=True)


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
_TICKET = {
    "ticket": "rumst/gemeentehuis/2026-11-30/12",
    "number": 12,
    "state": "waiting",
    "location": "gemeentehuis",
    "team": "ruimtelijke-ordening",
    "appointment_types": ["openbaar-onderzoek"],
    "persons": 1,
    "language": "nl",
    "time_zone": "Europe/Brussels",
    "arrived_at": "2026-11-30T08:05:00+00:00",
}
_WAITING = {
    "appointment": "5e0cbf6a7a0b4a7c8a4f0f5b7b0d8d11",
    "appointment_types": ["bouwadvies"],
    "team": "ruimtelijke-ordening",
    "location": "gemeentehuis",
    "persons": 1,
    "start": "2026-11-30T08:00:00+00:00",
    "time_zone": "Europe/Brussels",
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
                ("parked", "parked", "The visit waits for something, and goes on later."),
                ("resumed", "checked_in", "A parked visit is back in the line."),
                ("preparation_requested", "booked", "The specialist asks the resident for something beforehand."),
                ("documents_due", "booked", "Documents that are needed for the visit are not there yet."),
                ("documents_missing", "booked", "Documents were not there in time."),
            )
        ),
        *(
            EventType(
                name=f"ticket.{name}",
                version=1,
                summary=summary,
                exchange=BOOKING_EXCHANGE,
                schema=TicketData,
                emitted_by="booking",
                heard_by=("reporting",),
                example={**_TICKET, "state": state},
            )
            for name, state, summary in (
                ("issued", "waiting", "Somebody walked in and took a number."),
                ("called", "in_service", "The number is called to a desk."),
                ("parked", "parked", "The number waits for something, and goes on later."),
                ("resumed", "waiting", "A parked number is back in the line."),
                ("transferred", "waiting", "The number waits for another team now."),
                ("completed", "completed", "Who had the number was helped."),
                ("left", "left", "Who had the number went away."),
            )
        ),
        *(
            EventType(
                name=f"waiting_list.{name}",
                version=1,
                summary=summary,
                exchange=BOOKING_EXCHANGE,
                schema=schema,
                emitted_by="booking",
                heard_by=("reporting",),
                example=example,
            )
            for name, schema, summary, example in (
                ("joined", WaitingListData, "A resident would come earlier.", _WAITING),
                (
                    "offered",
                    OfferedData,
                    "An earlier slot is held for a resident for a while.",
                    {
                        **_WAITING,
                        "offered_start": "2026-11-26T09:00:00+00:00",
                        "expires_at": "2026-11-24T14:15:00+00:00",
                    },
                ),
                (
                    "passed_on",
                    NotOnListData,
                    "An offer was declined or not answered; the place is kept.",
                    {**_WAITING, "reason": "declined"},
                ),
                (
                    "left",
                    NotOnListData,
                    "A resident is no longer on the waiting list.",
                    {**_WAITING, "reason": "accepted"},
                ),
            )
        ),
        EventType(
            name="capacity.changed",
            version=1,
            summary="A resource can give more or less time on a day.",
            exchange=BOOKING_EXCHANGE,
            schema=CapacityData,
            emitted_by="booking",
            heard_by=("reporting",),
            example={
                "resource": "ro-1",
                "team": "ruimtelijke-ordening",
                "kind": "person",
                "date": "2026-11-30",
                "offered_minutes": 330,
            },
        ),
        EventType(
            name="feedback.given",
            version=1,
            summary="A resident told what a visit was worth.",
            exchange=BOOKING_EXCHANGE,
            schema=FeedbackData,
            emitted_by="booking",
            heard_by=("reporting",),
            example={
                "appointment": _APPOINTMENT["appointment"],
                "team": "ruimtelijke-ordening",
                "appointment_types": ["bouwadvies"],
                "score": 5,
                "has_comment": False,
            },
        ),
        EventType(
            name="resident.erased",
            version=1,
            summary="A resident was forgotten at their own request.",
            exchange=BOOKING_EXCHANGE,
            schema=ErasedData,
            emitted_by="booking",
            heard_by=("notification",),
            example={"appointments": [_APPOINTMENT["appointment"]]},
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
