"""The kiosk: check in by reference, QR code or name, or take a number.

No personal data stays on the screen: every page returns to the first one automatically, and no address has a name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.tickets import IssueTicket

from ..clients.catalogue_cache import CatalogueCache, on_site_locations
from ..http.authentication import Authentication
from ..http.request import GatewayRequest
from ..i18n import language
from .device import require_screen, screen_problem
from .page_route import page_route
from .render import localise, municipality_context, page, see_other

#: seconds after which a page returns to the first one
PATIENCE, TOLD = 60, 20
PERMISSION = "tickets.issue"


@dataclass(frozen=True)
class KioskPages:
    """Pages return by a Refresh header, so that no script is needed."""

    booking: Booking
    access: Authentication
    catalogue: CatalogueCache

    @page_route("GET", "/<municipality>/onthaal", render_refusal=screen_problem)
    def kiosk(self, request: GatewayRequest, municipality: str) -> Response:
        if require_screen(self.access, request, municipality, PERMISSION) is None:
            return see_other(request, f"/{municipality}/koppelen", next="onthaal")
        return self._screen("start.html", request, municipality, wrong=False)

    @page_route("POST", "/<municipality>/onthaal/aanmelden", render_refusal=screen_problem)
    def arrive(self, request: GatewayRequest, municipality: str) -> Response:
        """Check in by what was typed or scanned. If several visits match, the visitor chooses one."""
        caller = require_screen(self.access, request, municipality, PERMISSION)
        if caller is None:
            return see_other(request, f"/{municipality}/koppelen", next="onthaal")
        place, text = self._place(request, municipality), request.form.get("visitor", "").strip()[:120]
        chosen = request.form.get("appointment")
        found = self.booking.arrivals(municipality, place, text) if text else []
        if not chosen and len(found) != 1:
            if not found:
                return self._not_expected(request, municipality, place, text)
            return self._screen("which.html", request, municipality, found=found, text=text, after=PATIENCE)
        try:
            visitor = self.booking.arrive(
                municipality, place, chosen or found[0]["appointment"], text, caller.as_kiosk()
            )
        except Refusal as refusal:
            if refusal.code not in ("appointment-not-found", "not-allowed-in-state", "changed-meanwhile"):
                raise
            return self._screen("start.html", request, municipality, 409, wrong=True)
        return self._screen("here.html", request, municipality, visitor=visitor, after=TOLD)

    def _not_expected(self, request: GatewayRequest, municipality: str, place: str, text: str) -> Response:
        """Render the first page with the reason why this visitor cannot check in."""
        why = self.booking.why_not_expected(municipality, place, text) if text else None
        return self._screen("start.html", request, municipality, 422, wrong=True, why=why)

    @page_route("GET", "/<municipality>/onthaal/nummer", render_refusal=screen_problem)
    def topics(self, request: GatewayRequest, municipality: str) -> Response:
        if require_screen(self.access, request, municipality, PERMISSION) is None:
            return see_other(request, f"/{municipality}/koppelen", next="onthaal")
        return self._screen("topics.html", request, municipality, after=PATIENCE)

    @page_route("POST", "/<municipality>/onthaal/nummer", render_refusal=screen_problem)
    def take_number(self, request: GatewayRequest, municipality: str) -> Response:
        if require_screen(self.access, request, municipality, PERMISSION) is None:
            return see_other(request, f"/{municipality}/koppelen", next="onthaal")
        place = self._place(request, municipality)
        command = IssueTicket(
            appointment_types=(request.form.get("type", ""),), location=place, language=language.of(request)
        )
        issued = self.booking.issue_ticket(municipality, command)
        waiting = self.booking.queue(municipality, place)["waiting"]
        mine = next((each for each in waiting if each["id"] == issued["id"]), None)
        return self._screen(
            "number.html", request, municipality, number=issued["shown"],
            minutes=mine["expected_minutes"] if mine else None, after=TOLD,
        )  # fmt: skip

    def _place(self, request: GatewayRequest, municipality: str) -> str:
        """Return the location of the kiosk. Raises Refusal: unknown-location."""
        receiving = [each["id"] for each in on_site_locations(self.catalogue.of(municipality))]
        asked = request.args.get("location") or next(iter(receiving), "")
        if asked not in receiving:
            raise Refusal("unknown-location", {"location": asked})
        return str(asked)

    def _screen(
        self, template: str, request: GatewayRequest, municipality: str, status: int = 200, **shown: Any
    ) -> Response:
        catalogue, place = localise(request, self.catalogue.of(municipality)), self._place(request, municipality)
        kinds = [
            kind
            for kind in catalogue["appointment_types"]
            if place in kind["locations"] and kind["visibility"] == "public"
        ]
        start = f"/{municipality}/onthaal?location={place}&lang={language.of(request)}"
        response = page(
            f"screens/{template}", request, status, **municipality_context(catalogue), place=place, start=start,
            kinds=kinds,
            places={each["id"]: each["name"] for each in catalogue["locations"]}, **{"why": None, **shown},
        )  # fmt: skip
        if "after" in shown:
            response.headers["Refresh"] = f"{shown['after']}; url={start}"
        return response
