"""What residents change of their appointment: its time, their answers, the waiting list, and feedback afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import fields, validate

from ...fields import ONE_LINE, TOKEN, Answers, Day, Email, Identifier, Instant, Language, ListAsTuple, Phone
from ...periods import PARTS_OF_DAY
from ..message import MessageSchema
from .book import VisitNeeds, VisitNeedsSchema
from .commands import ChangeSchema
from .slots import MAX_PERSONS, WelcomeStarts, WelcomeStartsSchema


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleAppointment:
    """Move an appointment to another time, perhaps for another number of persons.

    `sequence`: of the appointment as the caller knows it. `notify`: whether the resident gets a message; only staff may
    leave it out.
    """

    start: dt.datetime
    resource: str | None = None
    location: str | None = None
    persons: int | None = None
    reason: str | None = None
    sequence: int | None = None
    notify: bool = True


class RescheduleAppointmentSchema(ChangeSchema, MessageSchema[RescheduleAppointment]):
    """Move an appointment to another time."""

    start = Instant(required=True, metadata={"example": "2026-11-30T09:00:00+01:00"})
    resource = Identifier(load_default=None, allow_none=True, metadata={"description": "this specialist and no other"})
    location = Identifier(load_default=None, allow_none=True, metadata={"description": "another one; else it stays"})
    persons = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(min=1, max=MAX_PERSONS),
        metadata={"description": "another number; else it stays"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferPreferences(WelcomeStarts):
    """Which earlier slots may be offered. `not_before`: the first day that suits. `parts_of_day`: empty is any."""

    not_before: dt.date | None = None
    parts_of_day: tuple[str, ...] = ()


class OfferPreferencesSchema(WelcomeStartsSchema, MessageSchema[OfferPreferences]):
    """Which earlier slots may be offered."""

    not_before = Day(load_default=None, allow_none=True, metadata={"description": "the first acceptable day"})
    parts_of_day = ListAsTuple(
        fields.String(validate=validate.OneOf(tuple(PARTS_OF_DAY))),
        load_default=tuple,
        metadata={"description": "only in these: until 12:00, from then until 17:00, or after that"},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinWaitingList(OfferPreferences):
    """Put an appointment on the waiting list for an earlier slot."""

    appointment: str


class JoinWaitingListSchema(OfferPreferencesSchema, MessageSchema[JoinWaitingList]):
    """Put an appointment on the waiting list for an earlier slot."""

    appointment = fields.String(required=True, validate=TOKEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestions:
    """Give or change answers before the visit.

    `message`: the answer to what the specialist asked for.
    """

    answers: Mapping[str, str]
    message: str | None = None


class AnswerQuestionsSchema(MessageSchema[AnswerQuestions]):
    """Give or change answers before the visit."""

    answers = Answers(required=True)
    message = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(max=2000),
        metadata={"description": "the answer to what the specialist asked for"},
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteCompanion:
    """Invite someone who comes along. They get the calendar entry, its changes and its cancellation."""

    name: str
    email: str


class InviteCompanionSchema(MessageSchema[InviteCompanion]):
    """Invite someone who comes along."""

    name = fields.String(required=True, validate=[validate.Length(min=1, max=120), ONE_LINE])
    email = Email(required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectContact(VisitNeeds):
    """Correct how the resident is named and reached.

    `email`: only of staff, and left out it stays. Of a resident it stays: it would have to be confirmed.
    """

    name: str
    email: str | None = None
    phone: str | None = None
    language: str | None = None


class CorrectContactSchema(VisitNeedsSchema, MessageSchema[CorrectContact]):
    """Correct how the resident is named and reached."""

    name = fields.String(required=True, validate=[validate.Length(min=1, max=120), ONE_LINE])
    email = Email(load_default=None, allow_none=True, metadata={"description": "only of staff"})
    phone = Phone(load_default=None, allow_none=True)
    language = Language()


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveFeedback:
    """Rate a visit, from 1 to 5."""

    score: int
    comment: str = ""


class GiveFeedbackSchema(MessageSchema[GiveFeedback]):
    """Rate a visit, from 1 to 5."""

    score = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=5))
    comment = fields.String(load_default="", validate=validate.Length(max=2000))
