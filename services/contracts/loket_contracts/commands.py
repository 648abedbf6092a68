"""The shape of what a caller may ask. Shape only: whether a slot is on offer is for booking to decide."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from .fields import LANGUAGES, Email, Identifier, Instant, Phone

MOST_PERSONS = 20
MOST_TYPES = 5
_TOKEN = validate.Regexp(r"\A[A-Za-z0-9_-]{1,128}\Z", error="This is not an identifier that Loket gave out.")


class Visit(Schema):
    """What is asked and when: the part that a hold and a booking share."""

    appointment_types = fields.List(
        Identifier(),
        validate=validate.Length(min=1, max=MOST_TYPES),
        metadata={"description": "one or more appointment types; their durations add up", "example": ["bouwadvies"]},
    )
    start = Instant(metadata={"example": "2026-11-30T09:00:00+01:00"})
    persons = fields.Integer(
        load_default=1,
        strict=True,
        validate=validate.Range(min=1, max=MOST_PERSONS),
        metadata={"description": "how many people come"},
    )
    location = Identifier(
        load_default=None, allow_none=True, metadata={"description": "needed when the type is given at several"}
    )
    resource = Identifier(load_default=None, allow_none=True, metadata={"description": "this specialist and no other"})


class HoldSlot(Visit):
    """Reserve a slot for the minutes that a form takes."""

    appointment_types = fields.List(
        Identifier(),
        required=True,
        validate=validate.Length(min=1, max=MOST_TYPES),
        metadata={"example": ["bouwadvies"]},
    )
    start = Instant(required=True, metadata={"example": "2026-11-30T09:00:00+01:00"})


class Contact(Schema):
    """Who comes, and how to reach them. Kept in booking alone."""

    name = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=120), validate.Regexp(r"\A[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*\Z")],
        metadata={"example": "Lieve Demo"},
    )
    email = Email(required=True, validate=validate.Length(max=254), metadata={"example": "lieve@example.org"})
    phone = Phone(load_default=None, allow_none=True, metadata={"example": "0470 12 34 56"})
    language = fields.String(load_default="nl", validate=validate.OneOf(LANGUAGES))


class BookAppointment(Visit):
    """Book from a hold, or straight from a start."""

    hold = fields.String(
        load_default=None, allow_none=True, validate=_TOKEN, metadata={"description": "the id of a hold"}
    )
    contact = fields.Nested(Contact, required=True)
    answers = fields.Dict(
        keys=Identifier(),
        values=fields.String(validate=validate.Length(max=2000)),
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


class CancelAppointment(Schema):
    """Give the time back."""

    reason = Identifier(load_default="no-longer-needed", metadata={"example": "no-longer-needed"})


class RescheduleAppointment(Schema):
    """Take another moment, and give the old one back."""

    start = Instant(required=True, metadata={"example": "2026-11-30T09:00:00+01:00"})
    resource = Identifier(load_default=None, allow_none=True, metadata={"description": "this specialist and no other"})
    reason = Identifier(load_default=None, allow_none=True)
