"""Search for free slots, and hold one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema, fields, validate

from ...fields import TOKEN, WEEKDAYS, ClockTime, ClosingTime, Day, Identifier, Instant, ListAsTuple
from ...periods import WelcomeHours
from ..message import MessageSchema

#: of ISO 639-1; which ones a municipality has, its file says
LANGUAGE_CODE = validate.Regexp(r"\A[a-z]{2}\Z", error="Give a code of two letters, such as fr.")
MAX_PERSONS = 20
MAX_TYPES = 5


class AppointmentTypes(ListAsTuple):
    """One or more appointment types."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Identifier(), validate=validate.Length(min=1, max=MAX_TYPES), **kwargs)


class SlotRequestSchema(Schema):
    """What to book and when: the fields that a hold and a booking share."""

    appointment_types = AppointmentTypes(
        metadata={"description": "one or more appointment types; their durations add up", "example": ["bouwadvies"]},
    )
    start = Instant(metadata={"example": "2026-11-30T09:00:00+01:00"})
    persons = fields.Integer(
        load_default=1,
        strict=True,
        validate=validate.Range(min=1, max=MAX_PERSONS),
        metadata={"description": "how many people come"},
    )
    location = Identifier(
        load_default=None, allow_none=True, metadata={"description": "needed when the type is given at several"}
    )
    resource = Identifier(load_default=None, allow_none=True, metadata={"description": "this specialist and no other"})
    specialist_language = fields.String(
        load_default=None, allow_none=True, validate=LANGUAGE_CODE,
        metadata={"description": "only a specialist who speaks it, also after the appointment is moved"},
    )  # fmt: skip
    invitation = fields.String(
        load_default=None, allow_none=True, validate=TOKEN,
        metadata={"description": "the token of an invitation"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldSlot:
    """Reserve a slot while the resident fills in the form."""

    appointment_types: tuple[str, ...]
    start: dt.datetime
    persons: int = 1
    location: str | None = None
    resource: str | None = None
    specialist_language: str | None = None
    invitation: str | None = None


class HoldSlotSchema(SlotRequestSchema, MessageSchema[HoldSlot]):
    """Reserve a slot while the resident fills in the form."""

    appointment_types = AppointmentTypes(required=True, metadata={"example": ["bouwadvies"]})
    start = Instant(required=True, metadata={"example": "2026-11-30T09:00:00+01:00"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomeStarts:
    """Which starts are welcome, for a search and for the waiting list. `before`: None is the end of the day."""

    weekday: tuple[str, ...] = ()
    after: dt.time | None = None
    before: dt.time | None = None


class WelcomeStartsSchema(WelcomeHours):
    """Which starts are welcome, for a search and for the waiting list."""

    weekday = ListAsTuple(
        fields.String(validate=validate.OneOf(WEEKDAYS)),
        load_default=tuple,
        metadata={"description": "only on these; repeat it for several"},
    )
    after = ClockTime(load_default=None, allow_none=True, metadata={"description": "HH:MM, local"})
    before = ClosingTime(
        load_default=None, allow_none=True, metadata={"description": "HH:MM, local; 00:00 is the end of the day"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FindSlots(WelcomeStarts):
    """Which free starts are asked for. `first`, `last`: local days, both included."""

    appointment_types: tuple[str, ...]
    persons: int = 1
    location: str | None = None
    resource: str | None = None
    language: str | None = None
    first: dt.date | None = None
    last: dt.date | None = None


class FindSlotsSchema(WelcomeStartsSchema, MessageSchema[FindSlots]):
    """Which free starts are asked for."""

    appointment_types = AppointmentTypes(required=True)
    persons = fields.Integer(load_default=1, validate=validate.Range(min=1, max=MAX_PERSONS))
    location = Identifier(load_default=None, allow_none=True)
    resource = Identifier(load_default=None, allow_none=True, metadata={"description": "this specialist and no other"})
    language = fields.String(
        load_default=None, allow_none=True, validate=LANGUAGE_CODE,
        metadata={"description": "only specialists who speak it"},
    )  # fmt: skip
    first = Day(
        data_key="from", load_default=None, allow_none=True, metadata={"description": "local date; today if left out"}
    )
    last = Day(
        data_key="to", load_default=None, allow_none=True, metadata={"description": "inclusive; 13 days after `from`"}
    )
