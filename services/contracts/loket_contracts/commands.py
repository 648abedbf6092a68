"""The schemas of commands. They check the shape; whether a slot is available is decided by booking."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from .event_data import OUTCOMES
from .fields import Identifier


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
