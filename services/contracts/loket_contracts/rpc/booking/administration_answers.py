"""Answers of booking for administrators, which are JSON as they are. Times are RFC 3339."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from ..service import StoredVersion
from .agenda_answers import StoredFile
from .staff_answers import ConflictEntry


class StoredConfiguration(TypedDict):
    """A stored configuration. `kept`: the version that `if_absent` left unchanged."""

    municipality: str
    version: int
    changed: bool
    kept: NotRequired[StoredVersion]


class LoadedConfiguration(StoredConfiguration):
    """A stored configuration, with the appointments in conflict with it."""

    clashes: list[ConflictEntry]


class AffectedAppointment(TypedDict):
    """A coming appointment that refers to an entry."""

    appointment: str
    reference: str | None
    start: str


class RemovalEntry(TypedDict):
    """An entry that a configuration removes, and the coming appointments that refer to it."""

    section: str
    name: str
    appointments: list[AffectedAppointment]


class ComparedConfiguration(TypedDict):
    """What a configuration would change. `diff`: unified. `clashes`: appointments that would be in conflict with it."""

    municipality: str
    diff: str
    removals: list[RemovalEntry]
    clashes: NotRequired[list[ConflictEntry]]


class ConfigurationText(TypedDict):
    """The text of one version, and a list of all versions, the latest first."""

    municipality: str
    version: int
    text: str
    versions: list[StoredVersion]


class PartValues(TypedDict):
    """The values of a part that a form can change, by key. `usual`: the defaults. `removed`: it is not in force."""

    version: int
    values: dict[str, Any]
    usual: dict[str, Any]
    removed: NotRequired[bool]


class ProposedPart(TypedDict):
    """What a change of a part would change, as a unified diff, and the appointments that would be in conflict.

    `name`: of the part, which for a new one may differ from the requested name.
    """

    diff: str
    clashes: list[ConflictEntry]
    name: NotRequired[str]


class ErasureEntry(TypedDict):
    """An erasure of a resident's data, and whose appointments were erased."""

    at: str
    appointments: list[str]


class ExportedQuestion(TypedDict):
    """What the specialist asked the resident, and the answer."""

    text: str
    at: str
    answer: str | None


class ExportedFeedback(TypedDict):
    """What the resident thought of the visit."""

    score: int
    comment: str
    at: str


class ExportedEntry(TypedDict):
    """One command in the history of an appointment."""

    what: str
    at: str
    by: str
    reason: str | None


class ExportedNote(TypedDict):
    """An internal note of staff about the visit."""

    text: str
    at: str


class ExportedAppointment(TypedDict):
    """All stored data about one appointment of a person."""

    appointment: str
    reference: str
    contact: dict[str, str | None]
    answers: dict[str, str]
    notes: str
    staff_notes: NotRequired[list[ExportedNote]]
    files: list[StoredFile]
    asked: list[ExportedQuestion]
    feedback: ExportedFeedback | None
    start: str | None
    state: str | None
    history: list[ExportedEntry]
    companions: NotRequired[list[dict[str, str]]]


class ResidentExport(TypedDict):
    """All stored data about a person. `email`: if they were named by it."""

    email: str | None
    appointments: list[ExportedAppointment]


class AuditEntry(TypedDict):
    """Who read or changed data of residents. `by`: the role, `who`: the code of the account or key."""

    municipality: str
    at: str
    by: str
    who: str | None
    action: str
    appointment: str | None
    detail: str


class AuditPage(TypedDict):
    """A page of the audit log, the latest first. `next`: the cursor of the next page."""

    entries: list[AuditEntry]
    next: str | None
