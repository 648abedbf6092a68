"""The schemas of commands. They check the shape; whether a slot is available is decided by booking."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from .event_data import OUTCOMES
from .fields import TOKEN, WEEKDAYS, ClockTime, ClosingTime, Day, Email, Identifier, Instant, Language, Phone
from .languages import LANGUAGES
from .periods import WelcomeHours
from .rpc.booking.commands import ChangeSchema

MAX_PERSONS = 20
MAX_TYPES = 5
#: characters that end a line, that are invisible, or that change the text direction
_UNSEEN = r"\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069"
#: blanks, then a visible character: there is only one way to match, so the time is linear
ONE_LINE = validate.Regexp(rf"\A[^\S{_UNSEEN}]*[^\s{_UNSEEN}][^{_UNSEEN}]*\Z")


class SlotRequest(Schema):
    """What to book and when: the fields that a hold and a booking share."""

    appointment_types = fields.List(
        Identifier(),
        validate=validate.Length(min=1, max=MAX_TYPES),
        metadata={"description": "one or more appointment types; their durations add up", "example": ["bouwadvies"]},
    )
    start = Instant(metadata={"example": "2026-11-30T09:00:00+01:00"})
    persons = fields.Integer(
        load_default=1,
        strict=True,
        validate=validate.Range(min=1, max=MAX_PERSONS),
        metadata={"description": "how many people come"},
    )
    location = Identifier(
        load_default=None, allow_none=True, metadata={"description": "needed when the type is given at several"}
    )
    resource = Identifier(load_default=None, allow_none=True, metadata={"description": "this specialist and no other"})
    invitation = fields.String(
        load_default=None, allow_none=True, validate=TOKEN, metadata={"description": "the token of an invitation"}
    )


class HoldSlot(SlotRequest):
    """Reserve a slot while the resident fills in the form."""

    appointment_types = fields.List(
        Identifier(),
        required=True,
        validate=validate.Length(min=1, max=MAX_TYPES),
        metadata={"example": ["bouwadvies"]},
    )
    start = Instant(required=True, metadata={"example": "2026-11-30T09:00:00+01:00"})


class Contact(Schema):
    """The resident, and how to reach them. Stored only in booking."""

    name = fields.String(
        required=True,
        validate=[validate.Length(min=1, max=120), ONE_LINE],
        metadata={"example": "Lieve Demo"},
    )
    email = Email(required=True, metadata={"example": "lieve@example.org"})
    phone = Phone(load_default=None, allow_none=True, metadata={"example": "0470 12 34 56"})
    language = Language()


class BookAppointment(SlotRequest):
    """Book a hold, or a start without a hold."""

    hold = fields.String(
        load_default=None, allow_none=True, validate=TOKEN, metadata={"description": "the id of a hold"}
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


class FillIn(Schema):
    """What a resident has filled in so far, stored with a hold. A part that is left out stays as it was."""

    answers = fields.Dict(
        keys=Identifier(), values=fields.String(validate=validate.Length(max=2000)), load_default=None, allow_none=True
    )
    contact = fields.Nested(Contact, load_default=None, allow_none=True)


class BookFollowUp(SlotRequest):
    """The next visit of the same resident."""

    appointment_types = fields.List(Identifier(), required=True, validate=validate.Length(min=1, max=MAX_TYPES))
    start = Instant(required=True)
    answers = fields.Dict(
        keys=Identifier(), values=fields.String(validate=validate.Length(max=2000)), load_default=dict
    )
    hold = fields.String(load_default=None, allow_none=True, validate=TOKEN)


class RescheduleAppointment(ChangeSchema):
    """Take another moment, and give the old one back."""

    start = Instant(required=True, metadata={"example": "2026-11-30T09:00:00+01:00"})
    resource = Identifier(load_default=None, allow_none=True, metadata={"description": "this specialist and no other"})
    location = Identifier(load_default=None, allow_none=True, metadata={"description": "another one; else it stays"})


class WelcomeStarts(WelcomeHours):
    """Which starts are welcome, for a search and for the waiting list."""

    weekday = fields.List(
        fields.String(validate=validate.OneOf(WEEKDAYS)),
        load_default=list,
        metadata={"description": "only on these; repeat it for several"},
    )
    after = ClockTime(load_default=None, allow_none=True, metadata={"description": "HH:MM, local"})
    before = ClosingTime(
        load_default=None, allow_none=True, metadata={"description": "HH:MM, local; 00:00 is the end of the day"}
    )


class FindSlots(WelcomeStarts):
    """Which free starts are asked for."""

    appointment_types = fields.List(Identifier(), required=True, validate=validate.Length(min=1, max=MAX_TYPES))
    persons = fields.Integer(load_default=1, validate=validate.Range(min=1, max=MAX_PERSONS))
    location = Identifier(load_default=None, allow_none=True)
    resource = Identifier(load_default=None, allow_none=True, metadata={"description": "this specialist and no other"})
    language = fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf(LANGUAGES),
        metadata={"description": "only specialists who speak it"},
    )  # fmt: skip
    first = Day(
        data_key="from", load_default=None, allow_none=True, metadata={"description": "local date; today if left out"}
    )
    last = Day(
        data_key="to", load_default=None, allow_none=True, metadata={"description": "inclusive; 13 days after `from`"}
    )


class JoinWaitingList(WelcomeStarts):
    """An appointment that its resident would have earlier."""

    appointment = fields.String(required=True, validate=TOKEN)
    not_before = Day(load_default=None, allow_none=True, metadata={"description": "the first day that would do"})


class AnswerQuestions(Schema):
    """Answers that the resident gives or changes before the visit."""

    answers = fields.Dict(keys=Identifier(), values=fields.String(validate=validate.Length(max=2000)), required=True)
    message = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=2000),
        metadata={"description": "the answer to what the specialist asked for"},
    )  # fmt: skip


class GiveFeedback(Schema):
    """What a visit was worth, from 1 to 5."""

    score = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=5))
    comment = fields.String(load_default="", validate=validate.Length(max=2000))


class IssueTicket(Schema):
    """Issue a ticket to a walk-in."""

    appointment_types = fields.List(Identifier(), required=True, validate=validate.Length(min=1, max=MAX_TYPES))
    location = Identifier(load_default=None, allow_none=True)
    persons = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=MAX_PERSONS))
    language = Language()


class CallNext(Schema):
    """A specialist calls the next person."""

    resource = Identifier(required=True, metadata={"description": "who calls"})
    location = Identifier(required=True)
    desk = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=40))


class AskResident(Schema):
    """A question by the specialist to the resident before the visit."""

    text = fields.String(
        required=True, validate=validate.Length(min=1, max=2000), metadata={"example": "Breng het plan mee."}
    )


class TakeStep(Schema):
    """A step of an appointment or a ticket, by staff."""

    reason = Identifier(load_default=None, allow_none=True)
    desk = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=40))
    outcome = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(OUTCOMES))
    team = Identifier(load_default=None, allow_none=True, metadata={"description": "of a transfer: who takes over"})
    appointment_types = fields.List(Identifier(), load_default=None, allow_none=True)
