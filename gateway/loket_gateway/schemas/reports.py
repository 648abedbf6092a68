"""Figures, as they are answered."""

from __future__ import annotations

from marshmallow import Schema, fields

from loket_contracts.fields import Identifier


class StateCounts(Schema):
    booked = fields.Integer(required=True)
    checked_in = fields.Integer(required=True)
    in_service = fields.Integer(required=True)
    parked = fields.Integer(required=True)
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
