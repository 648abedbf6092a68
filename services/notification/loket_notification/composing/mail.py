"""What a message says: subject, plain text, HTML, and the text of an SMS."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from loket_contracts.languages import LOCALES

from ..domain.card import ContactCard
from ..domain.kinds import KINDS, Kind
from .phrases import Texts, fill, phrases_of, words_of

_layouts = Environment(
    loader=PackageLoader("loket_notification", "templates"),
    undefined=StrictUndefined,
    autoescape=select_autoescape(["html.j2"]),
    keep_trailing_newline=True,
)


@dataclass(frozen=True)
class Composed:
    """A message ready for any channel. `sms` is empty when the kind has no SMS."""

    subject: str
    text: str
    html: str
    sms: str
    unsubscribe: str = ""


def page_of(card: ContactCard, public_url: str) -> str:
    """The URL of the page of the appointment, which contains its token."""
    return f"{public_url.rstrip('/')}/{card.municipality_id}/afspraak/{card.link_token}"


def compose(name: str, card: ContactCard, public_url: str, own: Texts) -> Composed:
    """The message of this kind for the person on the card. Raises jinja2.TemplateError."""
    kind = KINDS[name]
    words = words_of(card.language)
    context = {"card": card, "due": _due(card), **_moments(card), **_link(kind, card, public_url)}
    context["words"] = {**words, "greeting": fill(words[_greeting(kind)], context)}
    context["inviter"] = card.plain_name or words["someone"]
    context["meeting"] = words["meeting"][how] if (how := _how_they_meet(card)) else ""
    said = {part: fill(phrase, context) for part, phrase in phrases_of(name, card.language, own).items()}
    context |= {"message": said, "subject": said["subject"]}
    return Composed(
        subject=said["subject"],
        text=_layouts.get_template("mail.txt.j2").render(context),
        html=_layouts.get_template("mail.html.j2").render(context),
        sms=said.get("sms", ""),
        unsubscribe=context["unsubscribe"],
    )


def _greeting(kind: Kind) -> str:
    """Return the key of the greeting. A stranger may have typed anything as the name, so a code is sent without it."""
    if kind.is_code:
        return "greeting_stranger"
    return {"resident": "greeting", "companion": "greeting_stranger"}.get(kind.to, "greeting_team")


def _how_they_meet(card: ContactCard) -> str:
    """Return the phrase that says how the resident is reached; empty for a visit at a location or on site."""
    if card.channel == "video":
        return "video" if card.meeting_url else "no_video"
    if card.channel == "phone":
        return "phone" if card.phone else "no_phone"
    return ""


def _link(kind: Kind, card: ContactCard, public_url: str) -> dict[str, Any]:
    """Where the message leads to. Others are led nowhere: the page of an appointment is its resident's."""
    words, page = words_of(card.language), page_of(card, public_url)
    upcoming = card.state == "booked"
    if kind.to != "resident":
        return {"upcoming": upcoming, "link": "", "link_text": "", "unsubscribe": ""}
    if kind.is_code and card.confirmation is not None:
        here, confirmation = f"{public_url.rstrip('/')}/{card.municipality_id}", card.confirmation
        link, text = f"{here}/bevestigen/{confirmation.booking}/{confirmation.token}", words["confirm"]
    elif kind.name == "thanks":
        link, text = page, words["rate"]
    elif kind.condition in ("request", "documents"):
        link, text = page, words["answer"]
    elif upcoming:
        link, text = page, words["manage"]
    else:
        link, text = f"{public_url.rstrip('/')}/{card.municipality_id}/", words["again"]
    return {
        "upcoming": upcoming,
        "link": link,
        "link_text": text,
        "unsubscribe": "" if kind.necessary else _unsubscribe(card, page),
    }


def _due(card: ContactCard) -> list[tuple[str, str]]:
    """Return the documents that are missing, each with its last day."""
    locale = LOCALES[card.language]
    return [
        (name, format_date(day, "full", locale=locale)) for name, day in zip(card.missing, card.due, strict=False)
    ]  # fmt: skip


def _unsubscribe(card: ContactCard, page: str) -> str:
    proof = f"?proof={card.unsubscribe_proof}" if card.unsubscribe_proof else ""
    return f"{page}/berichten{proof}"


def _moments(card: ContactCard) -> dict[str, str]:
    moments = {
        "day": _day(card, card.start),
        "short_day": _short_day(card, card.start),
        "time": _time(card, card.start),
        "time_until": _time(card, card.end),
    }
    if card.confirmation is not None:
        moments |= {"code": card.confirmation.code, "confirm_until": _time(card, card.confirmation.expires)}
    if card.offer is not None:
        moments |= {
            "offer_day": _day(card, card.offer.start),
            "offer_short_day": _short_day(card, card.offer.start),
            "offer_time": _time(card, card.offer.start),
            "offer_until_day": _day(card, card.offer.expires),
            "offer_until": _time(card, card.offer.expires),
        }
    return moments


def _local(card: ContactCard, moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(ZoneInfo(card.time_zone))


def _day(card: ContactCard, moment: dt.datetime) -> str:
    return format_date(_local(card, moment).date(), "full", locale=LOCALES[card.language])


def _short_day(card: ContactCard, moment: dt.datetime) -> str:
    day = dt.datetime.combine(_local(card, moment).date(), dt.time())
    return format_skeleton("MMMEd", day, locale=LOCALES[card.language])


def _time(card: ContactCard, moment: dt.datetime) -> str:
    return format_time(_local(card, moment).time(), "short", locale=LOCALES[card.language])
