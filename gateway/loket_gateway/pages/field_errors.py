"""What is wrong with a form, by field, in the words of its page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.answers import QuestionEntry, RefusedForm

from ..i18n import language
from . import words

#: prefixes of the fields of questions with a text or a choice, and with a file
ANSWER, FILE = "answer-", "file-"
CHOOSE = "Choose one of the answers."


def wrong_fields(refusal: Refusal, field: Callable[[str], str]) -> dict[str, str]:
    """Return what is wrong by field, in English. `field`: the id of a field, by its pointer.

    Raises any refusal that is not about fields.
    """
    if refusal.code != "invalid-request" or not refusal.errors:
        raise refusal
    return {field(error["pointer"]): beside_field(error["detail"]) for error in refusal.errors}


def wrong_answers(refusal: Refusal, questions: Iterable[QuestionEntry]) -> dict[str, str]:
    """As `wrong_fields`, of a form with the intake questions."""
    choices = {ANSWER + each["id"] for each in questions if each["kind"] == "choice"}
    wrong = wrong_fields(refusal, lambda pointer: ANSWER + pointer.split("/")[2])
    return {name: CHOOSE if name in choices else detail for name, detail in wrong.items()}


def beside_field(detail: str) -> str:
    """Return the sentence beside a field, in English."""
    return language.reworded(detail, words.FIELD_ERRORS)


def wrong_file(refusal: Refusal) -> str:
    """Return the sentence beside the field of a file, in English. Raises any refusal that is not about the file."""
    if refusal.code != "file-not-accepted":
        raise refusal
    return beside_field(refusal.params["reason"])


def in_language(form: RefusedForm | None, lang: str) -> tuple[Mapping[str, str], dict[str, str]]:
    """Return what was typed, and what is wrong in a language."""
    if form is None:
        return {}, {}
    return form["typed"], {name: language.detail(text, lang) for name, text in form["wrong"].items()}
