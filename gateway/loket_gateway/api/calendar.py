"""Closures, the appointments in conflict with them, and invitations."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.closures import CloseTime, MoveThese
from loket_contracts.rpc.booking.invitations import Invite
from loket_contracts.rpc.message import from_json

from ..access.required_permission import needs
from ..http.idempotency import scoped_key
from ..http.parsing import json_object, query, text
from ..http.request import GatewayRequest
from ..http.responses import done, private
from ..http.routing import route
from ..schemas import BusyQuery
from . import BASE

READ, CLOSE, CHANGE = needs("agenda.read"), needs("closures.change"), needs("appointments.change")
_busy_query = BusyQuery()


@dataclass(frozen=True)
class CalendarRoutes:
    """Staff of some teams see and close time of those teams only. Booking enforces that."""

    booking: Booking
    slow_booking: Booking
    public_url: str

    @route("GET", f"{BASE}/closures", READ)
    def get_closures(self, request: GatewayRequest, municipality: str) -> Response:
        found = self.booking.closures(municipality, request.caller.as_staff("agenda.read"))
        return private({"closures": found}, request)

    @route("POST", f"{BASE}/closures", CLOSE)
    def post_closures(self, request: GatewayRequest, municipality: str) -> Response:
        command, caller = from_json(CloseTime, json_object(request)), request.caller.as_staff("closures.change")
        closure = self.booking.close_time(municipality, command, caller, idempotency_key=scoped_key(request))
        return private(closure, request, 201)

    @route("DELETE", f"{BASE}/closures/<closure>", CLOSE)
    def delete_closure(self, request: GatewayRequest, municipality: str, closure: str) -> Response:
        self.booking.open_time(municipality, closure, request.caller.as_staff("closures.change"))
        return done()

    @route("PUT", f"{BASE}/resources/<resource>/busy-times", CLOSE)
    def put_busy_times(self, request: GatewayRequest, municipality: str, resource: str) -> Response:
        """Import an iCalendar file (RFC 5545) of busy times. It replaces the previous one of its source."""
        source = query(request, _busy_query)["source"]
        imported = self.slow_booking.import_busy(
            municipality, resource, source, text(request, "text/calendar"), request.caller.as_staff("closures.change")
        )
        return private(imported, request)

    @route("POST", f"{BASE}/resources/<resource>/replace-feed", CLOSE)
    def post_replace_feed(self, request: GatewayRequest, municipality: str, resource: str) -> Response:
        token = self.booking.replace_feed(municipality, resource, request.caller.as_staff("closures.change"))
        return private({"url": f"{self.public_url}/api/v1/{municipality}/feeds/{token}.ics"}, request)

    @route("GET", f"{BASE}/clashes", READ)
    def get_clashes(self, request: GatewayRequest, municipality: str) -> Response:
        return private({"clashes": self.booking.clashes(municipality, request.caller.as_staff("agenda.read"))}, request)

    @route("GET", f"{BASE}/clashes/proposals", READ)
    def get_proposals(self, request: GatewayRequest, municipality: str) -> Response:
        """Propose another time for each appointment in conflict."""
        caller = request.caller.as_staff("agenda.read")
        conflicts = [each["appointment"] for each in self.booking.clashes(municipality, caller)]
        return private({"proposals": self.booking.proposals(municipality, conflicts, caller)}, request)

    @route("POST", f"{BASE}/moves", CLOSE)
    def post_moves(self, request: GatewayRequest, municipality: str) -> Response:
        """Move many appointments. One that cannot be moved stays, with the reason."""
        command, caller = from_json(MoveThese, json_object(request)), request.caller.as_staff("closures.change")
        return private({"results": self.booking.move_these(municipality, command, caller)}, request)

    @route("GET", f"{BASE}/invitations", CHANGE)
    def get_invitations(self, request: GatewayRequest, municipality: str) -> Response:
        found = self.booking.invitations(municipality, request.caller.as_staff("appointments.change"))
        return private({"invitations": found}, request)

    @route("POST", f"{BASE}/invitations", CHANGE)
    def post_invitations(self, request: GatewayRequest, municipality: str) -> Response:
        command, caller = from_json(Invite, json_object(request)), request.caller.as_staff("appointments.change")
        return private(self.booking.invite(municipality, command, caller), request, 201)

    @route("DELETE", f"{BASE}/invitations/<invitation>", CHANGE)
    def delete_invitation(self, request: GatewayRequest, municipality: str, invitation: str) -> Response:
        self.booking.revoke_invitation(municipality, invitation, request.caller.as_staff("appointments.change"))
        return done()
