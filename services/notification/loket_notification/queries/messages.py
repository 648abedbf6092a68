"""Messages as staff see them: kind, time and outcome, without address or text."""

from __future__ import annotations

import datetime as dt

from loket_chassis.messaging.event_log import MAX_AT_ONCE, page_of
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.rpc.notification.answers import MessageStatus, SuppressedRecipient
from loket_contracts.rpc.service import EventPage

from ..commands.send import outcome_event
from ..context import Context
from ..store.messages import Message

MAX_LISTED = 500
#: how long a message that is sent again on request is retried
RESENT_WITHIN = dt.timedelta(days=1)


def of_appointment(context: Context, municipality: str, appointment: str) -> list[MessageStatus]:
    """All messages about an appointment, in the order in which they were planned."""
    return [_described(each) for each in context.messages.of_appointment(municipality, appointment)]


def failures(context: Context, municipality: str, hours: int = 24) -> list[MessageStatus]:
    """The messages that could not be sent, the latest first."""
    since = context.now() - dt.timedelta(hours=hours)
    return [_described(each) for each in context.messages.failures(municipality, since, MAX_LISTED)]


def unwanted(context: Context, municipality: str) -> list[SuppressedRecipient]:
    """The suppression list of a municipality, by mark, the latest first."""
    return context.suppressions.listed(municipality, MAX_LISTED, context.now())


def resend(context: Context, municipality: str, message: str) -> None:
    """Send a message again, unless it has become pointless. Raises Refusal: unknown-message."""
    if not context.messages.revive(municipality, message, context.now(), RESENT_WITHIN):
        raise Refusal("unknown-message", {"message": message})


def _described(message: Message) -> MessageStatus:
    return {
        "message": message.id,
        "appointment": message.appointment,
        "kind": message.kind,
        "channel": message.channel,
        "state": message.state,
        "reason": message.reason,
        "attempts": message.attempts,
        "due_at": message.due_at.isoformat(),
        "next_at": message.next_at.isoformat() if message.next_at else None,
        "settled_at": message.settled_at.isoformat() if message.settled_at else None,
        "provider": message.provider,
        "segments": message.segments,
        "uncertain": message.uncertain,
        "tries": [
            {"at": each.at.isoformat(), "provider": each.provider, "outcome": each.outcome} for each in message.tries
        ],
    }


def logged_events(context: Context, after: str, most: int) -> EventPage:
    """The events of the next messages by id, recreated."""
    found = context.messages.after(after, min(most, MAX_AT_ONCE))
    events = [event for message in found for event in _events_of(message)]
    return page_of(events, found[-1].id if found else None)


def _events_of(message: Message) -> list[Event]:
    """The events of a message, recreated with the same ids."""
    state, at, first = message.state, message.settled_at, 1 + 2 * message.times
    if state not in ("sent", "delivered", "failed") or at is None:
        return []
    if state == "sent" or (state == "failed" and not message.provider_id):
        return [outcome_event(message, state, first, at, message.reason, message.traceparent)]
    return [  # a receipt came after it was sent
        outcome_event(message, "sent", first, at, "", message.traceparent),
        outcome_event(message, state, first + 1, at, message.reason, None),
    ]
