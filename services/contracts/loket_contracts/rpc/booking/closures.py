"""Commands that close time, and move the appointments in conflict with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from ...fields import TOKEN, ClockTime, Day, Identifier, Instant, ListAsTuple
from ...periods import ClosedTime
from ..message import MessageSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTime:
    """Close a resource, a location, or (when neither is named) all of them for some time.

    `last`: None for one day. `start`, `end`: local times of each day, None for the whole day.
    """

    first: dt.date
    last: dt.date | None = None
    start: dt.time | None = None
    end: dt.time | None = None
    resource: str | None = None
    location: str | None = None
    reason: str = ""


class CloseTimeSchema(ClosedTime, MessageSchema[CloseTime]):
    """Close a resource, a location, or (when neither is named) all of them for some time."""

    first = Day(required=True)
    last = Day(load_default=None, allow_none=True)
    start = ClockTime(load_default=None, allow_none=True, data_key="from")
    end = ClockTime(load_default=None, allow_none=True, data_key="to")
    resource = Identifier(load_default=None, allow_none=True)
    location = Identifier(load_default=None, allow_none=True)
    reason = fields.String(load_default="", validate=validate.Length(max=200))

    @validates_schema
    def is_a_period(self, data: dict[str, Any], **_: Any) -> None:
        if data["resource"] is not None and data["location"] is not None:
            raise ValidationError("Name a resource or a location, not both.", "location")
        for name, moment in (("from", data["start"]), ("to", data["end"])):
            if moment is not None and moment.minute % 5:
                raise ValidationError("Give a time on a multiple of five minutes.", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Move one appointment. `resource`: None for any specialist."""

    appointment: str
    start: dt.datetime
    resource: str | None = None
    reason: str = "by-municipality"


class MoveSchema(MessageSchema[Move]):
    appointment = fields.String(required=True, validate=TOKEN)
    start = Instant(required=True)
    resource = Identifier(load_default=None, allow_none=True)
    reason = Identifier(load_default="by-municipality")


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveThese:
    """Move several appointments, each independently of the others."""

    moves: tuple[Move, ...]


class MoveTheseSchema(MessageSchema[MoveThese]):
    """Move several appointments, each independently of the others."""

    moves = ListAsTuple(fields.Nested(MoveSchema), required=True, validate=validate.Length(min=1, max=200))
