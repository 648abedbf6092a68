"""When a planned message is obsolete."""

from __future__ import annotations

import datetime as dt

from .card import ContactCard
from .kinds import KINDS
from .planning import PlannedMessage


def obsolete_reason(message: PlannedMessage, card: ContactCard, now: dt.datetime) -> str | None:
    """The reason why the message is no longer needed, or None. `card`: the current contact card."""
    kind = KINDS[message.kind]
    if now >= message.until:
        return "it came too late"
    if card.state != kind.state or (kind.condition == "moment" and card.start != message.start):
        return "the appointment has changed since"
    if kind.condition == "offer" and (card.offer is None or card.offer.expires <= now):
        return "the offer stands no more"
    if kind.condition == "request" and not card.asked:
        return "it was answered already"
    if kind.condition == "documents" and not card.missing:
        return "the documents are there already"
    if kind.name == "bring" and not card.bring:
        return "there is nothing to bring"
    return None
