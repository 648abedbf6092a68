"""The waiting list, for residents who want an earlier slot."""

from __future__ import annotations

from dataclasses import dataclass

from werkzeug.wrappers import Request, Response

from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.changes import JoinWaitingList, OfferPreferences
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

from ..access.required_permission import LINK
from ..http.parsing import bearer, json_object
from ..http.responses import done, private
from ..http.routing import route
from ..i18n import language
from . import BASE


@dataclass(frozen=True)
class WaitingListRoutes:
    """An entry is named by its appointment, and needs the token of that."""

    booking: Booking

    @route("POST", f"{BASE}/waiting-list", LINK)
    def post_waiting_list(self, request: Request, municipality: str) -> Response:
        command = from_json(JoinWaitingList, json_object(request))
        return private(self.booking.join_waiting_list(municipality, command, _resident(request)), request, 201)

    @route("PUT", f"{BASE}/waiting-list/<identifier>", LINK)
    def put_waiting_list(self, request: Request, municipality: str, identifier: str) -> Response:
        command = from_json(OfferPreferences, json_object(request))
        entry = self.booking.change_offer_preferences(municipality, identifier, command, _resident(request))
        return private(entry, request)

    @route("DELETE", f"{BASE}/waiting-list/<identifier>", LINK)
    def delete_waiting_list(self, request: Request, municipality: str, identifier: str) -> Response:
        self.booking.leave_waiting_list(municipality, identifier, _resident(request))
        return done()

    @route("POST", f"{BASE}/waiting-list/<identifier>/accept", LINK)
    def post_accept(self, request: Request, municipality: str, identifier: str) -> Response:
        moved = self.booking.accept_offer(municipality, identifier, _resident(request))
        return private(language.localised(moved, language.of(request)), request)

    @route("POST", f"{BASE}/waiting-list/<identifier>/decline", LINK)
    def post_decline(self, request: Request, municipality: str, identifier: str) -> Response:
        return private(self.booking.decline_offer(municipality, identifier, _resident(request)), request)


def _resident(request: Request) -> Caller:
    return Caller.resident(bearer(request))
