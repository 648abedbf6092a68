"""Texts for residents contain no phrase that docs/words.md forbids, and follow the typography of their language."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
SECTIONS = {"nl": "Dutch (nl-BE)", "fr": "French", "de": "German", "en": "English"}
NBSP = "\u00a0"


def forbidden(language: str) -> list[str]:
    """The first column of the table of this language."""
    text = (ROOT / "docs/words.md").read_text(encoding="utf-8")
    section = text.split(f"## {SECTIONS[language]}\n")[1].split("\n## ")[0]
    return [row.split("|")[1].strip() for row in section.splitlines() if row.startswith("| ")][2:]


def catalogue(language: str) -> list[str]:
    """The texts of the pages. The source texts are English."""
    with (ROOT / f"gateway/loket_gateway/i18n/locale/{'nl' if language == 'en' else language}.po").open("rb") as file:
        entries = [entry for entry in read_po(file) if entry.id]
    return [str(entry.id if language == "en" else entry.string) for entry in entries]


def messages(language: str) -> list[str]:
    """The texts of messages, without those of an SMS, whose alphabet has no non-breaking space."""
    file = ROOT / f"services/notification/loket_notification/templates/{language}.yaml"
    return list(_texts(yaml.safe_load(file.read_text(encoding="utf-8"))))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from () if name == "sms" else _texts(part)
    else:
        yield str(value)


@pytest.mark.parametrize("language", SECTIONS)
def test_no_text_contains_a_forbidden_phrase(language: str):
    phrases = forbidden(language)
    assert len(phrases) > 3
    found = [
        (phrase, text)
        for text in catalogue(language) + messages(language)
        for phrase in phrases
        if re.search(rf"\b{re.escape(phrase)}\b", text, re.IGNORECASE)
    ]
    assert found == []


def test_french_has_a_non_breaking_space_before_double_punctuation():
    texts = [text for text in catalogue("fr") + messages("fr") if not re.search("`|data:", text)]
    assert [text for text in texts if re.search(rf"[^{NBSP}\s?!.…][?!:;](\s|$)|[ ][?!:;]", text)] == []


def test_german_writes_uhr_after_a_time():
    texts = catalogue("de") + messages("de")
    assert [text for text in texts if re.search(r"\bum (\{time\}|\{\{ \w*time \}\})(?! Uhr)", text)] == []
