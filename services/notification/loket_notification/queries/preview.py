"""Messages to look at: every kind in every language, on a resident who does not exist."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from loket_contracts.errors import Refusal
from loket_contracts.languages import DEFAULT_LANGUAGE, LANGUAGES

from ..channels.base import NotSent
from ..commands import render
from ..commands.send import Needs
from ..composing.mail import compose
from ..composing.phrases import Texts
from ..composing.sample import sample_card
from ..domain.kinds import KINDS
from ..domain.segments import cut, plain


def preview(
    needs: Needs, municipality: str, kind: str, language: str | None, texts: Texts | None = None,
    about: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The message as it would leave, in the municipality's first language when none is named.

    `texts`: instead of those of the municipality. `about`: its catalogue, from booking; an example when left out.
    Raises Refusal: unknown-message-kind.
    """
    language = _language(language, about)
    require_message(kind, language)
    own = needs.plans.of(municipality).texts if texts is None else texts
    composed = compose(kind, sample_card(kind, language, about), needs.public_url, own)
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


@dataclass(frozen=True)
class Trial:
    """A message about no appointment."""

    kind: str
    channel: str
    at: dt.datetime
    appointment: str = "sample"

    @property
    def id(self) -> str:
        return f"test:{self.at:%Y%m%d%H%M%S}:{self.kind}:{self.channel}"


def send_test(
    needs: Needs, municipality: str, kind: str, language: str | None, channel: str, to: str,
    about: Mapping[str, Any] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Send the preview to an address of the operator's. Raises Refusal: unknown-message-kind, not-sent."""
    language = _language(language, about)
    require_message(kind, language)
    now, card = needs.now(), sample_card(kind, language, about)
    trial = Trial(kind, channel, now)
    ready = render.make(trial, card, to, needs.plans.of(municipality), needs.public_url, now)
    try:
        provider, identifier = needs.providers.send(channel, ready)
    except NotSent as error:
        raise Refusal("not-sent", {"reason": error.reason}) from error
    return {"provider": provider, "id": identifier}


def _language(asked: str | None, about: Mapping[str, Any] | None) -> str:
    return asked or (about["municipality"]["languages"][0] if about else DEFAULT_LANGUAGE)


def require_message(kind: str, language: str) -> None:
    """Raises Refusal: unknown-message-kind."""
    if kind not in KINDS or language not in LANGUAGES:
        kinds, languages = ", ".join(sorted(KINDS)), ", ".join(LANGUAGES)
        raise Refusal("unknown-message-kind", {"kinds": kinds, "languages": languages})
