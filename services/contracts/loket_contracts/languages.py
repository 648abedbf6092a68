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
_ISO_639_1 = """
aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el
en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu
ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na
nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so
sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
#: the languages that a specialist can speak with residents: the codes of ISO 639-1
SPOKEN_LANGUAGES = tuple(_ISO_639_1.split())


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
