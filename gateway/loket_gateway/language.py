"""In which language to answer, and the words in it.

The source texts are English; `locale/<language>.po` holds the others (GNU gettext, read with Babel at the start).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Request

#: nl-BE first: it is what is spoken when nothing is asked for
LANGUAGES = ("nl", "fr", "de", "en")
LOCALES = {"nl": "nl_BE", "fr": "fr_BE", "de": "de_BE", "en": "en_GB"}
#: fields of the catalogue that hold a text per language
TEXTS = frozenset({"name", "description", "category", "directions", "label", "hint", "text"})
LISTS_OF_TEXTS = frozenset({"bring", "keywords"})
_DIFFERING = re.compile(r"(?<=: ).+(?=\.$)|\d+(?:[.-]\d+)*")


def of(request: Request) -> str:
    """What the caller asked for by `?lang=` or Accept-Language (RFC 9110, 12.5.4), among the four we speak."""
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return str(asked)
    return _among_ours(request.headers.get("Accept-Language", ""))


@lru_cache(maxsize=256)
def _among_ours(accepted: str) -> str:
    return parse_accept_header(accepted, LanguageAccept).best_match(LANGUAGES, "nl") or "nl"


@cache
def catalogue(language: str) -> Translations:
    """The translations into one language."""
    source = resources.files(__package__).joinpath("locale", f"{language}.po")
    if not source.is_file():
        return Translations()
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=LOCALES[language]))
    compiled.seek(0)
    return Translations(compiled)


def translate(text: str, language: str) -> str:
    return catalogue(language).gettext(text) if text else ""


def detail(text: str, language: str) -> str:
    """What is wrong with a field. One translation serves all sentences of one shape."""
    said = translate(text, language)
    if said != text:
        return said
    unfilled = shape(text)
    found = translate(unfilled, language)
    return found.format(*_DIFFERING.findall(text)) if found != unfilled else text


def details(errors: Iterable[Mapping[str, str]], language: str) -> list[dict[str, str]]:
    """The errors of a refusal, each told in a language."""
    return [{**each, "detail": detail(each["detail"], language)} for each in errors]


def shape(text: str) -> str:
    """The sentence with {} for its numbers, and for what it lists after a colon."""
    return _DIFFERING.sub("{}", text)


def pick(text: Any, language: str) -> str:
    """One text of the catalogue in a language, else in Dutch, else in whatever there is."""
    if not isinstance(text, dict):
        return str(text or "")
    return text.get(language) or text.get("nl") or next(iter(text.values()), "")


def localised(value: Any, language: str) -> Any:
    """A document from booking with every text in one language."""
    if isinstance(value, list):
        return [localised(each, language) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: pick(part, language)
        if name in TEXTS
        else [pick(text, language) for text in part]
        if name in LISTS_OF_TEXTS
        else localised(part, language)
        for name, part in value.items()
    }


def day(moment: str | dt.date, language: str, form: str = "full") -> str:
    """A date in words. `moment`: RFC 3339 with the offset of the location, or a date."""
    date = moment if isinstance(moment, dt.date) else dt.datetime.fromisoformat(moment).date()
    return format_date(date, form, locale=LOCALES[language])


def weekdays(language: str, width: Literal["wide", "abbreviated"] = "wide") -> list[str]:
    """Their names from Monday on."""
    names = get_day_names(width, locale=LOCALES[language])
    return [names[day] for day in range(7)]


def clock(moment: str, language: str, time_zone: str) -> str:
    local = dt.datetime.fromisoformat(moment).astimezone(ZoneInfo(time_zone))
    return format_time(local.time(), "short", locale=LOCALES[language])
