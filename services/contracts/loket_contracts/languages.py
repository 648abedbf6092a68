"""The languages that Loket speaks, and the choice of a text among them.

This is the only list: a further language is an entry here, a `gateway/loket_gateway/i18n/locale/*.po` and a
`services/notification/loket_notification/templates/*.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Text = Mapping[str, str]
"""One text in several languages, by language code. Booking lists the languages of the municipality in its order."""

#: by language code (ISO 639-1): what the language calls itself, and the locale for dates and numbers (CLDR)
NAMES = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}
LOCALES = {"nl": "nl_BE", "fr": "fr_BE", "de": "de_BE", "en": "en_GB"}
LANGUAGES = tuple(NAMES)
#: the language when there is no municipality and no requested language
DEFAULT_LANGUAGE = LANGUAGES[0]


def pick(text: Text | None, language: str) -> str:
    """The text in this language, else in the first language that it has: the municipality's default comes first."""
    if not text:
        return ""
    return text.get(language) or next(iter(text.values()))


def in_order(text: Text, languages: Sequence[str]) -> dict[str, str]:
    """The same text with these languages first, in their order."""
    known = {language: text[language] for language in languages if language in text}
    return {**known, **text}


def spoken(asked: str | None, languages: Sequence[str]) -> str:
    """The language that was asked for, if it is one of these, else the first of them."""
    return asked if asked is not None and asked in languages else languages[0]
