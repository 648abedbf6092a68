"""Commands at the desk: steps of an appointment or a ticket, calling the next person, and a question to a resident."""

from __future__ import annotations

from dataclasses import dataclass

from marshmallow import fields, validate

from ...event_data import OUTCOMES
from ...fields import Identifier, ListAsTuple
from ..message import MessageSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeStep:
    """Take a step of an appointment or a ticket.

    `desk`: when it starts. `resource`: of a ticket that is called, who calls. `outcome`: when it is completed.
    `reason`: of a no-show. `team`, `appointment_types`: after a transfer.
    """

    reason: str | None = None
    desk: str | None = None
    resource: str | None = None
    outcome: str | None = None
    team: str | None = None
    appointment_types: tuple[str, ...] | None = None


class TakeStepSchema(MessageSchema[TakeStep]):
    """Take a step of an appointment or a ticket."""

    reason = Identifier(load_default=None, allow_none=True)
    desk = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=40))
    resource = Identifier(load_default=None, allow_none=True, metadata={"description": "of a call: who calls"})
    outcome = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(OUTCOMES))
    team = Identifier(load_default=None, allow_none=True, metadata={"description": "of a transfer: who takes over"})
    appointment_types = ListAsTuple(Identifier(), load_default=None, allow_none=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNext:
    """Call the next person. `resource`: the specialist."""

    resource: str
    location: str
    desk: str | None = None


class CallNextSchema(MessageSchema[CallNext]):
    """Call the next person."""

    resource = Identifier(required=True, metadata={"description": "who calls"})
    location = Identifier(required=True)
    desk = fields.String(load_default=None, allow_none=True, validate=validate.Length(min=1, max=40))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceLink:
    """Replace the link of an appointment. `notify`: whether the resident gets a message with the new one."""

    notify: bool = True


class ReplaceLinkSchema(MessageSchema[ReplaceLink]):
    """Replace the link of an appointment."""

    notify = fields.Boolean(
        load_default=True, metadata={"description": "whether the resident gets a message with the new link"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote:
    """Add an internal note about a visit, which the resident does not see."""

    text: str


class AddNoteSchema(MessageSchema[AddNote]):
    """Add an internal note about a visit, which the resident does not see."""

    text = fields.String(required=True, validate=validate.Length(min=1, max=2000))


@dataclass(frozen=True, slots=True, kw_only=True)
class AskResident:
    """Ask the resident for something before the visit."""

    text: str


class AskResidentSchema(MessageSchema[AskResident]):
    """Ask the resident for something before the visit."""

    text = fields.String(
        required=True, validate=validate.Length(min=1, max=2000), metadata={"example": "Breng het plan mee."}
    )
