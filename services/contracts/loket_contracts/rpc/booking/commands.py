"""Commands of booking. They check the shape; whether a slot is available is decided by booking."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import Schema, fields

from ...fields import Identifier
from ..message import MessageSchema


class ChangeSchema(Schema):
    """What changes of an appointment share. A change is refused when the appointment is no longer at `sequence`."""

    reason = Identifier(load_default=None, allow_none=True, metadata={"description": "a reason code"})
    sequence = fields.Integer(
        load_default=None,
        allow_none=True,
        strict=True,
        metadata={"description": "the version that you saw; refused with changed-meanwhile when it is no longer so"},
    )
    notify = fields.Boolean(
        load_default=True,
        metadata={"description": "whether the resident gets a message about it; only staff may leave it out"},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAppointment:
    """Cancel an appointment, which frees its time. `sequence`: of the appointment as the caller knows it.

    `notify`: whether the resident gets a message. Only staff may leave it out.
    """

    reason: str = "no-longer-needed"
    sequence: int | None = None
    notify: bool = True


class CancelAppointmentSchema(ChangeSchema, MessageSchema[CancelAppointment]):
    """Cancel an appointment, which frees its time."""

    reason = Identifier(load_default="no-longer-needed", metadata={"example": "no-longer-needed"})
