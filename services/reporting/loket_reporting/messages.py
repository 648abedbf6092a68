"""The fields of events that reporting reads. Read tolerantly: what is not named here may come and go."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields

from loket_contracts.fields import Instant


class AppointmentFacts(Schema):
    class Meta:
        unknown = EXCLUDE

    appointment = fields.String(required=True)
    state = fields.String(required=True)
    appointment_types = fields.List(fields.String(), required=True)
    team = fields.String(required=True)
    location = fields.String(required=True)
    channel = fields.String(required=True)
    persons = fields.Integer(required=True)
    start = Instant(required=True)
    end = Instant(required=True)
    time_zone = fields.String(required=True)
    booked_at = Instant(required=True)
    booked_by = fields.String(required=True)
    cancelled_by = fields.String(load_default=None)
    reason = fields.String(load_default=None)
    outcome = fields.String(load_default=None)
    follows = fields.String(load_default=None)


class MessageFacts(Schema):
    class Meta:
        unknown = EXCLUDE

    message = fields.String(required=True)
    template = fields.String(required=True)
    channel = fields.String(required=True)


class TicketFacts(Schema):
    class Meta:
        unknown = EXCLUDE

    ticket = fields.String(required=True)
    state = fields.String(required=True)
    location = fields.String(required=True)
    team = fields.String(required=True)
    appointment_types = fields.List(fields.String(), required=True)
    persons = fields.Integer(required=True)
    time_zone = fields.String(required=True)
    arrived_at = Instant(required=True)
    outcome = fields.String(load_default=None)
    follows = fields.String(load_default=None)


class WaitingFacts(Schema):
    class Meta:
        unknown = EXCLUDE

    appointment = fields.String(required=True)
    appointment_types = fields.List(fields.String(), required=True)
    team = fields.String(required=True)
    location = fields.String(required=True)
    start = Instant(required=True)
    time_zone = fields.String(required=True)
    offered_start = Instant(load_default=None)
    reason = fields.String(load_default=None)


class CapacityFacts(Schema):
    class Meta:
        unknown = EXCLUDE

    resource = fields.String(required=True)
    team = fields.String(required=True, allow_none=True)
    kind = fields.String(required=True)
    date = fields.Date(required=True)
    offered_minutes = fields.Integer(required=True)


class FeedbackFacts(Schema):
    class Meta:
        unknown = EXCLUDE

    appointment = fields.String(required=True)
    team = fields.String(required=True)
    appointment_types = fields.List(fields.String(), required=True)
    score = fields.Integer(required=True)
