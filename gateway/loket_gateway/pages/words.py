"""Texts for codes: states, commands, outcomes, reasons. `i18n/locale/` has their translations."""

from __future__ import annotations

from collections.abc import Iterable

from loket_contracts.reasons import RESIDENT_REASONS, USUAL_REASONS

from ..i18n import language

STATES = {
    "held": "reserved", "provisional": "to be confirmed",
    "booked": "expected", "checked_in": "is here", "in_service": "is being helped",
    "parked": "waits for something", "completed": "done", "cancelled": "cancelled", "no_show": "did not come",
    "waiting": "is here", "left": "went away",
}  # fmt: skip
COMMANDS = {
    "check_in": "Arrived", "start": "Help now", "park": "Put on hold", "resume": "Go on", "complete": "Done",
    "no_show": "Did not come", "undo_check_in": "Not here after all", "undo_no_show": "Came after all",
    "recall": "Call again",
}  # fmt: skip
#: steps of a number in the hall
TICKET_STEPS = {
    "call": "Call", "recall": "Call again", "leave": "Did not come", "park": "Put on hold", "resume": "Go on",
    "complete": "Done", "left": "Went away",
}  # fmt: skip
#: commands with a button in a list of visits, in this order
USUAL_COMMANDS = ("check_in", "start", "complete", "recall", "no_show", "undo_check_in", "undo_no_show")
#: what a visit lacks before it begins
MISSING = {
    "answers": "answers missing", "documents": "documents missing", "reply": "no reply to our question",
    "contact": "cannot be reached",
}  # fmt: skip
#: how residents are informed of what staff booked, when not as usual
INFORMED_BY = {
    "sms": "By SMS", "letter": "By letter, which you print", "none": "Not: the resident knows everything",
}  # fmt: skip
#: the page that a login opens
VIEWS = {"mine": "My day", "day": "Day with the hall", "week": "Week"}
HISTORY = {
    "request": "Asked for",
    "book": "Booked", "reschedule": "Moved", "cancel": "Cancelled", "ask": "Asked for something",
    "remind_of_documents": "Reminded of documents", "flag": "Documents missing", "check_in": "Checked in",
    "recall": "Called again",
    "start": "Helped", "park": "Put on hold", "resume": "Went on", "complete": "Done", "no_show": "Did not come",
    "undo_check_in": "Not here after all", "undo_no_show": "Came after all", "restore": "Cancellation taken back",
    "invite_companion": "Someone invited to come along", "withdraw_companion": "Invitation to come along withdrawn",
}  # fmt: skip
OUTCOMES = {
    "answered": "Answered", "follow_up": "Another visit is needed", "referred": "Passed on to a colleague",
    "not_prepared": "Came unprepared",
}  # fmt: skip
REASONS = {
    "no-longer-needed": "I no longer need it", "ill": "Ill", "other-moment": "Another time suits better",
    "solved-otherwise": "It is solved already", "by-municipality": "The municipality cannot", "other": "Another reason",
    "not-ready": "Not ready yet", "earlier": "An earlier time", "no-word": "Without notice",
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
    "code": "code to confirm with",
    "confirmation": "confirmation", "reschedule": "moved", "moved_by_us": "moved by us", "cancellation": "cancelled",
    "cancelled_by_us": "cancelled by us", "reminder": "reminder", "reminder_soon": "reminder on the day",
    "bring": "what to bring", "request": "question by the specialist", "documents": "documents are missing",
    "offer": "an earlier moment", "thanks": "thanks, with the question how it was",
    "companion": "to the person who comes along", "companion_moved": "to the person who comes along: moved",
    "companion_cancelled": "to the person who comes along: cancelled",
    "companion_withdrawn": "to the person who comes along: withdrawn",
    "alert_booked": "to the team: booked",
    "alert_cancelled": "to the team: cancelled",
}  # fmt: skip
#: parts of a message, in reading order
PARTS = {
    "subject": "Subject", "opening": "Begins with", "detail": "What it is about", "closing": "Ends with",
    "sms": "As an SMS",
}  # fmt: skip
PARTS_OF_DAY = {"morning": "before noon", "afternoon": "from 12:00 to 17:00", "evening": "after 17:00"}
DELIVERIES = {"waiting": "waiting", "delivered": "arrived", "failed": "failed"}
#: why a message was not sent
UNSENT = {
    "no email address": "no e-mail address", "no sms address": "no mobile number", "it came too late": "too late",
    "the appointment has changed since": "the appointment has changed since",
    "the offer stands no more": "the earlier time is no longer available",
    "it was answered already": "it was answered already",
    "the documents are there already": "the documents are there already",
    "there is nothing to bring": "there is nothing to bring", "it would wake somebody": "it would come at night",
    "too many today": "too many messages in one day", "appointment-not-found": "the resident was erased",
    "informed by sms": "as an SMS instead", "informed by letter": "informed by letter",
    "informed by none": "informed at the desk",
    "opted-out": "wants no messages", "unreachable": "the address does not exist",
}  # fmt: skip
#: sentences of the desk by the code of a refusal
REFUSED = {
    "": "This could not be done. Nothing was changed.",
    "nobody-waiting": "Nobody is waiting for this person.",
    "not-allowed-in-state": "This changed meanwhile, so it can no longer be done. You see how it is now.",
    "too-early": "It is too early for this. You see how it is now.",
    "appointment-begun": "This appointment has begun, so it can no longer be changed.",
    "appointment-over": "This appointment is over, so it can no longer be changed. Note what became of it.",
    "appointment-type-removed": "This topic is no longer given, so the appointment cannot be moved.",
    "location-removed": "This topic is no longer given at this place: choose another place.",
    "address-not-barred": "Messages go to this address again already.",
    "changed-meanwhile": "A colleague changed this at the same time. This is the current state: press again if needed.",
    "settings-changed": "A colleague has changed the settings. Review the change, then press again.",
    "idempotency-key-reused": "This was done already, with what was filled in first. You see how it is now.",
    "appointment-not-found": "There is no such appointment, or it is for another team.",
    "ticket-not-found": "This number is gone, or it is for another team.",
    "closure-not-found": "This time is open again already.",
    "file-not-found": "This document is no longer there.",
    "file-not-scanned": "This document has not been checked for viruses yet. Try again in a minute.",
    "unknown-message": "This message cannot be sent again now. You see below what became of it.",
    "not-sent": "The message could not be sent. Ask who runs Loket.",
    "forbidden": "You may not do this. Ask the lead of the team or an administrator.",
    "csrf": "This page was out of date. It has been reloaded: press again.",
    "too-many-requests": "There were too many requests from here. Wait a minute and try again.",
    "body-too-large": "This is too long. Send less at a time.",
    "slot-taken": "Another person has just taken it: choose another one.",
    "slot-not-offered": "This time is not available. Choose another one.",
    "slot-in-the-past": "This time has passed. Choose another one.",
    "unknown-appointment-type": "This topic cannot be chosen: choose another one.",
    "unknown-location": "This place cannot be chosen: choose another one.",
    "location-needed": "Choose a place.",
    "unknown-resource": "This person cannot do this: choose a colleague.",
    "types-not-combinable": "These topics cannot be combined.",
    "account-not-found": "This account or key is no longer there.",
    "webhook-not-found": "This webhook or push is no longer there.",
    "invalid-request": "Something is missing or not right, so nothing was changed. Look at it again.",
    "not-found": "There is nothing at this address.",
    "outcome-unknown": "We do not know whether this was done. Press again: nothing is done twice.",
    "service-unavailable": "A part of Loket does not answer at the moment. Nothing was changed. Try again in a moment.",
}
#: sentences beside a field, by the detail of the refusal of booking
FIELD_ERRORS = {
    "This question needs an answer.": "Fill this in.",
    "Missing data for required field.": "Fill this in.",
    "String does not match expected pattern.": "Fill this in on one line.",
    "Longer than maximum length {}.": "Write at most {} characters.",
    "Must be one of: {}.": "Choose one of the answers.",
    "it is larger than {} MB": "This file is larger than {} MB. Choose a smaller one.",
    "there are {} already": "You can send {} files. Remove one first.",
    "it is neither a PDF nor an image": "Choose a PDF or a picture, such as JPG, PNG or HEIC.",
    "the picture has too many pixels": "This picture is too large to be read. Choose a smaller one, or a PDF.",
    "it cannot be read as a picture": "This picture cannot be read. Choose another one, or a PDF.",
    "no file was chosen": "Choose a file first.",
    "it has a virus": "There is a virus in this file, so we cannot take it.",
    "it is empty": "This file is empty. Choose another one.",
    "this document is not asked for": "We do not need this document any more.",
}
#: titles and sentences of problem pages for residents, by code, instead of those for programs
PROBLEM_TITLES = {
    "invalid-request": "This did not work", "not-found": "This page does not exist",
    "method-not-allowed": "This page does not exist", "body-too-large": "What you sent is too large",
    "unknown-appointment-type": "You cannot choose this topic", "unknown-location": "You cannot choose this place",
    "appointment-not-found": "We cannot find this appointment", "hold-not-found": "Your reservation has ended",
    "slot-not-offered": "This time is not available", "file-not-accepted": "We cannot take this file",
    "internal-error": "Something went wrong on our side",
}  # fmt: skip
PROBLEMS = {
    "invalid-request": "Something was missing or was not right. Nothing was changed.",
    "not-found": "Perhaps the address was mistyped, or the page has moved.",
    "method-not-allowed": "Perhaps the address was mistyped, or the page has moved.",
    "body-too-large": "A file may be 5 MB at most. Nothing was sent.",
    "unknown-appointment-type": "We no longer make appointments about this here.",
    "unknown-location": "We no longer make appointments about this at that place.",
    "appointment-not-found": "Perhaps the link is not complete, or it is no longer valid. Use the link in our latest "
    "message.",
    "hold-not-found": "We can hold a moment for a limited time. Nothing was booked.",
    "slot-not-offered": "No appointment can begin at this moment.",
    "file-not-accepted": "Choose a PDF or a picture of at most 5 MB.",
    "not-allowed-in-state": "Your appointment has changed meanwhile, so this can no longer be done.",
    "changed-meanwhile": "Your appointment has changed meanwhile, so this can no longer be done.",
}  # fmt: skip
#: sentences on the page of an appointment, by the code of what was refused there
REFUSED_AT_APPOINTMENT = {
    "not-allowed-in-state": "Your appointment has changed meanwhile, so this can no longer be done.",
    "changed-meanwhile": "Your appointment has changed meanwhile. You see how it is now.",
    "appointment-begun": "Your appointment has begun, so this can no longer be done here.",
    "appointment-over": "Your appointment is over, so this can no longer be done.",
    "already-on-waiting-list": "You are on the waiting list already.",
    "not-on-waiting-list": "You are no longer on the waiting list.",
    "no-offer": "The earlier time is no longer available. Your appointment stays as it is.",
    "slot-taken": "This time is no longer available. Your appointment stays as it is.",
    "feedback-given": "You have rated this visit already. Thank you.",
    "file-not-found": "This document was removed already.",
    "invalid-request": "Something was missing or was not right. Nothing was changed.",
    "body-too-large": "That file is too large. A file may be 5 MB at most. Nothing was sent.",
    "appointment-type-removed": "This topic can no longer be booked, so we cannot move the appointment here.",
    "location-removed": "This topic is no longer given at this place. Choose another place.",
}  # fmt: skip
#: labels of text fields of the desk, by name
TYPED = {
    "text": "What should the resident send or bring?", "first": "First day", "last": "Last day", "from": "From",
    "to": "Until", "reason": "Why",
}  # fmt: skip
CONFLICTS = {
    "closed": "closed", "resource-gone": "no longer here", "type-gone": "no longer given",
    "location-gone": "place is gone",
}  # fmt: skip
ROLES = {
    "agent": "agent: receives people", "lead": "lead: also hours and figures", "admin": "administrator: everything",
    "auditor": "auditor: reads figures and logs", "kiosk": "kiosk or display", "portal": "portal",
}  # fmt: skip


