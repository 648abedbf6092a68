"""Holds and appointments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.book import BookAppointment, ConfirmBooking
from loket_contracts.rpc.booking.changes import AnswerQuestions, GiveFeedback, RescheduleAppointment
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.booking.slots import HoldSlot
from loket_contracts.rpc.booking.steps import TakeStep
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

from ..access.required_permission import LINK, link_or
from ..http.client_address import anonymous_client
from ..http.idempotency import scoped_key
from ..http.parsing import bearer, json_object
from ..http.problems import STAMP_HEADER
from ..http.proof_of_work import WORK_HEADER, ProofOfWork
from ..http.request import GatewayRequest
from ..http.responses import calendar, done, page_of, private
from ..http.routing import route
from ..i18n import language
from . import BASE


@dataclass(frozen=True)
class AppointmentRoutes:
    """Booking is open to all; one appointment needs its token."""

    booking: Booking
    proof_of_work: ProofOfWork
    public_url: str

    @route("POST", f"{BASE}/holds")
    def post_holds(self, request: GatewayRequest, municipality: str) -> Response:
        _require_work(self.proof_of_work, request, municipality)
        command, caller = from_json(HoldSlot, json_object(request)), _booker(request)
        held = self.booking.hold(municipality, command, caller, scoped_key(request))
        return private(held, request, 201)

    @route("POST", f"{BASE}/appointments")
    def post_appointments(self, request: GatewayRequest, municipality: str) -> Response:
        body, key, caller = json_object(request), scoped_key(request), request.caller
        if caller.may("book", municipality):
            booked = self.booking.book(municipality, from_json(BookAppointment, body), caller.as_portal(), key)
            return self._booked(request, municipality, booked)
        if not body.get("hold"):  # the hold needed it already
            _require_work(self.proof_of_work, request, municipality)
        command = from_json(BookAppointment, body)
        if caller.is_known:
            return self._booked(request, municipality, self.booking.book(municipality, command, _booker(request), key))
        requested = self.booking.request_booking(municipality, command, _booker(request), key)
        if requested["provisional"] is not None:
            return private(requested["provisional"], request, 202)
        assert requested["booked"] is not None
        return self._booked(request, municipality, requested["booked"])

    @route("POST", f"{BASE}/appointments/<identifier>/confirm")
    def post_confirm(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        given = from_json(ConfirmBooking, json_object(request))
        confirmed = self.booking.confirm(municipality, identifier, given.code, _booker(request))
        booked = {name: value for name, value in confirmed.items() if name != "proof"}
        return self._booked(request, municipality, booked)

    def _booked(self, request: GatewayRequest, municipality: str, booked: Mapping[str, Any]) -> Response:
        """Return a new appointment, with the address of its page."""
        manage_url = page_of(self.public_url, municipality, booked["link_token"])
        address = f"/api/v1/{municipality}/appointments/{booked['id']}"
        return private(_localised({**booked, "manage_url": manage_url}, request), request, 201, {"Location": address})

    @route("GET", f"{BASE}/appointments/<identifier>", link_or("agenda.read"))
    def get_appointment(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        found = self.booking.appointment(municipality, identifier, _caller(request, "agenda.read"))
        return private(_localised(found, request), request)

    @route("PATCH", f"{BASE}/appointments/<identifier>", link_or("appointments.change"))
    def patch_appointment(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        command = from_json(AnswerQuestions, json_object(request))
        caller = _caller(request, "appointments.change")
        changed = self.booking.answer_questions(municipality, identifier, command, caller)
        return private(_localised(changed, request), request)

    @route("GET", f"{BASE}/appointments/<identifier>/calendar.ics", LINK)
    def get_calendar(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        token = bearer(request)
        page = page_of(self.public_url, municipality, token)
        entry = self.booking.appointment_calendar(municipality, identifier, Caller.resident(token), page)
        return calendar(entry, "afspraak")

    @route("POST", f"{BASE}/appointments/<identifier>/feedback", LINK)
    def post_feedback(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        feedback = from_json(GiveFeedback, json_object(request))
        self.booking.give_feedback(municipality, identifier, feedback, Caller.resident(bearer(request)))
        return done()

    @route("POST", f"{BASE}/appointments/<identifier>/cancel", link_or("appointments.change"))
    def post_cancel(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        body = json_object(request, may_be_empty=True)
        caller = _caller(request, "appointments.change")
        if caller.kind == "staff":
            body = {"reason": "by-municipality", **body}
        cancelled = self.booking.cancel(municipality, identifier, from_json(CancelAppointment, body), caller)
        return private(_localised(cancelled, request), request)

    @route("POST", f"{BASE}/appointments/<identifier>/reschedule", link_or("appointments.change"))
    def post_reschedule(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        command = from_json(RescheduleAppointment, json_object(request))
        moved = self.booking.reschedule(municipality, identifier, command, _caller(request, "appointments.change"))
        return private(_localised(moved, request), request)

    @route("POST", f"{BASE}/appointments/<identifier>/check-in", link_or("queue.handle"))
    def post_check_in(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        caller = _caller(request, "queue.handle")
        if caller.kind == "staff":
            here = self.booking.step(municipality, identifier, "check_in", TakeStep(), caller)
        else:
            here = self.booking.check_in(municipality, identifier, caller)
        return private(_localised(here, request), request)


def _require_work(proof_of_work: ProofOfWork, request: GatewayRequest, municipality: str) -> None:
    stamp, work = request.headers.get(STAMP_HEADER, ""), request.headers.get(WORK_HEADER, "")
    proof_of_work.require_work(request, municipality, stamp, work)


def _booker(request: GatewayRequest) -> Caller:
    """Return the resident who books, with the client that limits count by."""
    return Caller.resident(client=anonymous_client(request.caller, request.remote_addr))


def _caller(request: GatewayRequest, permission: str) -> Caller:
    """Return the member of staff, or the resident with the token of the appointment."""
    return request.caller.as_staff(permission) if request.caller.is_known else Caller.resident(bearer(request))


def _localised(appointment: Mapping[str, Any], request: GatewayRequest) -> Any:
    return language.localised(appointment, language.of(request))
