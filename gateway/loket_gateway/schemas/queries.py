"""Schemas of query parameters."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from loket_contracts.fields import Identifier
from loket_contracts.rpc.booking.slots import MAX_TYPES, FindSlotsSchema

DATE = "2026-11-30"


class SlotQuery(FindSlotsSchema):
    """Criteria of a search for free slots."""

    class Meta:
        exclude = ("appointment_types",)

    appointment_type = fields.List(
        Identifier(),
        required=True,
        validate=validate.Length(min=1, max=MAX_TYPES),
        metadata={"description": "repeat it for several at once", "example": ["bouwadvies"]},
    )


class FileQuery(Schema):
    """The name of an uploaded file, and the question that it answers."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    question = Identifier(load_default=None)
