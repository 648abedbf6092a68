"""Schemas of the catalogue in responses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from loket_contracts.event_data import CHANNELS
from loket_contracts.fields import Identifier


class Municipality(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)
    time_zone = fields.String(required=True)
    languages = fields.List(
        fields.String(), required=True, metadata={"description": "those it speaks, its default first"}
    )
    country = fields.String(
        required=True,
        metadata={"description": "ISO 3166-1 alpha-2; telephone numbers without a country code are read as its own"},
    )
    email = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    website = fields.String(required=True, allow_none=True)


class Municipalities(Schema):
    municipalities = fields.List(fields.Nested(Municipality), required=True)


class Address(Schema):
    street = fields.String(required=True)
    postcode = fields.String(required=True)
    city = fields.String(required=True)


class Location(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(CHANNELS))
    time_zone = fields.String(required=True)
    address = fields.Nested(Address, required=True, allow_none=True)
    directions = fields.String(required=True)


class Locations(Schema):
    locations = fields.List(fields.Nested(Location), required=True)


class Team(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)


class Teams(Schema):
    teams = fields.List(fields.Nested(Team), required=True)


class Choice(Schema):
    id = Identifier(required=True)
    label = fields.String(required=True)


class Condition(Schema):
    question = Identifier(required=True)
    is_ = fields.List(Identifier(), data_key="is", required=True)


class Guidance(Schema):
    text = fields.String(required=True)
    link = fields.Url(required=True, allow_none=True)


class Question(Schema):
    id = Identifier(required=True)
    label = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("text", "choice", "parcel", "reference", "file")))
    required = fields.Boolean(required=True)
    hint = fields.String(required=True)
    choices = fields.List(fields.Nested(Choice), required=True)
    only_if = fields.Nested(
        Condition, required=True, allow_none=True, metadata={"description": "asked only after one of these answers"}
    )
    due_working_days = fields.Integer(
        required=True, allow_none=True, metadata={"description": "of a file: when it must be there, before the visit"}
    )


class AppointmentType(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    category = fields.String(required=True)
    team = Identifier(required=True)
    locations = fields.List(Identifier(), required=True)
    duration = fields.Integer(required=True, metadata={"description": "minutes, for one person"})
    per_extra_person = fields.Integer(required=True, metadata={"description": "minutes more for each further person"})
    notice_hours = fields.Integer(required=True, metadata={"description": "lead time"})
    notice_working_days = fields.Integer(required=True, metadata={"description": "lead time; the later one counts"})
    horizon_days = fields.Integer(required=True)
    bring = fields.List(fields.String(), required=True)
    keywords = fields.List(
        fields.String(), required=True, metadata={"description": "other words that people search by"}
    )
    guidance = fields.Nested(
        Guidance, required=True, allow_none=True, metadata={"description": "whether one needs to come at all"}
    )
    questions = fields.List(fields.Nested(Question), required=True)
    confirm = fields.String(
        validate=validate.OneOf(("none", "email", "sms")),
        metadata={"description": "over which a resident without a key confirms a booking before it is booked"},
    )
    icon = fields.String(allow_none=True, metadata={"description": "the name of an icon of Lucide"})
    specialist_languages = fields.List(
        fields.String(),
        metadata={"description": "those among which a resident can choose (ISO 639-1); empty when there is no choice"},
    )


class AppointmentTypes(Schema):
    appointment_types = fields.List(fields.Nested(AppointmentType), required=True)
