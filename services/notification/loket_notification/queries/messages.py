"""Messages as staff see them: kind, time and outcome, without address or text."""

from __future__ import annotations

import datetime as dt

from loket_chassis.messaging.event_log import MAX_AT_ONCE, page_of
from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.rpc.notification.answers import MessageStatus, SuppressedRecipient
from loket_contracts.rpc.service import EventPage

from ..commands.send import outcome_event
from ..context import Context
from ..domain.planning import PlannedMessage

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


def _described(found: Document) -> MessageStatus:
    return {
        "message": found["_id"],
        "appointment": found["appointment"],
        "kind": found["kind"],
        "channel": found["channel"],
        "state": found["state"],
        "reason": found.get("reason", ""),
        "attempts": found["attempts"],
        "due_at": found["due_at"].isoformat(),
        "next_at": found["next_at"].isoformat() if "next_at" in found else None,
        "settled_at": found["settled_at"].isoformat() if "settled_at" in found else None,
        "provider": found.get("provider", ""),
        "segments": found.get("segments"),
        "uncertain": found.get("uncertain", 0),
        "tries": [
            {"at": each["at"].isoformat(), "provider": each["provider"], "outcome": each["outcome"]}
            for each in found.get("tries", ())
        ],
    }


def logged_events(context: Context, after: str, most: int) -> EventPage:
    """The events of the next messages by id, recreated."""
    found = context.messages.after(after, min(most, MAX_AT_ONCE))
    events = [event for message, document in found for event in _events_of(message, document)]
    return page_of(events, found[-1][0].id if found else None)


def _events_of(message: PlannedMessage, document: Document) -> list[Event]:
    """The events of a message, recreated with the same ids."""
    times, state = document.get("times", 0), document["state"]
    if state not in ("sent", "delivered", "failed"):
        return []
    at = document["settled_at"]
    if state == "sent" or (state == "failed" and not document.get("provider_id")):
        return [outcome_event(message, state, 1 + 2 * times, at, document["reason"], document.get("traceparent"))]
    return [  # a receipt came after it was sent
        outcome_event(message, "sent", 1 + 2 * times, at, "", document.get("traceparent")),
        outcome_event(message, state, 2 + 2 * times, at, document["reason"], None),
    ]