def texts() -> set[str]:
    """Return all texts, for the translations."""
    tables = (
        STATES, COMMANDS, TICKET_STEPS, HISTORY, OUTCOMES, REASONS, BY, MESSAGES, KINDS, PARTS, PARTS_OF_DAY,
        DELIVERIES, CONFLICTS,
        ROLES, UNSENT, REFUSED, TYPED, MISSING, INFORMED_BY, VIEWS, PROBLEM_TITLES, PROBLEMS, REFUSED_AT_APPOINTMENT,
        FIELD_ERRORS,
    )  # fmt: skip
    more = {
        "Choose a number from 1 to 5.", "Choose one of the answers.", "not before {day}", BY_RESIDENT, BY_MUNICIPALITY,
        OWN_REASONS,
    }  # fmt: skip
    return {text for table in tables for text in table.values()} | more


def refused_as(code: str) -> str:
    """Return the key in REFUSED for a code; the empty one is for all others."""
    return code if code in REFUSED else ""


def reason_groups(codes: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Group reason codes by the cause of the change. A municipality's own codes come last."""
    usual = USUAL_REASONS["cancel"] | USUAL_REASONS["reschedule"]

    def heading(code: str) -> str:
        return BY_RESIDENT if code in RESIDENT_REASONS else BY_MUNICIPALITY if code in usual else OWN_REASONS

    groups: dict[str, list[str]] = {BY_RESIDENT: [], BY_MUNICIPALITY: [], OWN_REASONS: []}
    for code in codes:
        groups[heading(code)].append(code)
    return [(name, members) for name, members in groups.items() if members]


def said(table: dict[str, str], code: str | None, lang: str) -> str:
    """Return the text of a code. A municipality's own code is shown with spaces."""
    if code is None:
        return ""
    return language.translate(table[code], lang) if code in table else code.replace("-", " ").replace("_", " ")
