"""The language of a response, and translations.

Responses about a municipality are in one of its languages; other pages in any language of Loket. The source texts are
English; `locale/<language>.po` has the translations (GNU gettext, loaded with Babel).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources
from io import BytesIO
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_day_names
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.wrappers import Request

from loket_contracts.languages import LANGUAGES, LOCALES, NAMES, pick, spoken

#: fields of the catalogue that hold a text per language
TEXTS = frozenset({"name", "description", "category", "directions", "label", "hint", "text", "law"})
LISTS_OF_TEXTS = frozenset({"bring", "keywords", "recipients", "gaps", "burdens", "exempt"})
_DIFFERING = re.compile(r"(?<=: ).+(?=\.$)|\d+(?:[.-]\d+)*")


def of(request: Request, asked: str | None = None) -> str:
    """Return the language to respond in, one of the municipality's.

    `asked` or `?lang=` comes first (the default if the municipality does not have it), then Accept-Language (RFC 9110,
    12.5.4), then the default.
    """
    explicit, languages = asked or request.args.get("lang"), offered(request)
    if explicit:
        return spoken(explicit, languages)
    return _accepted(request.headers.get("Accept-Language", ""), tuple(languages))


def offered(request: Request) -> Sequence[str]:
    """Return the languages in which this request can be answered, the default first."""
    found: Sequence[str] = getattr(request, "languages", LANGUAGES)  # a GatewayRequest knows its municipality's
    return found


@lru_cache(maxsize=256)
def _accepted(header: str, languages: tuple[str, ...]) -> str:
    return parse_accept_header(header, LanguageAccept).best_match(languages, languages[0]) or languages[0]


def names(request: Request) -> dict[str, str]:
    """Return the languages in which this can be read: code to own name."""
    return {code: NAMES[code] for code in offered(request)}


@cache
def catalogue(language: str) -> Translations:
    """Load the translations into one language."""
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
    """Translate what is wrong with a field. One translation serves all sentences of one shape."""
    said = translate(text, language)
    if said != text:
        return said
    unfilled = shape(text)
    found = translate(unfilled, language)
    return found.format(*_DIFFERING.findall(text)) if found != unfilled else text


def details(errors: Iterable[Mapping[str, str]], language: str) -> list[dict[str, str]]:
    """Translate the errors of a refusal."""
    return [{**each, "detail": detail(each["detail"], language)} for each in errors]


def reworded(text: str, table: Mapping[str, str]) -> str:
    """Return the sentence that `table` has for a sentence of this shape, with the same numbers; else the sentence."""
    found = table.get(shape(text))
    return text if found is None else found.format(*_DIFFERING.findall(text))


def shape(text: str) -> str:
    """Replace numbers, and the list after a colon, by {}."""
    return _DIFFERING.sub("{}", text)


def localised(value: Any, language: str) -> Any:
    """Return a document of booking with each text in one language, else in the first one that it has."""
    if isinstance(value, list):
        return [localised(each, language) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _text(part, language)
        if name in TEXTS
        else [_text(text, language) for text in part]
        if name in LISTS_OF_TEXTS
        else localised(part, language)
        for name, part in value.items()
    }


def _text(text: Any, language: str) -> str:
    """Names of people and files are plain strings."""
    return pick(text, language) if isinstance(text, dict) else str(text or "")


def day(moment: str | dt.date, language: str, form: str = "full") -> str:
    """Format a date. `moment`: RFC 3339 with the offset of the location, or a date."""
    date = moment if isinstance(moment, dt.date) else dt.datetime.fromisoformat(moment).date()
    return format_date(date, form, locale=LOCALES[language])


def moment(text: str, language: str) -> str:
    """Format a date and time. `text`: RFC 3339 with the offset of the location; anything else is returned as it is."""
    try:
        time = dt.datetime.fromisoformat(text).time()
    except ValueError:
        return text
    return f"{day(text, language)}, {format_time(time, 'short', locale=LOCALES[language])}"


def weekdays(language: str, width: Literal["wide", "abbreviated"] = "wide") -> list[str]:
    """Return the names of weekdays from Monday."""
    names = get_day_names(width, locale=LOCALES[language])
    return [names[day] for day in range(7)]


def country_name(country: str, language: str) -> str:
    """Return the name of a country (ISO 3166-1 alpha-2) in a language."""
    return str(Locale.parse(LOCALES[language]).territories.get(country, country))


def language_name(code: str, language: str) -> str:
    """Return the name of a language (ISO 639-1) in a language."""
    return str(Locale.parse(LOCALES[language]).languages.get(code, code))


def clock(moment: str, language: str, time_zone: str) -> str:
    local = dt.datetime.fromisoformat(moment).astimezone(ZoneInfo(time_zone))
    return format_time(local.time(), "short", locale=LOCALES[language])
