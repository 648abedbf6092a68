"""Messages to look at: every kind in every language, on a resident who does not exist."""

from __future__ import annotations

from typing import Any

from loket_contracts.errors import Refusal

from .channels.contract import NotSent, Outgoing
from .composing.calendar import calendar_entry
from .composing.mail import compose, page_of
from .composing.phrases import LANGUAGES
from .composing.sample import sample_card
from .domain.kinds import EMAIL, KINDS
from .domain.segments import cut, plain
from .sending import Needs


def preview(needs: Needs, municipality: str, kind: str, language: str) -> dict[str, Any]:
    """The message as it would leave. Raises Refusal: unknown-message-kind."""
    _check(kind, language)
    composed = compose(
        kind, sample_card(kind, language, municipality), needs.public_url, needs.plans.of(municipality).texts
    )
    sms = plain(composed.sms)
    size = cut(sms)
    return {
        "subject": composed.subject,
        "text": composed.text,
        "html": composed.html,
        "sms": sms,
        "encoding": size.encoding if sms else "",
        "segments": size.segments if sms else 0,
    }


def send_test(needs: Needs, municipality: str, kind: str, language: str, channel: str, to: str) -> dict[str, Any]:
    """Send the preview to an address of the operator's. Raises Refusal: unknown-message-kind, not-sent."""
    shown = preview(needs, municipality, kind, language)
    card = sample_card(kind, language, municipality)
    now = needs.now()
    plan = needs.plans.of(municipality)
    identifier = f"test:{now:%Y%m%d%H%M%S}:{kind}:{channel}"
    if channel == EMAIL:
        method, entry = "", b""
        if KINDS[kind].calendar:
            method, entry = calendar_entry(card, "sample", page_of(card, needs.public_url), now)
        outgoing = Outgoing(
            identifier, to, shown["text"], now, sender=card.municipality, to_name=card.name, subject=shown["subject"],
            html=shown["html"], calendar=entry, calendar_method=method,
        )  # fmt: skip
    else:
        outgoing = Outgoing(identifier, to, shown["sms"], now, sender=plan.sender)
    try:
        provider, identifier_there = needs.providers.send(channel, outgoing)
    except NotSent as error:
        raise Refusal("not-sent", {"reason": error.reason}) from error
    return {"provider": provider, "id": identifier_there}


def _check(kind: str, language: str) -> None:
    if kind not in KINDS or language not in LANGUAGES:
        kinds, languages = ", ".join(sorted(KINDS)), ", ".join(LANGUAGES)
        raise Refusal("unknown-message-kind", {"kinds": kinds, "languages": languages})
