"""What a visit lacks before it begins, and which visits still have to be closed after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from loket_contracts.visits import EXPECTED_STATES, OPEN_STATES

from .appointment import Appointment


def missing(
    state: str,
    unanswered: Sequence[str],
    flagged: bool,
    unanswered_requests: int,
    contact: Mapping[str, str | None],
) -> list[str]:
    """Return what a visit lacks: answers, documents, reply, contact. Empty once it has begun.

    `unanswered`: required questions without an answer. `flagged`: a document that was due is missing.
    `unanswered_requests`: questions of the specialist to the resident. `contact`: without an address or a number, the
    resident cannot be reached.
    """
    if state not in EXPECTED_STATES:
        return []
    found = {
        "answers": bool(unanswered),
        "documents": flagged,
        "reply": unanswered_requests > 0,
        "contact": not (contact.get("email") or contact.get("phone")),
    }
    return [name for name, is_missing in found.items() if is_missing]


def is_unclosed(appointment: Appointment, now: dt.datetime) -> bool:
    """Whether the time of a visit is over and its outcome is not recorded."""
    return appointment.state in OPEN_STATES and appointment.end <= now
