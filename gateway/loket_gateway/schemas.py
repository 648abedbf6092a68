"""The shapes of the HTTP interface that are the gateway's own: queries, and answers as they are documented."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from loket_contracts.commands import MOST_PERSONS, MOST_TYPES
from loket_contracts.events import CHANNELS, STATES
from loket_contracts.fields import Identifier


class SlotQuery(Schema):
    """Which free starts are asked for."""

    appointment_type = fields.List(
        Identifier(),
        required=True,
        validate=validate.Length(min=1, max=MOST_TYPES),
        metadata={"description": "repeat it for several at once", "example": ["bouwadvies"]},
    )
    persons = fields.Integer(load_default=1, validate=validate.Range(min=1, max=MOST_PERSONS))
    location = Identifier(load_default=None)
    resource = Identifier(load_default=None)
    first = fields.Date(data_key="from", load_default=None, metadata={"description": "local date; today if left out"})
    last = fields.Date(data_key="to", load_default=None, metadata={"description": "inclusive; 13 days after `from`"})


class PeriodQuery(Schema):
    """A period of local days, inclusive."""

    first = fields.Date(data_key="from", load_default=None)
    last = fields.Date(data_key="to", load_default=None)


class Municipality(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)
    time_zone = fields.String(required=True)
    languages = fields.List(fields.String(), required=True)
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


class Question(Schema):
    id = Identifier(required=True)
    label = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("text", "choice", "parcel", "reference")))
    required = fields.Boolean(required=True)
    hint = fields.String(required=True)
    choices = fields.List(fields.Nested(Choice), required=True)


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
    questions = fields.List(fields.Nested(Question), required=True)


class AppointmentTypes(Schema):
    appointment_types = fields.List(fields.Nested(AppointmentType), required=True)


class Slot(Schema):
    start = fields.AwareDateTime(required=True, metadata={"description": "with the offset of the location"})
    end = fields.AwareDateTime(required=True)
    capacity = fields.Integer(required=True, metadata={"description": "how many could start then"})


class Slots(Schema):
    appointment_types = fields.List(Identifier(), required=True)
    location = Identifier(required=True)
    persons = fields.Integer(required=True)
    time_zone = fields.String(required=True)
    first = fields.Date(data_key="from", required=True)
    last = fields.Date(data_key="to", required=True)
    slots = fields.List(fields.Nested(Slot), required=True)


class Hold(Schema):
    id = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    start = fields.AwareDateTime(required=True)
    end = fields.AwareDateTime(required=True)
    appointment_types = fields.List(Identifier(), required=True)
    location = Identifier(required=True)
    persons = fields.Integer(required=True)


class TypeOfAppointment(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)


class TeamOfAppointment(Team):
    email = fields.String(required=True, allow_none=True)


class Appointment(Schema):
    id = fields.String(required=True)
    reference = fields.String(
        required=True, metadata={"description": "what a resident reads out", "example": "7K3Q-9F2M"}
    )
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    sequence = fields.Integer(required=True, metadata={"description": "rises with every change"})
    appointment_types = fields.List(fields.Nested(TypeOfAppointment), required=True)
    bring = fields.List(fields.String(), required=True)
    location = fields.Nested(Location, required=True, allow_none=True)
    team = fields.Nested(TeamOfAppointment, required=True, allow_none=True)
    with_ = fields.List(fields.String(), data_key="with", required=True)
    persons = fields.Integer(required=True)
    start = fields.AwareDateTime(required=True)
    end = fields.AwareDateTime(required=True)
    time_zone = fields.String(required=True)
    language = fields.String(required=True)
    allowed = fields.List(fields.String(), required=True, metadata={"description": "what the resident can do now"})


class BookedAppointment(Appointment):
    link_token = fields.String(required=True, metadata={"description": "shown once; send it as a bearer token"})
    manage_url = fields.Url(required=True, require_tld=False, metadata={"description": "the resident's own page"})


class StateCounts(Schema):
    booked = fields.Integer(required=True)
    checked_in = fields.Integer(required=True)
    in_service = fields.Integer(required=True)
    completed = fields.Integer(required=True)
    no_show = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)


class Count(StateCounts):
    id = fields.String(required=True)


class AppointmentCounts(StateCounts):
    total = fields.Integer(required=True)


class MessageCounts(Schema):
    sent = fields.Integer(required=True)
    failed = fields.Integer(required=True)


class Overview(Schema):
    municipality = Identifier(required=True)
    first = fields.Date(data_key="from", required=True)
    last = fields.Date(data_key="to", required=True)
    appointments = fields.Nested(AppointmentCounts, required=True)
    average_lead_days = fields.Float(required=True, allow_none=True)
    by_team = fields.List(fields.Nested(Count), required=True)
    by_appointment_type = fields.List(fields.Nested(Count), required=True)
    by_day = fields.List(fields.Nested(Count), required=True)
    messages = fields.Nested(MessageCounts, required=True)


class FieldError(Schema):
    pointer = fields.String(metadata={"description": "RFC 6901, into the body"})
    parameter = fields.String(metadata={"description": "of the query"})
    header = fields.String()
    detail = fields.String(required=True)


class Problem(Schema):
    """RFC 9457."""

    type = fields.Url(required=True, require_tld=False)
    code = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldError))
