"""Tickets of visitors without an appointment."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from ...fields import Identifier, Language
from ..message import MessageSchema
from .slots import MAX_PERSONS, AppointmentTypes


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTicket:
    """Issue a ticket to a walk-in."""

    appointment_types: tuple[str, ...]
    location: str | None = None
    persons: int = 1
    language: str | None = None


class IssueTicketSchema(MessageSchema[IssueTicket]):
    """Issue a ticket to a walk-in."""

    appointment_types = AppointmentTypes(required=True)
    location = Identifier(load_default=None, allow_none=True)
    persons = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=MAX_PERSONS))
    language = Language()
