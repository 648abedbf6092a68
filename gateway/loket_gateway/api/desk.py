"""The desk: the day, one appointment, its commands, and the queue. For staff, and for machines such as a kiosk."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from werkzeug.wrappers import Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.book import BookFollowUp, BookForResident
from loket_contracts.rpc.booking.slot_answers import BookedAppointment
from loket_contracts.rpc.booking.steps import AskResident, CallNext, ReplaceLink, TakeStep
from loket_contracts.rpc.booking.tickets import IssueTicket
from loket_contracts.rpc.message import from_json
from loket_contracts.rpc.notification import Notification

from ..access.required_permission import needs
from ..clients.link_messages import CHANNELS, send_link
from ..http.idempotency import scoped_key
from ..http.parsing import json_object, query
from ..http.request import GatewayRequest
from ..http.responses import done, file_answer, private
from ..http.routing import route
from ..i18n import language
from ..schemas import AgendaQuery, QueueQuery
from . import BASE
from .slots import as_parameters, criteria_of

ONE = f"{BASE}/appointments/<identifier>"
TICKET = f"{BASE}/tickets/<location>/<date>/<number>"
READ, HANDLE, CHANGE = needs("agenda.read"), needs("queue.handle"), needs("appointments.change")
_agenda_query, _queue_query = AgendaQuery(), QueueQuery()


def _command(name: str) -> Callable[..., Response]:
    """Return the route of one command."""
    command = name.replace("-", "_")

    @route("POST", f"{ONE}/{name}", HANDLE)
    def post(self: DeskRoutes, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        details = from_json(TakeStep, json_object(request, may_be_empty=True))
        changed = self.booking.step(municipality, identifier, command, details, request.caller.as_staff("queue.handle"))
        return private(language.localised(changed, language.of(request)), request)

    return cast(Callable[..., Response], post)


@dataclass(frozen=True)
class DeskRoutes:
    """Staff of some teams see and handle the appointments of those teams only. Booking enforces that."""

    booking: Booking
    notification: Notification

    @route("GET", f"{BASE}/agenda", READ)
    def get_agenda(self, request: GatewayRequest, municipality: str) -> Response:
        asked = query(request, _agenda_query)
        found = self.booking.agenda(
            municipality, asked["date"].isoformat(), request.caller.as_staff("agenda.read"),
            team=asked["team"], resource=asked["resource"],
        )  # fmt: skip
        return private(found, request)

    @route("GET", f"{ONE}/dossier", READ)
    def get_dossier(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        return private(self.booking.dossier(municipality, identifier, request.caller.as_staff("agenda.read")), request)

    @route("GET", f"{ONE}/dossier/files/<file>", READ)
    def get_dossier_file(self, request: GatewayRequest, municipality: str, identifier: str, file: str) -> Response:
        found = self.booking.read_file(municipality, identifier, file, request.caller.as_staff("agenda.read"))
        return file_answer(base64.b64decode(found["content"]), found["media_type"], found["name"])

    @route("GET", f"{ONE}/barred-addresses", READ)
    def get_barred_addresses(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Return the addresses of the resident that messages are suppressed for."""
        found = self.booking.appointment(municipality, identifier, request.caller.as_staff("agenda.read"))
        return private({"barred": self.notification.barred(municipality, found["id"])}, request)

    @route("DELETE", f"{ONE}/barred-addresses/<channel>", CHANGE)
    def delete_barred_address(
        self, request: GatewayRequest, municipality: str, identifier: str, channel: str
    ) -> Response:
        caller = request.caller.as_staff("appointments.change")
        found = self.booking.note_address_lifted(municipality, identifier, channel, caller)
        self.notification.lift(municipality, found, channel)
        return done()

    @route("POST", f"{ONE}/replace-link", CHANGE)
    def post_replace_link(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        command = from_json(ReplaceLink, json_object(request, may_be_empty=True))
        caller = request.caller.as_staff("appointments.change")
        appointment = self.booking.replace_link(municipality, identifier, caller)
        sent = command.notify and send_link(self.notification, municipality, appointment, CHANNELS)
        return private({"sent": sent}, request)

    @route("GET", f"{BASE}/desk/slots", CHANGE)
    def get_desk_slots(self, request: GatewayRequest, municipality: str) -> Response:
        """Return free slots without lead time, also of types that are not public."""
        with as_parameters():
            caller = request.caller.as_staff("appointments.change")
            return private(self.booking.free_slots(municipality, criteria_of(request), caller), request)

    @route("POST", f"{BASE}/desk/appointments", CHANGE)
    def post_desk_appointments(self, request: GatewayRequest, municipality: str) -> Response:
        command, caller = from_json(BookForResident, json_object(request)), request.caller
        booked = self.booking.book_for_resident(
            municipality, command, caller.as_staff("appointments.change"), scoped_key(request)
        )
        return _booked(request, municipality, booked)

    @route("POST", f"{ONE}/follow-up", CHANGE)
    def post_follow_up(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        command, caller = from_json(BookFollowUp, json_object(request)), request.caller.as_staff("appointments.change")
        booked = self.booking.book_follow_up(municipality, identifier, command, caller, scoped_key(request))
        return _booked(request, municipality, booked)

    @route("POST", f"{ONE}/ask", CHANGE)
    def post_ask(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        command, caller = from_json(AskResident, json_object(request)), request.caller.as_staff("appointments.change")
        asked = self.booking.ask(municipality, identifier, command, caller)
        return private(language.localised(asked, language.of(request)), request)

    @route("POST", f"{ONE}/transfer", HANDLE)
    def post_transfer(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        command, caller = from_json(TakeStep, json_object(request)), request.caller.as_staff("queue.handle")
        issued = self.booking.transfer(municipality, identifier, command, caller)
        return private(issued, request, 201)

    post_start = _command("start")
    post_recall = _command("recall")
    post_park = _command("park")
    post_resume = _command("resume")
    post_complete = _command("complete")
    post_no_show = _command("no-show")
    post_undo_no_show = _command("undo-no-show")
    post_undo_check_in = _command("undo-check-in")

    @route("GET", f"{BASE}/queue", needs("queue.read"))
    def get_queue(self, request: GatewayRequest, municipality: str) -> Response:
        location = query(request, _queue_query)["location"]
        with as_parameters():
            return private(self.booking.queue(municipality, location), request)

    @route("POST", f"{BASE}/queue/next", HANDLE)
    def post_next(self, request: GatewayRequest, municipality: str) -> Response:
        command, caller = from_json(CallNext, json_object(request)), request.caller.as_staff("queue.handle")
        called = self.booking.call_next(municipality, command, caller, idempotency_key=scoped_key(request))
        return private(called, request)

    @route("POST", f"{BASE}/tickets", needs("tickets.issue"))
    def post_tickets(self, request: GatewayRequest, municipality: str) -> Response:
        body = from_json(IssueTicket, json_object(request))
        issued = self.booking.issue_ticket(municipality, body, idempotency_key=scoped_key(request))
        return private(issued, request, 201)

    @route("POST", f"{TICKET}/<step>", HANDLE)
    def post_ticket_step(
        self, request: GatewayRequest, municipality: str, location: str, date: str, number: str, step: str
    ) -> Response:
        ticket, caller = f"{municipality}/{location}/{date}/{number}", request.caller.as_staff("queue.handle")
        command = from_json(TakeStep, json_object(request, may_be_empty=True))
        return private(self.booking.ticket_step(municipality, ticket, step, command, caller), request)


def _booked(request: GatewayRequest, municipality: str, booked: BookedAppointment) -> Response:
    """Return the appointment without its link, which is mailed to the resident."""
    shown = {name: value for name, value in booked.items() if name != "link_token"}
    address = f"/api/v1/{municipality}/appointments/{booked['id']}"
    return private(language.localised(shown, language.of(request)), request, 201, {"Location": address})
