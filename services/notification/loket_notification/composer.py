"""Makes the text of a message: words of its language in one of the two layouts. An unknown placeholder is an error."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from babel.dates import format_date, format_time
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from .messages import ContactCard

LANGUAGES = ("nl", "fr", "de", "en")
LOCALES = {"nl": "nl_BE", "fr": "fr_BE", "de": "de_BE", "en": "en_GB"}
TEMPLATES = ("confirmation", "reschedule", "cancellation", "request", "documents", "offer")


@dataclass(frozen=True)
class Composed:
    """A message ready for a channel."""

    subject: str
    text: str
    html: str


_layouts = Environment(
    loader=PackageLoader("loket_notification", "templates"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(["html.j2"]),
    keep_trailing_newline=True,
)
_phrases = Environment(undefined=StrictUndefined, autoescape=False)


@cache
def words_of(language: str) -> Mapping[str, Any]:
    """The phrases of a language."""
    source = resources.files("loket_notification.templates").joinpath(f"{language}.yaml").read_text(encoding="utf-8")
    words: Mapping[str, Any] = yaml.safe_load(source)
    return words


def compose(template: str, card: ContactCard, public_url: str, municipality: str) -> Composed:
    """The message `template` for the person on the card, in their language, in the location's time zone."""
    words = words_of(card.language)
    upcoming = card.state == "booked"
    base = f"{public_url.rstrip('/')}/{municipality}/"
    context = {
        "card": card,
        "day": _day(card, card.start),
        "time": _time(card, card.start),
        "time_until": _time(card, card.end),
        "upcoming": upcoming,
        "link": f"{base}afspraak/{card.link_token}" if upcoming else base,
        "link_text": words["manage"] if upcoming else words["again"],
    }
    if card.offer is not None:
        context |= {
            "offer_day": _day(card, card.offer.start),
            "offer_time": _time(card, card.offer.start),
            "offer_until_day": _day(card, card.offer.expires),
            "offer_until": _time(card, card.offer.expires),
        }
    message = {name: _fill(phrase, context) for name, phrase in words[template].items()}
    context |= {
        "message": message,
        "subject": message["subject"],
        "words": {**words, "greeting": _fill(words["greeting"], context)},
    }
    return Composed(
        subject=message["subject"],
        text=_layouts.get_template("mail.txt.j2").render(context),
        html=_layouts.get_template("mail.html.j2").render(context),
    )


def _fill(phrase: str, context: Mapping[str, Any]) -> str:
    return _phrase(phrase).render(context)


@cache
def _phrase(phrase: str) -> Template:
    return _phrases.from_string(phrase)


def _day(card: ContactCard, moment: dt.datetime) -> str:
    return format_date(moment.astimezone(ZoneInfo(card.time_zone)).date(), "full", locale=LOCALES[card.language])


def _time(card: ContactCard, moment: dt.datetime) -> str:
    return format_time(moment.astimezone(ZoneInfo(card.time_zone)).time(), "short", locale=LOCALES[card.language])
