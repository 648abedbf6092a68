"""What must be known before a visit: the answers to its intake questions, its documents, and where to ring."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from loket_contracts.errors import Refusal

from .catalogue import Question
from .grid import day, local_date
from .opening_hours import Calendar
from .visit import Visit

#: so many working days before documents must be there, the resident is reminded of them
NUDGE_WORKING_DAYS = 2
NUDGE_AT = dt.time(9)


def check(
    visit: Visit, contact: Mapping[str, str | None], answers: Mapping[str, str], later: bool = False
) -> dict[str, str]:
    """The answers, trimmed, without the empty ones and those that their conditions make superfluous.

    `later`: those that are missing are asked for later.

    Raises Refusal: invalid-request, pointing at each answer that is missing, not asked for or not a choice, and at the
    telephone number when the visit is a telephone call and there is none.
    """
    given, wrong = _read(visit, answers)
    errors = wrong_with(visit, contact) + wrong
    for name in () if later else unanswered(visit, given):
        errors.append({"pointer": f"/answers/{name}", "detail": "This question needs an answer."})
    if errors:
        raise Refusal("invalid-request", errors=errors)
    asked = {question.id for question in _asked(visit, given)}
    return {name: text for name, text in given.items() if name in asked}


def wrong_with(visit: Visit, contact: Mapping[str, str | None]) -> list[dict[str, str]]:
    """What is missing to reach this person for this visit, with a pointer."""
    if visit.location.channel == "phone" and not contact.get("phone"):
        return [{"pointer": "/contact/phone", "detail": "We ring you, so we need your number."}]
    return []


def check_answers(visit: Visit, answers: Mapping[str, str], later: bool = False) -> dict[str, str]:
    """As `check`, when who comes is asked elsewhere. Raises Refusal: invalid-request."""
    return check(visit, {"phone": "asked elsewhere"}, answers, later)


def mend(visit: Visit, before: Mapping[str, str], answers: Mapping[str, str], later: bool = False) -> dict[str, str]:
    """The answers as they are after some were given anew. An empty one takes back what was said, if it may.

    `later`: as in `check`.

    Raises Refusal: invalid-request.
    """
    kept = {name: text for name, text in before.items() if name not in answers}
    return check_answers(visit, {**kept, **answers}, later)


def unanswered(visit: Visit, answers: Mapping[str, str]) -> list[str]:
    """The required questions, other than documents, that have no answer yet."""
    return [
        question.id
        for question in _asked(visit, answers)
        if question.required and question.kind != "file" and question.id not in answers
    ]


def _read(visit: Visit, answers: Mapping[str, str]) -> tuple[dict[str, str], list[dict[str, str]]]:
    questions = _questions(visit)
    given = {name: text.strip() for name, text in answers.items() if text.strip()}
    wrong = []
    for name in answers:
        question = questions.get(name)
        if question is None or question.kind == "file":
            wrong.append((name, "This question is not asked for this appointment."))
        elif name in given and question.kind == "choice" and given[name] not in question.choices:
            wrong.append((name, f"Must be one of: {', '.join(question.choices)}."))
    return given, [{"pointer": f"/answers/{name}", "detail": detail} for name, detail in wrong]


def _questions(visit: Visit) -> dict[str, Question]:
    return {question.id: question for kind in visit.types for question in kind.questions}


def _asked(visit: Visit, answers: Mapping[str, str]) -> list[Question]:
    return [question for question in _questions(visit).values() if question.is_asked(answers)]


def asks_for_file(visit: Visit, question: str) -> bool:
    found = _questions(visit).get(question)
    return found is not None and found.kind == "file"


@dataclass(frozen=True)
class Duty:
    """What is due before a visit, and when: `kind` is remind or settle, `consequence` what follows if it is missing."""

    kind: str
    at: dt.datetime
    question: str
    consequence: str


def duties(
    calendar: Calendar, visit: Visit, start: dt.datetime, made_at: dt.datetime, answers: Mapping[str, str],
    files: Iterable[str],
) -> list[Duty]:  # fmt: skip
    """The documents that are not there yet, each with the moment of the reminder and of the consequence; soonest first.

    A document must be there at the end of the working day that lies `due_working_days` before the visit (0: at its
    start). Who books (`made_at`) so late that the reminder lies behind is not reminded, and has until the start.
    `files`: the questions for which a file is there.
    """
    there = set(files)
    zone = visit.location.time_zone
    date = local_date(start, zone)
    found = []
    for question in _asked(visit, answers):
        if question.kind != "file" or not question.required or question.id in there:
            continue
        due = question.due_working_days
        last_day = calendar.working_days_before(date, due)[-1] if due else date
        at = min(start, day(last_day + dt.timedelta(days=1), zone).midnight)
        found.append(Duty("settle", at if at > made_at else start, question.id, question.if_missing))
        reminded_on = day(calendar.working_days_before(last_day, NUDGE_WORKING_DAYS)[-1], zone)
        reminder = reminded_on.moment(reminded_on.cell_at(NUDGE_AT))
        if reminder > made_at:
            found.append(Duty("remind", reminder, question.id, ""))
    return sorted(found, key=lambda duty: (duty.at, duty.kind))


def next_moment(found: Iterable[Duty], now: dt.datetime) -> dt.datetime | None:
    """When something is due next, if anything is."""
    return min((duty.at for duty in found if duty.at > now), default=None)
