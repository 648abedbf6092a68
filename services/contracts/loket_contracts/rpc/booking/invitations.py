"""The command that invites a resident to book."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from ...fields import Identifier
from ..message import MessageSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """Create a one-use link to an appointment type. `file_reference`: of the case that it is about."""

    appointment_type: str
    resource: str | None = None
    location: str | None = None
    file_reference: str | None = None
    days: int = 30


class InviteSchema(MessageSchema[Invite]):
    """Create a one-use link to an appointment type."""

    appointment_type = Identifier(required=True)
    resource = Identifier(load_default=None, allow_none=True)
    location = Identifier(load_default=None, allow_none=True)
    file_reference = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=80))
    days = fields.Integer(load_default=30, strict=True, validate=validate.Range(min=1, max=365))
