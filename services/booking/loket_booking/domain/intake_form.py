"""The intake form of a visit: answers, documents, and the required contact data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from loket_contracts.errors import Refusal

from .appointment_spec import AppointmentSpec
from .catalogue import Question
from .grid import day, local_date
from .opening_hours import Calendar

#: the working days between the reminder and the day on which a document is due
REMINDER_WORKING_DAYS = 2
REMINDER_TIME = dt.time(9)


def check_intake(
    spec: AppointmentSpec, phone: str | None, answers: Mapping[str, str], later: bool = False
) -> dict[str, str]:
    """The answers, trimmed, without empty ones and those whose question is not asked.

    `later`: required answers may be missing. Raises Refusal: invalid-request, with a pointer to each answer that is
    missing, not asked or not a choice, and to a missing telephone number of a telephone visit.
    """
    given, wrong = _split_answers(spec, answers)
    errors = contact_errors(spec, phone) + wrong
    for name in () if later else unanswered(spec, given):
        errors.append({"pointer": f"/answers/{name}", "detail": "This question needs an answer."})
    if errors:
        raise Refusal("invalid-request", errors=errors)
    asked = {question.id for question in _asked(spec, given)}
    return {name: text for name, text in given.items() if name in asked}


def contact_errors(spec: AppointmentSpec, phone: str | None) -> list[dict[str, str]]:
    """The contact data that is missing for this visit, with a pointer."""
    if spec.location.channel == "phone" and not phone:
        return [{"pointer": "/contact/phone", "detail": "We call you, so we need your number."}]
    return []


def check_answers(spec: AppointmentSpec, answers: Mapping[str, str], later: bool = False) -> dict[str, str]:
    """As `check_intake`, without checking the contact data. Raises Refusal: invalid-request."""
    return check_intake(spec, "not checked", answers, later)


def amend_answers(
    spec: AppointmentSpec, before: Mapping[str, str], answers: Mapping[str, str], later: bool = False
) -> dict[str, str]:
    """The answers after some were changed. An empty one deletes an answer that is not required.

    `later`: as in `check_intake`. Raises Refusal: invalid-request.
    """
    unchanged = {name: text for name, text in before.items() if name not in answers}
    return check_answers(spec, {**unchanged, **answers}, later)


def unanswered(spec: AppointmentSpec, answers: Mapping[str, str]) -> list[str]:
    """The required questions without an answer, except documents."""
    return [
        question.id
        for question in _asked(spec, answers)
        if question.required and question.kind != "file" and question.id not in answers
    ]


def _split_answers(spec: AppointmentSpec, answers: Mapping[str, str]) -> tuple[dict[str, str], list[dict[str, str]]]:
    questions = _questions(spec)
    given = {name: text.strip() for name, text in answers.items() if text.strip()}
    wrong = []
    for name in answers:
        question = questions.get(name)
        if question is None or question.kind == "file":
            wrong.append((name, "This question is not asked for this appointment."))
        elif name in given and question.kind == "choice" and given[name] not in question.choices:
            wrong.append((name, f"Must be one of: {', '.join(question.choices)}."))
    return given, [{"pointer": f"/answers/{name}", "detail": detail} for name, detail in wrong]


def _questions(spec: AppointmentSpec) -> dict[str, Question]:
    return {question.id: question for kind in spec.types for question in kind.questions}


def _asked(spec: AppointmentSpec, answers: Mapping[str, str]) -> list[Question]:
    return [question for question in _questions(spec).values() if question.is_asked(answers)]


def asks_for_file(spec: AppointmentSpec, question: str | None) -> bool:
    """Whether this question asks for a file. None: whether any question does."""
    questions = _questions(spec)
    asked = questions.values() if question is None else filter(None, [questions.get(question)])
    return any(each.kind == "file" for each in asked)


@dataclass(frozen=True)
class Duty:
    """A document that is missing. `kind`: remind or settle, at the time `at`. `consequence`: keep, flag or release."""

    kind: str
    at: dt.datetime
    question: str
    consequence: str


def last_day(calendar: Calendar, question: Question, date: dt.date) -> dt.date:
    """The last day on which this document is due, for a visit on `date`."""
    due = question.due_working_days
    return calendar.working_days_before(date, due)[-1] if due else date


def last_days(calendar: Calendar, questions: Iterable[Question], date: dt.date) -> dict[str, dt.date]:
    """The last day of each required document, by question."""
    required = (each for each in questions if each.kind == "file" and each.required)
    return {each.id: last_day(calendar, each, date) for each in required}


def duties(
    calendar: Calendar, spec: AppointmentSpec, start: dt.datetime, made_at: dt.datetime, answers: Mapping[str, str],
    uploaded: Container[str | None],
) -> list[Duty]:  # fmt: skip
    """The missing documents, each with the times of its reminder and of its consequence; soonest first.

    A document is due at the end of the working day that is `due_working_days` before the visit (0: at its start). If
    that is over at the time of booking, `made_at`, it is due at the start; a reminder that is over is left out.
    `uploaded`: the questions for which a file was uploaded.
    """
    zone = spec.location.time_zone
    date = local_date(start, zone)
    found = []
    for question in _asked(spec, answers):
        if question.kind != "file" or not question.required or question.id in uploaded:
            continue
        last = last_day(calendar, question, date)
        at = min(start, day(last + dt.timedelta(days=1), zone).midnight)
        found.append(Duty("settle", at if at > made_at else start, question.id, question.if_missing))
        reminded_on = day(calendar.working_days_before(last, REMINDER_WORKING_DAYS)[-1], zone)
        reminder = reminded_on.moment(reminded_on.cell_at(REMINDER_TIME))
        if reminder > made_at:
            found.append(Duty("remind", reminder, question.id, ""))
    return sorted(found, key=lambda duty: (duty.at, duty.kind))


def next_duty_at(found: Iterable[Duty], now: dt.datetime) -> dt.datetime | None:
    """The next time at which a document is due; None when there is none."""
    return min((duty.at for duty in found if duty.at > now), default=None)
