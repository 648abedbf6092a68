"""The kiosk: check in by reference, QR code or name, or take a number.

No personal data stays on the screen: every page returns to the first one automatically, and no address has a name.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import eventlet
from werkzeug.wrappers import Response

from loket_chassis.runtime.unavailable import OutcomeUnknown
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.queue_answers import PersonEntry, WalkInTopics
from loket_contracts.rpc.booking.tickets import IssueTicket

from ..clients.catalogue_cache import CatalogueCache, on_site_locations
from ..http.authentication import Authentication
from ..http.request import GatewayRequest
from ..i18n import language
from .device import require_screen, screen_problem
from .page_route import page_route
from .render import localise, municipality_context, page, parse_number, see_other

#: seconds after which a page returns to the first one
RESET_AFTER, RESET_AFTER_RESULT = 60, 20
#: how often the number of a press is asked for while it is being issued, and the seconds between
ATTEMPTS, BETWEEN = 10, 0.1
PERMISSION = "tickets.issue"
#: the appointment changed since it was found, or its time is over
CANNOT_ARRIVE = frozenset({
    "appointment-not-found", "not-allowed-in-state", "changed-meanwhile", "too-early", "appointment-over",
})  # fmt: skip


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
            return self._screen("which.html", request, municipality, found=found, text=text, after=RESET_AFTER)
        try:
            visitor = self.booking.arrive(
                municipality, place, chosen or found[0]["appointment"], text, caller.as_kiosk()
            )
        except Refusal as refusal:
            if refusal.code not in CANNOT_ARRIVE:
                raise
            return self._not_expected(request, municipality, place, text, 409)
        return self._screen("here.html", request, municipality, visitor=visitor, after=RESET_AFTER_RESULT)

    def _not_expected(
        self, request: GatewayRequest, municipality: str, place: str, text: str, status: int = 422
    ) -> Response:
        """Render the first page with the reason why this visitor cannot check in."""
        why = self.booking.why_not_expected(municipality, place, text) if text else None
        return self._screen("start.html", request, municipality, status, wrong=True, why=why)

    @page_route("GET", "/<municipality>/onthaal/nummer", render_refusal=screen_problem)
    def topics(self, request: GatewayRequest, municipality: str) -> Response:
        """Show the topics for which numbers are given now, or the number that was just taken."""
        if require_screen(self.access, request, municipality, PERMISSION) is None:
            return see_other(request, f"/{municipality}/koppelen", next="onthaal")
        if taken := parse_number(request.args.get("number"), 0, digits=6):
            return self._number(request, municipality, str(taken))
        given = self.booking.walk_in_topics(municipality, self._place(request, municipality))
        return self._topics(request, municipality, given)

    @page_route("POST", "/<municipality>/onthaal/nummer", render_refusal=screen_problem)
    def take_number(self, request: GatewayRequest, municipality: str) -> Response:
        if require_screen(self.access, request, municipality, PERMISSION) is None:
            return see_other(request, f"/{municipality}/koppelen", next="onthaal")
        place, topic = self._place(request, municipality), request.form.get("type", "")
        given = self.booking.walk_in_topics(municipality, place)
        if topic not in given["appointment_types"]:
            return self._topics(request, municipality, given, status=409)
        command = IssueTicket(appointment_types=(topic,), location=place, language=language.of(request))
        issued = self._issue(municipality, command, _key_of_form(request, place, topic))
        return see_other(request, f"/{municipality}/onthaal/nummer", location=place, number=issued["shown"])

    def _issue(self, municipality: str, command: IssueTicket, key: str | None) -> PersonEntry:
        """Issue the number of this press. The second of two presses waits for the number of the first."""
        for _ in range(ATTEMPTS if key else 0):
            try:
                return self.booking.issue_ticket(municipality, command, idempotency_key=key)
            except OutcomeUnknown:
                eventlet.sleep(BETWEEN)
        return self.booking.issue_ticket(municipality, command, idempotency_key=key)

    def _topics(self, request: GatewayRequest, municipality: str, given: WalkInTopics, status: int = 200) -> Response:
        if not given["appointment_types"]:
            return self._screen(
                "closed.html", request, municipality, status, opens_at=given["opens_at"], after=RESET_AFTER_RESULT
            )  # fmt: skip
        return self._screen(
            "topics.html", request, municipality, status, given=given["appointment_types"],
            once=secrets.token_urlsafe(12), wrong=status != 200, after=RESET_AFTER,
        )  # fmt: skip

    def _number(self, request: GatewayRequest, municipality: str, number: str) -> Response:
        waiting = self.booking.queue(municipality, self._place(request, municipality))["waiting"]
        mine = next((each for each in waiting if each["kind"] == "ticket" and each["shown"] == number), None)
        return self._screen("number.html", request, municipality, number=number, mine=mine, after=RESET_AFTER_RESULT)

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
        start = f"/{municipality}/onthaal?location={place}"  # the next visitor begins in the usual language
        response = page(
            f"screens/{template}", request, status, **municipality_context(catalogue), place=place, start=start,
            kinds=kinds,
            places={each["id"]: each["name"] for each in catalogue["locations"]}, **{"why": None, **shown},
        )  # fmt: skip
        if "after" in shown:
            response.headers["Refresh"] = f"{shown['after']}; url={start}"
        return response


def _key_of_form(request: GatewayRequest, place: str, topic: str) -> str | None:
    """Return the idempotency key of one press: of the page and what was chosen on it."""
    once = request.form.get("once", "")
    return f"kiosk {place} {topic} {once[:40]}" if once else None
