"""The step in which a stranger confirms the address or number, by code or by the link in the message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.refusal_codes import RefusalCode
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.slot_answers import ProvisionalBooking
from loket_contracts.rpc.caller import Caller

from ..clients.catalogue_cache import CatalogueCache
from ..http import problems
from ..http.authentication import Authentication
from ..http.client_address import client_network
from ..http.proofs import remember_proof
from ..i18n import language
from .page_route import page_route
from .render import localise, municipality_context, page, see_other
from .topics import kind_of, location_of

#: refusals of a code, after which its page is shown again
AT_THE_CODE: tuple[RefusalCode, ...] = ("wrong-code", "code-used-up", "too-many-codes")


@dataclass(frozen=True)
class ConfirmationPages:
    """Only a POST confirms, as mail scanners follow links."""

    booking: Booking
    catalogue: CatalogueCache
    access: Authentication

    @page_route("GET", "/<municipality>/bevestigen")
    def show_confirmation(self, request: Request, municipality: str) -> Response:
        hold = request.args.get("hold", "")
        try:
            found = self.booking.provisional_of_hold(municipality, hold)
        except Refusal as refusal:
            return self._go_back(request, municipality, hold, refusal)
        context = self._context(request, municipality, found)
        wrong = _wrong(request, found)
        return page("confirm.html", request, **context, wrong=wrong, sent=bool(request.args.get("sent")))

    @page_route("POST", "/<municipality>/bevestigen")
    def confirm_by_code(self, request: Request, municipality: str) -> Response:
        hold = request.form.get("hold", "")
        try:
            found = self.booking.provisional_of_hold(municipality, hold)
            return self._confirm(request, municipality, found["id"], request.form.get("code", ""))
        except Refusal as refusal:
            return self._go_back(request, municipality, hold, refusal)

    @page_route("POST", "/<municipality>/bevestigen/opnieuw")
    def send_code_again(self, request: Request, municipality: str) -> Response:
        hold = request.form.get("hold", "")
        try:
            self.booking.send_code_again(municipality, hold)
        except Refusal as refusal:
            return self._go_back(request, municipality, hold, refusal)
        return see_other(request, f"/{municipality}/bevestigen", hold=hold, sent="1")

    @page_route("GET", "/<municipality>/bevestigen/<identifier>/<token>")
    def show_link(self, request: Request, municipality: str, identifier: str, token: str) -> Response:
        found = self.booking.provisional_of_link(municipality, identifier, token)
        return page("confirm_link.html", request, **self._context(request, municipality, found), token=token)

    @page_route("POST", "/<municipality>/bevestigen/<identifier>/<token>")
    def confirm_by_link(self, request: Request, municipality: str, identifier: str, token: str) -> Response:
        return self._confirm(request, municipality, identifier, token)

    def _confirm(self, request: Request, municipality: str, identifier: str, code: str) -> Response:
        caller = Caller.resident(client=client_network(request.remote_addr))
        booked = self.booking.confirm(municipality, identifier, code, caller)
        response = see_other(request, f"/{municipality}/afspraak/{booked['link_token']}", booked="1")
        remember_proof(self.access, request, response, booked["proof"])
        return response

    def _go_back(self, request: Request, municipality: str, hold: str, refusal: Refusal) -> Response:
        """Go to the page with the code, or to the last step of the form, which says whether the slot is still free.

        Reloading that page sends no code again, so it costs no attempt.
        """
        if refusal.code in AT_THE_CODE:
            return see_other(request, f"/{municipality}/bevestigen", hold=hold, refused=refusal.code)
        if refusal.code != "confirmation-over":
            raise refusal
        try:
            self.booking.held(municipality, hold)
        except Refusal as gone:
            raise refusal from gone
        return see_other(request, f"/{municipality}/nakijken", hold=hold)

    def _context(self, request: Request, municipality: str, found: ProvisionalBooking) -> dict[str, Any]:
        catalogue = localise(request, self.catalogue.of(municipality))
        return {
            **municipality_context(catalogue),
            "found": found,
            "kinds": [kind_of(catalogue, name) for name in found["appointment_types"]],
            "place": location_of(catalogue, found["location"]),
        }


def _wrong(request: Request, found: ProvisionalBooking) -> dict[str, str]:
    """Return the sentence about the code that was refused."""
    refused = next((code for code in AT_THE_CODE if code == request.args.get("refused")), None)
    if refused is None:
        return {}
    if refused == "wrong-code" and not found["attempts_left"]:
        refused = "code-used-up"
    return {"code": problems.sentence(Refusal(refused, {"left": found["attempts_left"]}), language.of(request))}
