"""The answers to the intake questions of a visit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loket_contracts.errors import Refusal

from .catalogue import AppointmentType


def check_answers(types: Sequence[AppointmentType], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers, trimmed, without the empty ones.

    Raises Refusal: invalid-request, pointing at each answer that is missing, not asked for or not a choice.
    """
    questions = {question.id: question for kind in types for question in kind.questions}
    given = {name: text.strip() for name, text in answers.items() if text.strip()}
    errors = [
        {"pointer": f"/answers/{name}", "detail": "This question is not asked for this appointment."}
        for name in answers
        if name not in questions
    ]
    for question in questions.values():
        at = f"/answers/{question.id}"
        if question.id not in given:
            if question.required:
                errors.append({"pointer": at, "detail": "This question needs an answer."})
        elif question.kind == "choice" and given[question.id] not in question.choices:
            choices = ", ".join(question.choices)
            errors.append({"pointer": at, "detail": f"Choose one of: {choices}."})
    if errors:
        raise Refusal("invalid-request", errors=errors)
    return given
