"""Answers of booking about days and dossiers for staff, which are JSON as they are."""

from __future__ import annotations

from typing import NotRequired, TypedDict, final

from ...refusal_codes import RefusalCode
from .answers import FileEntry
from .staff_answers import FoundVisit, VisitSummary


class ResourceEntry(TypedDict):
    """A person, room or other resource. `team`: None for one that all teams use. `skills`: codes."""

    id: str
    name: str
    kind: str
    team: str | None
    locations: list[str]
    skills: NotRequired[list[str]]


#: hours in which a resource is open at a location
OpenHours = TypedDict("OpenHours", {"location": str, "from": str, "to": str})


class _Claimed(TypedDict):
    appointment: str
    purpose: str
    taken_from: str
    taken_to: str


@final
class ClaimedTime(_Claimed):
    """Time of a resource that is taken by an appointment that is not shown. `purpose`: visit, or what goes with it."""


@final
class ClaimedVisit(_Claimed, VisitSummary):
    """Time of a resource that is taken by an appointment."""


ClaimEntry = ClaimedTime | ClaimedVisit


class ProvisionalTime(TypedDict):
    """Time of a resource that is held for a booking until it is confirmed."""

    taken_from: str
    taken_to: str


class ResourceDay(TypedDict):
    """The open hours and taken time of a resource. `provisional`: held until a booking is confirmed."""

    resource: str
    name: str
    kind: str
    open: list[OpenHours]
    claims: list[ClaimEntry]
    provisional: NotRequired[list[ProvisionalTime]]


class AgendaDay(TypedDict):
    """A day of the resources."""

    date: str
    resources: list[ResourceDay]


class EarlierVisit(FoundVisit):
    """Another appointment of the same resident."""

    outcome: str | None


class StoredFile(FileEntry):
    """A file, and when it was uploaded."""

    at: str


class QuestionOfStaff(TypedDict):
    """What the specialist asked for, and the answer of the resident."""

    text: str
    at: str
    who: str | None
    answer: str | None
    answered_at: str | None


class StaffNote(TypedDict):
    """An internal note of staff. `who`: the code of the account."""

    text: str
    at: str
    who: str | None


class HistoryItem(TypedDict):
    """One command in the history of an appointment. `by`: the role, `who`: the code of the account or key."""

    command: str
    at: str
    by: str
    who: str | None
    reason: str | None


class Dossier(EarlierVisit):
    """An appointment with all that staff need to prepare it. `unanswered`: required questions without an answer."""

    move_refusal: RefusalCode | None
    move_to: list[str]
    contact: dict[str, str | None]
    answers: dict[str, str]
    unanswered: list[str]
    notes: str
    files: list[StoredFile]
    asked: list[QuestionOfStaff]
    file_reference: str | None
    follows: str | None
    history: list[HistoryItem]
    earlier: list[EarlierVisit]
    staff_notes: NotRequired[list[StaffNote]]
