"""Closures, the appointments in conflict with them, and invitations."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Response

from loket_contracts.rpc.booking import Booking

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
    """Staff of some teams can close time of those teams only."""

    booking: Booking
    slow_booking: Booking

    @route("GET", f"{BASE}/closures", READ)
    def get_closures(self, request: GatewayRequest, municipality: str) -> Response:
        return private({"closures": self.booking.closures(municipality)}, request)

    @route("POST", f"{BASE}/closures", CLOSE)
    def post_closures(self, request: GatewayRequest, municipality: str) -> Response:
        body, caller = json_object(request), request.caller
        teams = caller.teams("closures.change")
        laid = self.booking.close_time(
            municipality, caller.name, body, teams=teams, idempotency_key=scoped_key(request)
        )
        return private(laid, request, 201)

    @route("DELETE", f"{BASE}/closures/<closure>", CLOSE)
    def delete_closure(self, request: GatewayRequest, municipality: str, closure: str) -> Response:
        self.booking.open_time(
            municipality, request.caller.name, closure, teams=request.caller.teams("closures.change")
        )
        return done()

    @route("PUT", f"{BASE}/resources/<resource>/busy-times", CLOSE)
    def put_busy_times(self, request: GatewayRequest, municipality: str, resource: str) -> Response:
        """Import an iCalendar file (RFC 5545) of busy times. It replaces the previous one of its source."""
        source = query(request, _busy_query)["source"]
        taken = self.slow_booking.import_busy(
            municipality, resource, source, text(request, "text/calendar"),
            teams=request.caller.teams("closures.change"),
        )  # fmt: skip
        return private(taken, request)

    @route("GET", f"{BASE}/clashes", READ)
    def get_clashes(self, request: GatewayRequest, municipality: str) -> Response:
        return private({"clashes": self.booking.clashes(municipality)}, request)

    @route("GET", f"{BASE}/clashes/proposals", READ)
    def get_proposals(self, request: GatewayRequest, municipality: str) -> Response:
        """Propose another time for each appointment in conflict."""
        conflicts = [each["appointment"] for each in self.booking.clashes(municipality)]
        return private({"proposals": self.booking.proposals(municipality, conflicts)}, request)

    @route("POST", f"{BASE}/moves", CLOSE)
    def post_moves(self, request: GatewayRequest, municipality: str) -> Response:
        """Move many appointments. One that cannot be moved stays, with the reason."""
        results = self.booking.move_these(
            municipality, request.caller.name, json_object(request), teams=request.caller.teams("closures.change")
        )
        return private({"results": results}, request)

    @route("GET", f"{BASE}/invitations", CHANGE)
    def get_invitations(self, request: GatewayRequest, municipality: str) -> Response:
        return private({"invitations": self.booking.invitations(municipality)}, request)

    @route("POST", f"{BASE}/invitations", CHANGE)
    def post_invitations(self, request: GatewayRequest, municipality: str) -> Response:
        made = self.booking.invite(
            municipality, request.caller.name, json_object(request), teams=request.caller.teams("appointments.change")
        )
        return private(made, request, 201)

    @route("DELETE", f"{BASE}/invitations/<invitation>", CHANGE)
    def delete_invitation(self, request: GatewayRequest, municipality: str, invitation: str) -> Response:
        self.booking.revoke_invitation(municipality, invitation)
        return done()
