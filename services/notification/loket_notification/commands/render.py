"""Render a message for a contact card into what a channel sends."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from ..channels.base import Outgoing
from ..composing.calendar import calendar_entry, companion_entry
from ..composing.mail import compose, page_of
from ..domain.card import ContactCard
from ..domain.kinds import KINDS, SMS, Kind
from ..domain.planning import Plan
from ..domain.segments import plain


class Message(Protocol):
    """A planned or a test message. `id` is the same on every attempt."""

    @property
    def id(self) -> str: ...
    @property
    def appointment(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def sequence(self) -> int: ...


def _to_name(kind: Kind, card: ContactCard, sequence: int) -> str:
    if kind.is_code:
        return ""
    if kind.to == "companion":
        companion = card.companion_of(kind.name, sequence)
        return companion.name if companion else ""
    return card.name if kind.to == "resident" else card.team


def make(message: Message, card: ContactCard, address: str, plan: Plan, public_url: str, now: dt.datetime) -> Outgoing:
    """Render the message with the texts of the plan, for one address. Raises jinja2.TemplateError."""
    kind = KINDS[message.kind]
    composed = compose(kind.name, card, public_url, plan.texts)
    if message.channel == SMS:
        receipts = f"{public_url.rstrip('/')}/receipts/"
        return Outgoing(message.id, address, plain(composed.sms), now, sender=plan.sender, receipts=receipts)
    method, entry = "", b""
    if kind.to == "companion":
        if companion := card.companion_of(kind.name, message.sequence):
            method, entry = companion_entry(card, message.appointment, companion, now)
    elif kind.calendar:
        method, entry = calendar_entry(card, message.appointment, page_of(card, public_url), now)
    return Outgoing(
        message.id, address, composed.text, now,
        sender=card.municipality,
        to_name=_to_name(kind, card, message.sequence),
        subject=composed.subject, html=composed.html,
        calendar=entry, calendar_method=method,
        unsubscribe=composed.unsubscribe,
    )  # fmt: skip
