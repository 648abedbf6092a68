"""What staff see of messages: what was sent, when, and what came of it. No address, no text."""

from __future__ import annotations

import datetime as dt
from typing import Any

from loket_chassis.messaging.event_log import MAX_AT_ONCE, page_of
from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal

from ..commands.send import outcome_event
from ..context import Context
from ..domain.planning import PlannedMessage

MAX_LISTED = 500
#: a message that is sent again on request is tried for so long
RESENT_WITHIN = dt.timedelta(days=1)


def of_appointment(context: Context, municipality: str, appointment: str) -> list[dict[str, Any]]:
    """Everything that was, or will be, sent about an appointment, in the order in which it was planned."""
    return [_described(each) for each in context.messages.of_appointment(municipality, appointment)]


def failures(context: Context, municipality: str, hours: int = 24) -> list[dict[str, Any]]:
    """What could not be sent, the latest first."""
    since = context.now() - dt.timedelta(hours=hours)
    return [_described(each) for each in context.messages.failures(municipality, since, MAX_LISTED)]


def unwanted(context: Context, municipality: str) -> list[dict[str, Any]]:
    """Who wants no messages and who cannot be reached, by mark, the latest first."""
    return context.suppressions.listed(municipality, MAX_LISTED, context.now())


def resend(context: Context, municipality: str, message: str) -> None:
    """Have a message sent once more. Its point is judged again when it leaves. Raises Refusal: unknown-message."""
    if not context.messages.revive(municipality, message, context.now(), RESENT_WITHIN):
        raise Refusal("unknown-message", {"message": message})


def _described(found: Document) -> dict[str, Any]:
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
        "tries": [{**each, "at": each["at"].isoformat()} for each in found.get("tries", ())],
    }


def logged_events(context: Context, after: str, most: int) -> dict[str, Any]:
    """What was told of the next messages by id, once more: {events, after}."""
    found = context.messages.after(after, min(most, MAX_AT_ONCE))
    events = [event for message, document in found for event in _told(message, document)]
    return page_of(events, found[-1][0].id if found else None)


def _told(message: PlannedMessage, document: Document) -> list[Event]:
    """The events about a message as it is now, under the ids that they had."""
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
