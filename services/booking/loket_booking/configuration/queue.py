"""The schema of the queue policy in a configuration file."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from ..domain import catalogue
from .values import described


class Queue(Schema):
    order = fields.String(load_default="appointments_first", validate=validate.OneOf(("appointments_first", "arrival")))
    early_minutes = fields.Integer(
        load_default=5,
        validate=validate.Range(min=0, max=120),
        metadata=described(
            "an appointment has precedence from these minutes before its start, and its resident can check in by link"
        ),
    )
    late_minutes = fields.Integer(
        load_default=15,
        validate=validate.Range(min=0, max=120),
        metadata=described("a resident who arrives later than this after the start waits among the tickets"),
    )

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> catalogue.QueuePolicy:
        return catalogue.QueuePolicy(**data)
