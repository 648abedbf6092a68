"""The desk: the day, one appointment and its commands, and the queue."""

from __future__ import annotations

from loket_contracts.rpc.booking.book import BookFollowUpSchema, BookForResidentSchema
from loket_contracts.rpc.booking.steps import AskResidentSchema, CallNextSchema, ReplaceLinkSchema, TakeStepSchema
from loket_contracts.rpc.booking.tickets import IssueTicketSchema

from ... import schemas
from .operation import BASE, BODY, BYTES, CHANGED, FILES, ONE, SEARCH, SLOT, UNBOOKABLE, Operation

_COMMANDS = {
    "start": "Start helping the resident",
    "park": "Put the appointment on hold",
    "resume": "Resume an appointment that is on hold",
    "complete": "Complete an appointment",
    "recall": "Call a resident again who was called to a counter",
    "no-show": "Record that the resident did not come",
    "undo-no-show": "Undo a no-show",
    "undo-check-in": "Undo a check-in",
}


def _command(name: str, summary: str) -> Operation:
    words = name.split("-")
    return Operation(
        id=words[0] + "".join(each.title() for each in words[1:]) + "Appointment", method="post", path=f"{ONE}/{name}",
        permission="queue.handle", body=TakeStepSchema, body_required=False, summary=summary, status=200,
        answer=schemas.Appointment, refusals=(*BODY, *CHANGED),
    )  # fmt: skip


OPERATIONS = (
    Operation(
        id="getAgenda", method="get", path=f"{BASE}/agenda", query=schemas.AgendaQuery, permission="agenda.read",
        summary="Get the agenda of one day by resource: opening hours and appointments",
        status=200, answer=schemas.Agenda,
        refusals=("invalid-request",),
    ),
    Operation(
        id="getDossier", method="get", path=f"{ONE}/dossier", permission="agenda.read",
        summary="Get everything that prepares for an appointment", status=200, answer=schemas.Dossier,
        refusals=("appointment-not-found",),
    ),
    Operation(
        id="getDossierFile", method="get", path=f"{ONE}/dossier/files/{{file}}", permission="agenda.read",
        summary="Download a document that the resident sent", status=200, answer=BYTES,
        media_type="application/octet-stream", also=FILES,
        refusals=("appointment-not-found", "file-not-found", "file-not-scanned"),
    ),
    Operation(
        id="listBarredAddresses", method="get", path=f"{ONE}/barred-addresses", permission="agenda.read",
        summary="List the resident's addresses that are suppressed because they do not exist", status=200,
        answer=schemas.BarredAddresses, refusals=("appointment-not-found",),
    ),
    Operation(
        id="liftBarredAddress", method="delete", path=f"{ONE}/barred-addresses/{{channel}}",
        permission="appointments.change", summary="Send messages to that address again", status=204,
        refusals=("appointment-not-found", "address-not-barred"),
    ),
    Operation(
        id="replaceLink", method="post", path=f"{ONE}/replace-link", body=ReplaceLinkSchema, body_required=False,
        permission="appointments.change",
        summary="Replace the link that the resident has; the earlier one opens nothing", status=200,
        answer=schemas.ReplacedLink, refusals=(*BODY, "appointment-not-found"),
    ),
    Operation(
        id="findDeskSlots", method="get", path=f"{BASE}/desk/slots", query=schemas.SlotQuery,
        permission="appointments.change", summary="List free slots of any type, without a lead time", status=200,
        answer=schemas.Slots, refusals=SEARCH,
    ),
    Operation(
        id="bookAtDesk", method="post", path=f"{BASE}/desk/appointments", body=BookForResidentSchema, repeatable=True,
        permission="appointments.change",
        summary="Book an appointment for a resident at the counter or on the telephone", status=201,
        answer=schemas.Appointment,
        refusals=(*BODY, *UNBOOKABLE, *SLOT, "hold-not-found", "idempotency-key-reused", "invitation-not-valid"),
    ),
    Operation(
        id="bookFollowUp", method="post", path=f"{ONE}/follow-up", body=BookFollowUpSchema, repeatable=True,
        permission="appointments.change", summary="Book the next appointment of the same resident", status=201,
        answer=schemas.Appointment,
        refusals=(*BODY, *UNBOOKABLE, *SLOT, "appointment-not-found", "hold-not-found", "idempotency-key-reused",
                  "invitation-not-valid"),
    ),
    Operation(
        id="askResident", method="post", path=f"{ONE}/ask", body=AskResidentSchema, permission="appointments.change",
        summary="Ask the resident for something beforehand (`text`)", status=200, answer=schemas.Appointment,
        refusals=(*BODY, *CHANGED),
    ),
    Operation(
        id="transferAppointment", method="post", path=f"{ONE}/transfer", body=TakeStepSchema, permission="queue.handle",
        summary="Transfer a resident who is here to another team", status=201, answer=schemas.Person,
        refusals=(*BODY, *CHANGED, *UNBOOKABLE),
    ),
    *(_command(name, summary) for name, summary in _COMMANDS.items()),
    Operation(
        id="getQueue", method="get", path=f"{BASE}/queue", query=schemas.QueueQuery, permission="queue.read",
        summary="Get who waits and who is called to which counter, without names", status=200, answer=schemas.Queue,
        refusals=("invalid-request", "unknown-location"),
    ),
    Operation(
        id="callNext", method="post", path=f"{BASE}/queue/next", body=CallNextSchema, permission="queue.handle",
        repeatable=True, summary="Call the next resident", status=200, answer=schemas.Person,
        refusals=(*BODY, "unknown-resource", "unknown-location", "nobody-waiting", "changed-meanwhile",
                  "idempotency-key-reused"),
    ),
    Operation(
        id="issueTicket", method="post", path=f"{BASE}/tickets", body=IssueTicketSchema, permission="tickets.issue",
        repeatable=True, summary="Issue a ticket to a walk-in visitor", status=201, answer=schemas.Person,
        refusals=(*BODY, *UNBOOKABLE, "idempotency-key-reused"),
    ),
    Operation(
        id="stepTicket", method="post", path=f"{BASE}/tickets/{{location}}/{{date}}/{{number}}/{{step}}",
        body=TakeStepSchema, body_required=False, permission="queue.handle",
        summary="Call, park, resume, transfer, complete or leave a ticket", status=200, answer=schemas.Person,
        refusals=(*BODY, *UNBOOKABLE, "ticket-not-found", "not-allowed-in-state", "changed-meanwhile"),
    ),
)  # fmt: skip
