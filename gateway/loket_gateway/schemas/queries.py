"""Schemas of query parameters."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from loket_contracts.fields import Identifier
from loket_contracts.rpc.booking.slots import MAX_TYPES, FindSlotsSchema

from ..topic_search.search import MAX_LENGTH

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


class TopicQuery(Schema):
    """A search of appointment types."""

    class Meta:
        unknown = EXCLUDE  # parameters were ignored before there was a search

    search = fields.String(
        load_default="",
        validate=validate.Length(max=MAX_LENGTH),
        metadata={"description": "everyday words in any language; the best match comes first", "example": "dakkapel"},
    )


class FileQuery(Schema):
    """The name of an uploaded file, and the question that it answers."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    question = Identifier(load_default=None)
