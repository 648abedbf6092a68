"""One appointment, for its resident."""

from __future__ import annotations

from loket_contracts.rpc.booking.changes import (
    AnswerQuestionsSchema,
    GiveFeedbackSchema,
    RescheduleAppointmentSchema,
)
from loket_contracts.rpc.booking.commands import CancelAppointmentSchema

from ... import schemas
from .operation import BASE, BODY, BYTES, CHANGED, FILES, MINE, REMOVED, SLOT, TEXT, UNBOOKABLE, Operation

OPERATIONS = (
    Operation(
        id="getAppointment", permission="agenda.read", method="get", path=f"{BASE}/appointments/{{identifier}}",
        link=True, summary="Get an appointment", status=200, answer=schemas.Appointment,
        refusals=("unknown-municipality", "token-needed", "appointment-not-found"),
    ),
    Operation(
        id="answerQuestions", permission="appointments.change", method="patch",
        path=f"{BASE}/appointments/{{identifier}}", link=True, body=AnswerQuestionsSchema,
        summary="Change the answers before the appointment", status=200, answer=schemas.Appointment,
        refusals=(*MINE, *BODY, "not-allowed-in-state"),
    ),
    Operation(
        id="getCalendar", method="get",
        path=f"{BASE}/appointments/{{identifier}}/calendar.ics", link=True,
        summary="Get an appointment as a calendar entry (RFC 5545)", status=200, answer=TEXT,
        media_type="text/calendar", refusals=MINE,
    ),
    Operation(
        id="sendFile", method="post",
        path=f"{BASE}/appointments/{{identifier}}/files", link=True, query=schemas.FileQuery,
        body=BYTES, body_type="application/octet-stream", summary="Upload a document; the body is the file",
        status=201, answer=schemas.File,
        refusals=(*MINE, "invalid-request", "body-too-large", "file-not-accepted", "not-allowed-in-state"),
    ),
    Operation(
        id="getFile", method="get",
        path=f"{BASE}/appointments/{{identifier}}/files/{{file}}", link=True, summary="Download a document",
        status=200, answer=BYTES, media_type="application/octet-stream", also=FILES,
        refusals=(*MINE, "file-not-found", "file-not-scanned"),
    ),
    Operation(
        id="dropFile", method="delete",
        path=f"{BASE}/appointments/{{identifier}}/files/{{file}}", link=True,
        summary="Delete a document", status=200, answer=schemas.Appointment,
        refusals=(*MINE, "file-not-found"),
    ),
    Operation(
        id="giveFeedback", method="post",
        path=f"{BASE}/appointments/{{identifier}}/feedback", link=True, body=GiveFeedbackSchema,
        summary="Rate the appointment", status=204,
        refusals=(*MINE, *BODY, "not-allowed-in-state", "feedback-given"),
    ),
    Operation(
        id="cancelAppointment", permission="appointments.change", method="post",
        path=f"{BASE}/appointments/{{identifier}}/cancel", link=True, body=CancelAppointmentSchema,
        body_required=False, summary="Cancel an appointment", status=200, answer=schemas.Appointment,
        refusals=(*MINE, *BODY, *CHANGED),
    ),
    Operation(
        id="rescheduleAppointment", permission="appointments.change", method="post",
        path=f"{BASE}/appointments/{{identifier}}/reschedule", link=True, body=RescheduleAppointmentSchema,
        summary="Reschedule an appointment", status=200, answer=schemas.Appointment,
        refusals=(*MINE, *BODY, *UNBOOKABLE, *SLOT, *REMOVED, *CHANGED),
    ),
    Operation(
        id="checkIn", permission="queue.handle", method="post",
        path=f"{BASE}/appointments/{{identifier}}/check-in", link=True, summary="Check in",
        status=200, answer=schemas.Appointment,
        refusals=(*MINE, *CHANGED),
    ),
)  # fmt: skip
