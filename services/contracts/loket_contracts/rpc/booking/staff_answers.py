"""Answers of booking for staff, which are JSON as they are. Times are RFC 3339, dates YYYY-MM-DD."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class VisitSummary(TypedDict):
    """An appointment in a list. `name`, `reference`: None where the list has no personal data.

    `flagged`: a document that it needs is missing. `needs`: interpreter, wheelchair, hearing_loop. `missing`: what it
    lacks before it begins: answers, documents, reply, contact.
    """

    state: str
    sequence: int
    start: str
    end: str
    appointment_types: list[str]
    persons: int
    location: str
    resources: list[str]
    allowed: list[str]
    name: str | None
    reference: str | None
    flagged: bool
    needs: NotRequired[list[str]]
    specialist_language: NotRequired[str | None]
    missing: NotRequired[list[str]]


class FoundVisit(VisitSummary):
    """An appointment that a search found. `appointment`: its id."""

    appointment: str


class ConflictEntry(VisitSummary):
    """An appointment that does not fit the calendar of a resource. `reason`: closed, or what was removed."""

    appointment: str
    resource: str
    reason: str


#: a proposal to move an appointment. `start`: None when no slot is near
ProposalEntry = TypedDict(
    "ProposalEntry", {"appointment": str, "from": str, "start": str | None, "resources": list[str]}
)


class MoveResult(TypedDict):
    """`result`: moved, or the code of a refusal."""

    appointment: str
    result: str


#: a closure of a resource, a location or all. `from`, `to`: HH:MM. `source`: staff, or the name of a feed
ClosureEntry = TypedDict(
    "ClosureEntry",
    {
        "id": str,
        "first": str,
        "last": str,
        "from": str | None,
        "to": str | None,
        "resource": str | None,
        "location": str | None,
        "reason": str,
        "source": str,
        "made_by": str | None,
    },
)


class NewClosure(ClosureEntry):
    """A closure, with the appointments that are in conflict with the calendar."""

    clashes: list[ConflictEntry]


class BusyTimes(TypedDict):
    """The number of imported busy times, and of those before the import that lasted until today or later."""

    busy_times: int
    busy_times_before: int
    clashes: list[ConflictEntry]


class InvitationEntry(TypedDict):
    """`appointment`: the one that was booked with the invitation."""

    id: str
    municipality: str
    appointment_type: str
    resource: str | None
    location: str | None
    file_reference: str | None
    made_by: str | None
    made_at: str
    expires: str
    revoked: bool
    appointment: str | None


class NewInvitation(InvitationEntry):
    """`token`: of its link. It is not stored, so it is in this answer only."""

    token: str
