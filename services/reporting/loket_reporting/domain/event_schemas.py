"""The schemas of the events that reporting consumes. A tolerant reader: other fields are ignored."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields

from loket_contracts.fields import Instant


class Reader(Schema):
    class Meta:
        unknown = EXCLUDE


class Visitor(Reader):
    """The fields of every event about a visitor."""

    appointment_types = fields.List(fields.String(), required=True)
    team = fields.String(required=True)
    location = fields.String(required=True)
    time_zone = fields.String(required=True)


class Appointment(Visitor):
    state = fields.String(required=True)
    channel = fields.String(required=True)
    resources = fields.List(fields.String(), load_default=list)
    persons = fields.Integer(required=True)
    start = Instant(required=True)
    end = Instant(required=True)
    booked_at = Instant(required=True)
    booked_by = fields.String(required=True)
    cancelled_by = fields.String(load_default=None)
    outcome = fields.String(load_default=None)
    follows = fields.String(load_default=None)


class Ticket(Visitor):
    state = fields.String(required=True)
    arrived_at = Instant(required=True)
    outcome = fields.String(load_default=None)
    follows = fields.String(load_default=None)


class Waiting(Visitor):
    reason = fields.String(load_default=None)


class Message(Reader):
    channel = fields.String(required=True)


class Capacity(Reader):
    resource = fields.String(required=True)
    team = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    date = fields.String(required=True)
    offered_minutes = fields.Integer(required=True)


class Sample(Reader):
    appointment_type = fields.String(required=True)
    team = fields.String(required=True)
    location = fields.String(required=True)
    date = fields.String(required=True)
    first_after_days = fields.Integer(load_default=None, allow_none=True)
    third_after_days = fields.Integer(load_default=None, allow_none=True)


class Feedback(Reader):
    score = fields.Integer(required=True)
    has_comment = fields.Boolean(load_default=False)
