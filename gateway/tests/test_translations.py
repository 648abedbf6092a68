"""Every text has a translation, and every error an HTTP status."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from loket_contracts.error_codes import ERRORS
from loket_contracts.errors import Refusal
from loket_gateway.api import open_data
from loket_gateway.http import problems
from loket_gateway.i18n import figure_names, language
from loket_gateway.pages import words
from loket_gateway.pages.desk.forms import kinds
from loket_gateway.pages.installation import first_configuration

PACKAGE = Path(language.__file__).parents[1]
TEMPLATES = sorted((PACKAGE / "pages" / "templates").glob("**/*.html"))
#: a text in a template, which may be written as several literals in a row
SAID = re.compile(r"""\b_\(\s*((?:(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*)+)""")
#: a text in the code of a page
TRANSLATED = re.compile(r"""translate\(\s*("(?:[^"\\]|\\.)*")""")
#: what residents, portals and providers alone can meet, and what pages of the desk show in another way
NOT_AT_THE_DESK = {
    "address-too-long", "already-on-waiting-list", "body-too-slow", "code-used-up", "confirmation-over",
    "feedback-given", "file-not-accepted", "hold-not-found", "internal-error", "invalid-configuration",
    "invitation-not-valid", "login-needed",
    "login-refused", "malformed-json", "method-not-allowed", "name-taken", "no-offer", "no-such-version",
    "not-on-waiting-list", "password-change-needed", "reauthentication-needed", "receipt-not-signed",
    "removal-not-confirmed", "second-factor-needed", "token-needed",
    "too-many-appointments", "too-many-bookings", "too-many-codes", "too-many-holds", "too-many-webhooks",
    "unknown-message-kind",
    "unknown-municipality", "unknown-provider", "unsupported-media-type", "webhook-target-refused", "work-needed",
    "wrong-code",
}  # fmt: skip
#: what is filled in
PLACE = re.compile(r"{\w*}")


def translations(spoken):
    with (PACKAGE / "i18n" / "locale" / f"{spoken}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def texts():
    found = {ast.literal_eval(f"({match})") for template in TEMPLATES for match in SAID.findall(template.read_text())}
    found |= figure_names.texts() | words.texts() | set(open_data.ABOUT) | set(kinds.texts())
    found |= set(first_configuration.texts())
    found |= {
        match[1:-1]
        for file in sorted((PACKAGE / "pages").glob("**/*.py"))
        for match in TRANSLATED.findall(file.read_text())
    }
    return found | {error.title for error in ERRORS.values()} | {error.detail for error in ERRORS.values()}


#: a text in a template with the name of the municipality in it
WITH_NAME_OF_MUNICIPALITY = re.compile(SAID.pattern + r",[^()]*?(\w+)=municipality\.name\b")


@pytest.mark.parametrize("spoken", ["en", "nl", "fr", "de"])
def test_the_name_of_a_municipality_is_in_no_running_sentence(spoken):
    """Languages give it an article or a case ("la Commune de Rumst"), which follows from no configuration."""
    found = [each for file in TEMPLATES for each in WITH_NAME_OF_MUNICIPALITY.findall(file.read_text())]
    assert len(found) >= 5, "the pattern still finds the texts"
    for literal, placeholder in found:
        said = language.translate(ast.literal_eval(f"({literal})"), spoken)
        assert re.search(rf"(^|: ){{{placeholder}}}(\s?:|\.$|$)", said), said


@pytest.mark.parametrize("spoken", ["nl", "fr", "de"])
def test_every_text_is_translated_and_no_translation_is_unused(spoken):
    entries = translations(spoken)
    assert texts() - set(entries) == set()
    assert {text for text, translation in entries.items() if not translation} == set()


@pytest.mark.parametrize("spoken", ["nl", "fr", "de"])
def test_a_translation_has_the_placeholders_of_its_source(spoken):
    for text, translation in translations(spoken).items():
        assert sorted(PLACE.findall(text)) == sorted(PLACE.findall(translation)), text


def test_every_error_code_has_an_http_status():
    assert set(problems.STATUS) == set(ERRORS)


def test_every_refusal_at_the_desk_has_its_own_sentence():
    assert set(ERRORS) - set(words.REFUSED) == NOT_AT_THE_DESK


@pytest.mark.parametrize("code", ERRORS)
def test_every_problem_sentence_can_be_rendered_with_the_parameters_of_its_refusal(code):
    params = dict.fromkeys(re.findall(r"{(\w+)}", ERRORS[code].detail), "x")
    for spoken in language.LANGUAGES:
        assert "{" not in problems.sentence(Refusal(code, params), spoken)


def test_a_text_without_a_translation_is_shown_in_dutch():
    assert language.pick({"nl": "ja"}, "fr") == "ja"
    assert language.pick({}, "fr") == ""


def test_one_translation_covers_a_sentence_with_any_numbers():
    wrong = "Must be greater than or equal to 5 and less than or equal to 480."
    assert language.detail(wrong, "nl") == "Geef een getal van 5 tot 480."
    assert language.detail("Unknown field.", "nl") != "Unknown field."
    assert language.detail("Route 66 {} is {closed}.", "nl") == "Route 66 {} is {closed}."
    assert language.detail("Give a day from 2000-01-01 up to 2199-12-31, as YYYY-MM-DD.", "fr").endswith("AAAA-MM-JJ.")


def test_one_translation_covers_a_sentence_with_any_list():
    assert language.detail("Must be one of: 30 days, a year.", "nl") == "Kies een van deze: 30 days, a year."
    assert language.detail("Not YAML: could not find expected ':'.", "nl") == (
        "Dit is geen YAML: could not find expected ':'."
    )


def test_the_reason_of_a_refusal_is_in_the_language_of_the_refusal():
    too_large = Refusal("file-not-accepted", {"reason": "it is larger than 5 MB"})
    assert problems.sentence(too_large, "nl") == "Het bestand werd niet aangenomen: het is groter dan 5 MB."


def test_dates_are_written_in_words():
    assert language.day("2026-11-30T09:00:00+01:00", "nl") == "maandag 30 november 2026"
    assert language.day("2026-11-30T09:00:00+01:00", "fr") == "lundi 30 novembre 2026"
