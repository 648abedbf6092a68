"""Send an example of a message to an address of the operator's own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.answers import Catalogue
from loket_contracts.rpc.notification.answers import SentTest

from ..channels.base import NotSent
from ..composing.sample import language_of, sample_card
from ..context import Context
from ..domain.kinds import require_kind
from . import render


@dataclass(frozen=True)
class Trial:
    """A message about no appointment, for tests and previews."""

    kind: str
    channel: str
    at: dt.datetime
    appointment: str = "sample"
    #: that of the sample card
    sequence: int = 2

    @property
    def id(self) -> str:
        return f"test:{self.at:%Y%m%d%H%M%S}:{self.kind}:{self.channel}"


def send_test(
    context: Context, municipality: str, kind: str, language: str | None, channel: str, to: str,
    about: Catalogue | None = None,
) -> SentTest:  # fmt: skip
    """Send the preview to an address of the operator's. Raises Refusal: unknown-message-kind, not-sent."""
    language = language_of(language, about)
    require_kind(kind, language)
    now, card = context.now(), sample_card(kind, language, about)
    trial = Trial(kind, channel, now)
    ready = render.make(trial, card, to, context.plans.of(municipality), context.public_url, now)
    try:
        provider, identifier = context.providers.send(channel, ready)
    except NotSent as error:
        raise Refusal("not-sent", {"reason": error.reason}) from error
    return {"provider": provider, "id": identifier}
