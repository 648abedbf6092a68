"""Schemas of slots, holds and invitations in responses."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from loket_contracts.event_data import REASONS_WITHOUT_SLOT as REASONS
from loket_contracts.fields import Identifier


class Slot(Schema):
    start = fields.AwareDateTime(required=True, metadata={"description": "with the offset of the location"})
    end = fields.AwareDateTime(required=True)
    capacity = fields.Integer(required=True, metadata={"description": "how many could start then"})


class _Searched(Schema):
    """The search criteria, with defaults filled in."""

    appointment_types = fields.List(Identifier(), required=True)
    location = Identifier(required=True)
    persons = fields.Integer(required=True)
    time_zone = fields.String(required=True)
    first = fields.Date(data_key="from", required=True)
    last = fields.Date(data_key="to", required=True)


class Slots(_Searched):
    slots = fields.List(fields.Nested(Slot), required=True)


class DayCount(Schema):
    date = fields.Date(required=True)
    starts = fields.Integer(required=True)


class DayCounts(_Searched):
    days = fields.List(fields.Nested(DayCount), required=True)


class FirstAtLocation(Schema):
    location = Identifier(required=True)
    slot = fields.Nested(Slot, required=True, allow_none=True)


class FirstAvailable(Schema):
    locations = fields.List(fields.Nested(FirstAtLocation), required=True)


class Explanation(_Searched):
    reason = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(REASONS),
        metadata={"description": "null: some are free"},
    )
    nearest = fields.Nested(Slot, required=True, allow_none=True, metadata={"description": "the first from `from` on"})
    earliest = fields.AwareDateTime(required=True, metadata={"description": "the end of the lead time"})


class Invitation(Schema):
    appointment_type = Identifier(required=True)
    resource = Identifier(required=True, allow_none=True)
    location = Identifier(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True)


class Hold(Schema):
    id = fields.String(required=True)
    specialist_language = fields.String(
        allow_none=True, metadata={"description": "what the specialist must speak (ISO 639-1); null for any"}
    )
    expires_at = fields.AwareDateTime(required=True)
    start = fields.AwareDateTime(required=True)
    end = fields.AwareDateTime(required=True)
    appointment_types = fields.List(Identifier(), required=True)
    location = Identifier(required=True)
    persons = fields.Integer(required=True)
