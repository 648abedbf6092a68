"""What must be known before a visit: the answers to its intake questions, and where to ring."""

from __future__ import annotations

from collections.abc import Mapping

from loket_contracts.errors import Refusal

from .visit import Visit


def check(visit: Visit, contact: Mapping[str, str | None], answers: Mapping[str, str]) -> dict[str, str]:
    """The answers, trimmed, without the empty ones.

    Raises Refusal: invalid-request, pointing at each answer that is missing, not asked for or not a choice, and at the
    telephone number when the visit is a telephone call and there is none.
    """
    questions = {question.id: question for kind in visit.types for question in kind.questions}
    given = {name: text.strip() for name, text in answers.items() if text.strip()}
    errors = [
        {"pointer": f"/answers/{name}", "detail": "This question is not asked for this appointment."}
        for name in answers
        if name not in questions
    ]
    if visit.location.channel == "phone" and not contact.get("phone"):
        errors.append({"pointer": "/contact/phone", "detail": "We ring you, so we need your number."})
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
