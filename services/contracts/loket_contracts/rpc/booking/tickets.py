"""Tickets of visitors without an appointment."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from ...fields import Identifier, Language, ListAsTuple
from ..message import MessageSchema
from .slots import MAX_PERSONS, MAX_TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTicket:
    """Issue a ticket to a walk-in."""

    appointment_types: tuple[str, ...]
    location: str | None = None
    persons: int = 1
    language: str | None = None


class IssueTicketSchema(MessageSchema[IssueTicket]):
    """Issue a ticket to a walk-in."""

    appointment_types = ListAsTuple(Identifier(), required=True, validate=validate.Length(min=1, max=MAX_TYPES))
    location = Identifier(load_default=None, allow_none=True)
    persons = fields.Integer(load_default=1, strict=True, validate=validate.Range(min=1, max=MAX_PERSONS))
    language = Language()
