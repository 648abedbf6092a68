"""Schemas of appointments in responses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from loket_contracts.event_data import STATES
from loket_contracts.fields import WEEKDAYS, Identifier
from loket_contracts.periods import PARTS_OF_DAY

from .catalogue import Location, Team


class Offer(Schema):
    start = fields.AwareDateTime(required=True)
    end = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class WaitingPlace(Schema):
    state = fields.String(required=True, validate=validate.OneOf(("waiting", "offered")))
    joined_at = fields.AwareDateTime(required=True)
    not_before = fields.Date(required=True, allow_none=True)
    weekday = fields.List(
        fields.String(validate=validate.OneOf(WEEKDAYS)),
        metadata={"description": "the days that suit; any when empty"},
    )
    parts_of_day = fields.List(
        fields.String(validate=validate.OneOf(tuple(PARTS_OF_DAY))),
        metadata={"description": "the parts of the day that suit; any when empty"},
    )
    after = fields.String(allow_none=True, metadata={"description": "HH:MM, local"})
    before = fields.String(allow_none=True, metadata={"description": "HH:MM, local"})
    offer = fields.Nested(Offer, required=True, allow_none=True)


class File(Schema):
    id = fields.String(required=True)
    question = Identifier(required=True, allow_none=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "bytes"})


class Asked(Schema):
    text = fields.String(required=True)
    answer = fields.String(required=True, allow_none=True)


class TypeOfAppointment(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)


class TeamOfAppointment(Team):
    email = fields.String(required=True, allow_none=True)


class LocationOfAppointment(Location):
    meeting_url = fields.Url(
        required=True, allow_none=True, require_tld=False, metadata={"description": "of a video call"}
    )


class Appointment(Schema):
    id = fields.String(required=True)
    reference = fields.String(
        required=True, metadata={"description": "what a resident reads out", "example": "7K3Q-9F2M"}
    )
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    sequence = fields.Integer(required=True, metadata={"description": "rises with every change"})
    appointment_types = fields.List(fields.Nested(TypeOfAppointment), required=True)
    bring = fields.List(fields.String(), required=True)
    location = fields.Nested(LocationOfAppointment, required=True, allow_none=True)
    team = fields.Nested(TeamOfAppointment, required=True, allow_none=True)
    with_ = fields.List(fields.String(), data_key="with", required=True)
    persons = fields.Integer(required=True)
    phone = fields.String(
        required=True, allow_none=True, metadata={"description": "the number that is called, by phone"}
    )
    start = fields.AwareDateTime(required=True)
    end = fields.AwareDateTime(required=True)
    time_zone = fields.String(required=True)
    language = fields.String(required=True)
    specialist_language = fields.String(
        allow_none=True, metadata={"description": "what the specialist must speak (ISO 639-1); null for any"}
    )
    allowed = fields.List(fields.String(), required=True, metadata={"description": "what the resident can do now"})
    move_refusal = fields.String(
        required=True, allow_none=True,
        metadata={"description": "why it cannot be moved as it is: the code of the problem; null when it can"},
    )  # fmt: skip
    move_to = fields.List(
        fields.Nested(Location), required=True,
        metadata={"description": "the locations to move it to, when its own is removed"},
    )  # fmt: skip
    answers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    files = fields.List(fields.Nested(File), required=True)
    missing = fields.List(
        Identifier(), required=True, metadata={"description": "the documents that are asked for and not there yet"}
    )
    asked = fields.List(fields.Nested(Asked), required=True, metadata={"description": "by the specialist, beforehand"})
    waiting_list = fields.Nested(WaitingPlace, required=True, allow_none=True)


class ProvisionalBooking(Schema):
    id = fields.String(required=True, metadata={"description": "that the appointment will have"})
    state = fields.String(
        required=True, validate=validate.OneOf(("provisional", "booked")),
        metadata={"description": "booked: it was confirmed meanwhile"},
    )  # fmt: skip
    hold = fields.String(required=True, metadata={"description": "the hold of its slot"})
    expires_at = fields.AwareDateTime(
        required=True, metadata={"description": "then it is deleted and its slot is free again"}
    )
    start = fields.AwareDateTime(required=True)
    end = fields.AwareDateTime(required=True)
    appointment_types = fields.List(Identifier(), required=True)
    location = Identifier(required=True)
    persons = fields.Integer(required=True)
    specialist_language = fields.String(
        allow_none=True, metadata={"description": "what the specialist must speak (ISO 639-1); null for any"}
    )
    confirm_by = fields.String(required=True, validate=validate.OneOf(("email", "sms")))
    sent_to = fields.String(required=True, metadata={"example": "l***@example.org"})
    sends_left = fields.Integer(required=True, metadata={"description": "how often the code can be sent again"})
    attempts_left = fields.Integer(required=True, metadata={"description": "wrong codes that are still allowed"})


class BookedAppointment(Appointment):
    link_token = fields.String(required=True, metadata={"description": "shown once; send it as a bearer token"})
    manage_url = fields.Url(required=True, require_tld=False, metadata={"description": "the resident's own page"})
