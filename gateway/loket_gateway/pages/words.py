"""What people are shown in place of our codes: states, steps, outcomes, reasons. `locale/` has the other languages."""

from __future__ import annotations

from collections.abc import Iterable

from loket_contracts.reasons import RESIDENT_REASONS, USUAL_REASONS

from .. import language

STATES = {
    "held": "reserved", "booked": "expected", "checked_in": "is here", "in_service": "is being helped",
    "parked": "waits for something", "completed": "done", "cancelled": "cancelled", "no_show": "did not come",
    "waiting": "is here", "left": "went away",
}  # fmt: skip
STEPS = {
    "check_in": "Is here", "start": "Help now", "park": "Let wait", "resume": "Go on", "complete": "Done",
    "no_show": "Did not come", "undo_check_in": "Not here after all", "undo_no_show": "Came after all",
}  # fmt: skip
DONE = {
    "book": "Booked", "reschedule": "Moved", "cancel": "Cancelled", "ask": "Asked for something",
    "remind_of_documents": "Reminded of documents", "flag": "Documents missing", "check_in": "Checked in",
    "start": "Helped", "park": "Let wait", "resume": "Went on", "complete": "Done", "no_show": "Did not come",
    "undo_check_in": "Not here after all", "undo_no_show": "Came after all",
}  # fmt: skip
OUTCOMES = {
    "answered": "Answered", "follow_up": "Another visit is needed", "referred": "Passed on to somebody else",
    "not_prepared": "Came unprepared",
}  # fmt: skip
REASONS = {
    "no-longer-needed": "I no longer need it", "ill": "Ill", "other-moment": "Another moment suits better",
    "solved-otherwise": "It is solved already", "by-municipality": "The municipality cannot", "other": "Another reason",
    "not-ready": "Not ready yet", "earlier": "An earlier moment", "no-word": "Without a word",
    "too-late": "Came too late",
    "resident-asked": "The resident asked for it", "resident-erased": "The resident was erased",
}  # fmt: skip
BY_RESIDENT, BY_MUNICIPALITY, OWN_REASONS = "At the resident’s request", "By the municipality", "Other reasons"
BY = {"resident": "resident", "staff": "staff", "portal": "portal", "system": "Loket itself"}
MESSAGES = {
    "planned": "planned", "sending": "on its way", "sent": "sent", "delivered": "arrived", "failed": "failed",
    "suppressed": "not sent",
}  # fmt: skip
KINDS = {
    "confirmation": "confirmation", "reschedule": "moved", "moved_by_us": "moved by us", "cancellation": "cancelled",
    "cancelled_by_us": "cancelled by us", "reminder": "reminder", "reminder_soon": "reminder on the day",
    "bring": "what to bring", "request": "question by the specialist", "documents": "documents are missing",
    "offer": "an earlier moment", "thanks": "thanks, with the question how it was",
    "alert_booked": "to the team: booked",
    "alert_cancelled": "to the team: cancelled",
}  # fmt: skip
#: the parts of a message, in the order in which they are read
PARTS = {
    "subject": "Subject", "opening": "Begins with", "detail": "What it is about", "closing": "Ends with",
    "sms": "As an SMS",
}  # fmt: skip
DELIVERIES = {"waiting": "waiting", "delivered": "arrived", "failed": "failed"}
CLASHES = {
    "closed": "closed", "resource-gone": "no longer here", "type-gone": "no longer given",
    "location-gone": "place is gone",
}  # fmt: skip
ROLES = {
    "agent": "agent: receives people", "lead": "lead: also hours and figures", "admin": "administrator: everything",
    "auditor": "auditor: reads figures and logs", "kiosk": "kiosk or display", "portal": "portal",
}  # fmt: skip


def texts() -> set[str]:
    """All of them, for the translations."""
    tables = (STATES, STEPS, DONE, OUTCOMES, REASONS, BY, MESSAGES, KINDS, PARTS, DELIVERIES, CLASHES, ROLES)
    return {text for table in tables for text in table.values()} | {BY_RESIDENT, BY_MUNICIPALITY, OWN_REASONS}


def reason_groups(codes: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Reason codes by who causes the change, each group under its heading. Codes of a municipality's own come last."""
    usual = USUAL_REASONS["cancel"] | USUAL_REASONS["reschedule"]

    def heading(code: str) -> str:
        return BY_RESIDENT if code in RESIDENT_REASONS else BY_MUNICIPALITY if code in usual else OWN_REASONS

    groups: dict[str, list[str]] = {BY_RESIDENT: [], BY_MUNICIPALITY: [], OWN_REASONS: []}
    for code in codes:
        groups[heading(code)].append(code)
    return [(name, members) for name, members in groups.items() if members]


def said(table: dict[str, str], code: str | None, spoken: str) -> str:
    """The text for a code; a code that a municipality made itself is shown as it is, with spaces."""
    if code is None:
        return ""
    return language.translate(table[code], spoken) if code in table else code.replace("-", " ").replace("_", " ")
