"""Calls of new versions, written for booking of the previous release, while services are upgraded one by one.

Each function takes the arguments of a method and returns the earlier method with its arguments by name, as JSON. They
are removed with the next release, together with `entrypoints/deprecated.py` of booking.
"""

from __future__ import annotations

from typing import Any

from ..caller import Caller
from ..message import to_json
from ..method import Call
from .book import BookAppointment, BookForResident
from .changes import AnswerQuestions, RescheduleAppointment
from .commands import CancelAppointment
from .slots import FindSlots


def cancel(municipality: str, identifier: str, command: CancelAppointment, caller: Caller) -> Call:
    body = {"reason": command.reason, "sequence": command.sequence}
    about = {"municipality": municipality, "identifier": identifier, "body": body}
    if caller.kind == "resident":
        return "cancel", {**about, "token": caller.token}
    if caller.kind == "portal":
        return "portal_cancel", {**about, "who": caller.name}
    return "staff_cancel", {**about, **name_and_teams(caller)}


def appointment(municipality: str, identifier: str, caller: Caller) -> Call:
    return _of_resident_or_staff("appointment", "staff_appointment", caller, municipality, identifier=identifier)


def answer_questions(municipality: str, identifier: str, command: AnswerQuestions, caller: Caller) -> Call:
    return _of_resident_or_staff(
        "answer_questions", "staff_answer", caller, municipality, identifier=identifier, body=to_json(command)
    )


def reschedule(municipality: str, identifier: str, command: RescheduleAppointment, caller: Caller) -> Call:
    return _of_resident_or_staff(
        "reschedule", "staff_reschedule", caller, municipality, identifier=identifier, body=to_json(command)
    )


def read_file(municipality: str, identifier: str, file: str, caller: Caller) -> Call:
    return _of_resident_or_staff("read_file", "staff_read_file", caller, municipality, identifier=identifier, file=file)


def free_slots(municipality: str, criteria: FindSlots, caller: Caller | None = None) -> Call:
    name = "staff_slots" if caller is not None and caller.kind == "staff" else "free_slots"
    return name, {"municipality": municipality, "criteria": to_json(criteria)}


def explain(municipality: str, criteria: FindSlots, caller: Caller | None = None) -> Call:
    name = "explain_to_staff" if caller is not None and caller.kind == "staff" else "explain"
    return name, {"municipality": municipality, "criteria": to_json(criteria)}


def book(
    municipality: str, command: BookAppointment, caller: Caller, idempotency_key: str | None = None, notes: str = "",
    answers_later: bool = False,
) -> Call:  # fmt: skip
    about = {"municipality": municipality, "body": to_json(command), "idempotency_key": idempotency_key}
    if caller.kind == "portal":
        return "portal_book", {**about, "who": caller.name, "notes": notes, "answers_later": answers_later}
    return "book", {**about, "client": caller.client}


def book_for_resident(
    municipality: str, command: BookForResident, caller: Caller, idempotency_key: str | None = None
) -> Call:
    about = {"municipality": municipality, "body": to_json(command), "idempotency_key": idempotency_key}
    return "staff_book", {**about, **name_and_teams(caller)}


def _of_resident_or_staff(resident: str, staff: str, caller: Caller, municipality: str, **about: Any) -> Call:
    if caller.kind == "staff":
        return staff, {"municipality": municipality, **about, **name_and_teams(caller)}
    return resident, {"municipality": municipality, **about, "token": caller.token}


def name_and_teams(caller: Caller) -> dict[str, Any]:
    return {"who": caller.name, "teams": caller.teams}
