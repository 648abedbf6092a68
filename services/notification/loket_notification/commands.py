"""What notification does when it hears of an appointment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import structlog

from loket_contracts import events
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal

from .calendar import calendar_entry
from .channels.smtp import AddressRefused, Mail, SmtpChannel
from .composer import compose
from .messages import AppointmentEvent, ContactCard
from .policy import PLAN, PlannedMessage, plan, why_pointless
from .store import Messages

log = structlog.get_logger()


@dataclass(frozen=True)
class Needs:
    """What the use case needs. `contact_card(municipality, appointment)` asks booking."""

    messages: Messages
    email: SmtpChannel
    contact_card: Callable[[str, str], dict[str, Any]]
    announce: Callable[[str, Any, Iterable[Event]], None]
    public_url: str
    now: Callable[[], dt.datetime]


def tell(needs: Needs, event: AppointmentEvent, traceparent: str) -> None:
    """Send the messages that the event asks for, those that were not sent yet.

    Raises whatever keeps a message from leaving for now; the event then comes again.
    """
    for message in plan(event):
        if needs.messages.claim(message, needs.now()):
            try:
                _send(needs, event, message, traceparent)
            except Exception:
                needs.messages.release(message)
                raise


def _send(needs: Needs, event: AppointmentEvent, message: PlannedMessage, traceparent: str) -> None:
    try:
        card = ContactCard.read(needs.contact_card(event.municipality, event.appointment))
    except Refusal as refusal:
        _settle(needs, message, "suppressed", refusal.code)
        return
    pointless = why_pointless(event, card, needs.now())
    if pointless:
        _settle(needs, message, "suppressed", pointless)
        return
    composed = compose(message.template, card, needs.public_url, event.municipality)
    method, entry = "", b""
    if PLAN[event.name].concerns == "moment":
        link = f"{needs.public_url.rstrip('/')}/{event.municipality}/afspraak/{card.link_token}"
        method, entry = calendar_entry(card, event.appointment, link, needs.now())
    mail = Mail(
        to_name=card.name,
        to_address=card.email,
        from_name=card.municipality,
        composed=composed,
        calendar_method=method,
        calendar=entry,
        message_id=f"<{message.id.replace(':', '.')}@loket>",
        date=needs.now(),
    )
    try:
        needs.email.send(mail)
    except AddressRefused as error:
        _settle(needs, message, "failed", str(error), _event("notification.failed", message, needs, traceparent, error))
        return
    _settle(needs, message, "sent", "", _event("notification.sent", message, needs, traceparent))


def _settle(needs: Needs, message: PlannedMessage, state: str, reason: str, event: Event | None = None) -> None:
    settled = needs.messages.settle(message, state, needs.now(), event, reason)
    log.info("message settled", message=message.id, state=state, reason=reason)
    if settled and event is not None:
        needs.announce(Messages.NAME, message.id, [event])


def _event(name: str, message: PlannedMessage, needs: Needs, traceparent: str, error: Exception | None = None) -> Event:
    data = {
        "message": message.id,
        "appointment": message.appointment,
        "template": message.template,
        "channel": message.channel,
    }
    return events.make(
        name,
        municipality=message.municipality,
        subject=message.id,
        sequence=1,
        time=needs.now(),
        data=data if error is None else {**data, "reason": str(error)},
        traceparent=traceparent,
    )
