"""Fill in the form of a booking, and book."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from ...fields import ONE_LINE, TOKEN, Answers, Email, Language, Phone
from ..message import MessageSchema
from .slots import HoldSlot, HoldSlotSchema, SlotRequestSchema

#: how residents are informed of what staff booked, when not by e-mail as usual
INFORMED_BY = ("sms", "letter", "none")
#: what a visitor needs in the building
ACCESS_NEEDS = ("wheelchair", "hearing_loop")


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitNeeds:
    """Who comes, and what they need. Personal data: part of the contact card, and never of events.

    `visitor`: the name of the person who comes, if that is not the person who gets the messages. `interpreter`: the
    language to interpret. `access_needs`: words of ACCESS_NEEDS with spaces between them.
    """

    visitor: str | None = None
    interpreter: str | None = None
    access_needs: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAtDesk(VisitNeeds):
    """The resident, as staff record them. A telephone number, or only a name, is enough."""

    name: str
    email: str | None = None
    phone: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(ContactAtDesk):
    """The resident, and how to reach them. Stored only in booking."""

    email: str


class VisitNeedsSchema(Schema):
    """Who comes, and what they need."""

    visitor = fields.String(
        load_default=None,
        allow_none=True,
        validate=[validate.Length(min=1, max=120), ONE_LINE],
        metadata={"description": "the name of the person who comes, if that is not the person who gets the messages"},
    )
    interpreter = fields.String(
        load_default=None,
        allow_none=True,
        validate=[validate.Length(min=1, max=60), ONE_LINE],
        metadata={"description": "the language for which an interpreter is needed", "example": "Arabic"},
    )
    access_needs = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(
            r"\A(wheelchair|hearing_loop)( (wheelchair|hearing_loop))*\Z",
            error="Give wheelchair, hearing_loop or both.",
        ),
        metadata={"description": "wheelchair, hearing_loop, or both with a space between", "example": "wheelchair"},
    )


class ContactSchema(VisitNeedsSchema, MessageSchema[Contact]):
    """The resident, and how to reach them. Stored only in booking."""

    name = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=120), ONE_LINE],
        metadata={"example": "Lieve Demo"},
    )
    email = Email(required=True, metadata={"example": "lieve@example.org"})
    phone = Phone(load_default=None, allow_none=True, metadata={"example": "0470 12 34 56"})
    language = Language()


class ContactAtDeskSchema(ContactSchema, MessageSchema[ContactAtDesk]):
    """The resident, as staff record them. A telephone number, or only a name, is enough."""

    email = Email(
        load_default=None, allow_none=True,
        metadata={"description": "nothing is mailed without it", "example": "lieve@example.org"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotOrHold:
    """What is booked: a hold, or `appointment_types` and `start`."""

    appointment_types: tuple[str, ...] | None = None
    start: dt.datetime | None = None
    persons: int = 1
    location: str | None = None
    resource: str | None = None
    specialist_language: str | None = None
    invitation: str | None = None
    hold: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookAppointment(SlotOrHold):
    """Book a hold, or a start without a hold."""

    contact: Contact


class BookAppointmentSchema(SlotRequestSchema, MessageSchema[BookAppointment]):
    """Book a hold, or a start without a hold."""

    hold = fields.String(
        load_default=None, allow_none=True, validate=TOKEN, metadata={"description": "the id of a hold"}
    )
    contact = fields.Nested(ContactSchema, required=True)
    answers = Answers(
        load_default=dict,
        metadata={"description": "answers to the intake questions of the type, by question", "example": {}},
    )

    @validates_schema
    def from_a_hold_or_from_a_start(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("hold") is not None:
            return
        for name in ("appointment_types", "start"):
            if data.get(name) is None:
                raise ValidationError("Needed when no hold is given.", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmBooking:
    """Confirm a provisional booking with the code that was sent."""

    code: str


class ConfirmBookingSchema(MessageSchema[ConfirmBooking]):
    """Confirm a provisional booking with the code that was sent."""

    code = fields.String(
        required=True,
        validate=validate.Length(min=1, max=64),
        metadata={"description": "the six digits, or the token of the link in the message", "example": "270416"},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BookForResident(SlotOrHold):
    """Book for a resident, as staff. Required questions may be left open: they are asked later.

    `informed_by`: one of INFORMED_BY; None for the usual channels. Personal data: part of the contact card.
    """

    contact: ContactAtDesk
    informed_by: str | None = None


class BookForResidentSchema(BookAppointmentSchema, MessageSchema[BookForResident]):
    """Book for a resident, as staff. Required questions may be left open: they are asked later."""

    contact = fields.Nested(ContactAtDeskSchema, required=True)
    informed_by = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(INFORMED_BY),
        metadata={"description": "sms instead of e-mail; a letter, which staff print; or no messages at all"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFollowUp(HoldSlot):
    """Book the next visit of the same resident."""

    hold: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


class BookFollowUpSchema(HoldSlotSchema, MessageSchema[BookFollowUp]):
    """Book the next visit of the same resident."""

    hold = fields.String(load_default=None, allow_none=True, validate=TOKEN)
    answers = Answers(load_default=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FillIn:
    """Store a part of the form with a hold. A part that is left out stays as it was."""

    answers: Mapping[str, str] | None = None
    contact: Contact | None = None


class FillInSchema(MessageSchema[FillIn]):
    """Store a part of the form with a hold. A part that is left out stays as it was."""

    answers = Answers(load_default=None, allow_none=True)
    contact = fields.Nested(ContactSchema, load_default=None, allow_none=True)
