"""Booking for somebody who stands here or is on the telephone, and finding what was booked."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from werkzeug.wrappers import Response

from loket_chassis.rpc import Service
from loket_contracts.errors import Refusal

from ... import language
from ...access.doors import needs
from ...catalogue import Catalogue
from ...request import GatewayRequest
from ...routing import route
from ..render import see, whole_number
from ..topics import kind_of
from .frame import date_of, desk_page, today

READ, CHANGE = needs("agenda.read"), needs("appointments.change")
#: so many free moments are shown at once, from as many days
MOST_MOMENTS, AHEAD = 40, dt.timedelta(days=20)
CONTACT = ("name", "email", "phone", "language")


class DeskBookingPages:
    """One page from topic to name, so that it goes quickly by keyboard."""

    booking: Service
    catalogue: Catalogue

    @route("GET", "/<municipality>/balie/boeken", CHANGE, page=True)
    def show_desk_booking(self, request: GatewayRequest, municipality: str) -> Response:
        return self._booking_page(request, municipality, request.args, {})

    @route("POST", "/<municipality>/balie/boeken", CHANGE, page=True)
    def desk_book(self, request: GatewayRequest, municipality: str) -> Response:
        given, caller = request.form, request.caller
        answers = {name[7:]: text for name, text in given.items() if name.startswith("answer-") and text.strip()}
        body: dict[str, Any] = {
            "appointment_types": [given.get("type", "")],
            "location": given.get("location") or None,
            "persons": whole_number(given.get("persons"), 1),
            "start": given.get("start", ""),
            "contact": {name: given[name].strip() for name in CONTACT if given.get(name, "").strip()},
            "answers": answers,
        }
        if given.get("wie"):
            body["resource"] = given["wie"]
        try:
            booked = self.booking.staff_book(
                municipality, caller.name, body, f"desk {given.get('once', '')}",
                teams=caller.teams("appointments.change"),
            )  # fmt: skip
        except Refusal as refusal:
            if refusal.code not in ("invalid-request", "slot-taken"):
                raise
            return self._booking_page(request, municipality, given, self._wrong(request, refusal))
        return see(request, f"/{municipality}/balie/afspraak/{booked['id']}", geboekt="1")

    @route("GET", "/<municipality>/balie/zoeken", READ, page=True)
    def find(self, request: GatewayRequest, municipality: str) -> Response:
        """By reference or name. It is sent by POST, so that no name stands in an address."""
        return desk_page("find.html", request, self.catalogue, municipality, at="find", text="", found=None)

    @route("POST", "/<municipality>/balie/zoeken", READ, page=True)
    def found(self, request: GatewayRequest, municipality: str) -> Response:
        text = request.form.get("wie", "").strip()[:120]
        found = self.booking.find_visits(
            municipality, request.caller.name, text, teams=request.caller.teams("agenda.read")
        )
        if len(found) == 1:
            return see(request, f"/{municipality}/balie/afspraak/{found[0]['appointment']}")
        return desk_page("find.html", request, self.catalogue, municipality, at="find", text=text, found=found)

    def _booking_page(self, request: GatewayRequest, municipality: str, given: Any, wrong: dict[str, str]) -> Response:
        catalogue = self.catalogue.of(municipality)
        kind = kind_of(catalogue, given["type"]) if given.get("type") else None
        slots: list[dict[str, Any]] = []
        place, first = None, date_of(given.get("van"), today(self.catalogue, municipality))
        if kind is not None:
            place = given.get("location") if given.get("location") in kind["locations"] else kind["locations"][0]
            wish = {
                "appointment_types": [kind["id"]], "persons": whole_number(given.get("persons"), 1),
                "location": place, "resource": given.get("wie") or None,
                "from": first.isoformat(), "to": (first + AHEAD).isoformat(),
            }  # fmt: skip
            slots = self.booking.staff_slots(municipality, wish)["slots"][:MOST_MOMENTS]
        people = self.booking.resources(municipality, teams=request.caller.teams("appointments.change"))
        return desk_page(
            "book.html", request, self.catalogue, municipality, 422 if wrong else 200,
            at="book", kind=language.localised(kind, language.of(request)) if kind else None, place=place, slots=slots,
            given=given, wrong=wrong, people=people, first=first, once=given.get("once") or secrets.token_urlsafe(12),
        )  # fmt: skip

    def _wrong(self, request: GatewayRequest, refusal: Refusal) -> dict[str, str]:
        """What is wrong, by the field that it is about."""
        spoken = language.of(request)
        if refusal.code == "slot-taken":
            return {"start": language.translate("Somebody else has just taken it: choose another one.", spoken)}
        found = {}
        for error in refusal.errors:
            name = error["pointer"].split("/")[-1]
            field = f"answer-{name}" if error["pointer"].startswith("/answers/") else name
            found[field] = language.detail(error["detail"], spoken)
        return found
