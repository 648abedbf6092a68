"""Booking for a resident at the counter or on the phone, and search of appointments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_chassis.messaging.rpc import RemoteError, Unavailable
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.book import BookForResident
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.message import from_json

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache
from ...http import problems
from ...http.request import GatewayRequest
from ...i18n import language
from ..contact_form import sent_contact
from ..questions import sent_answers
from ..render import parse_number, see_other
from ..topics import kind_of
from .frame import ONCE_FIELD, date_of, desk_page, today
from .refusals import REPEATABLE, desk_route, sentence

READ, CHANGE = needs("agenda.read"), needs("appointments.change")
#: free slots that are shown at once, and the days that are searched
MAX_MOMENTS, MAX_FOUND, DAYS_AT_ONCE = 40, 50, dt.timedelta(days=20)


@dataclass(frozen=True)
class DeskBookingPages:
    """One page from topic to name, for quick work by keyboard."""

    booking: Booking
    catalogue: CatalogueCache

    @desk_route("GET", "/<municipality>/balie/boeken", CHANGE)
    def show_desk_booking(self, request: GatewayRequest, municipality: str) -> Response:
        return self._booking_page(request, municipality, request.args)

    @desk_route("POST", "/<municipality>/balie/boeken", CHANGE)
    def desk_book(self, request: GatewayRequest, municipality: str) -> Response:
        given, caller = request.form, request.caller
        answers = {question: text for question, text in sent_answers(given).items() if text.strip()}
        body: dict[str, Any] = {
            "appointment_types": [given.get("type", "")],
            "location": given.get("location") or None,
            "persons": parse_number(given.get("persons"), 1),
            "start": given.get("start", ""),
            "contact": sent_contact(given),
            "answers": answers,
        }
        if given.get("resource"):
            body["resource"] = given["resource"]
        if informed_by := _informed_by(given, body["contact"]):
            body["informed_by"] = informed_by
        try:
            command = from_json(BookForResident, body)
            booked = self.booking.book_for_resident(
                municipality, command, caller.as_staff("appointments.change"),
                f"desk {caller.name} {given.get(ONCE_FIELD, '')}",
            )  # fmt: skip
        except (Refusal, Unavailable, RemoteError) as error:
            refusal = problems.refusal_of(error)
            if refusal.code == "idempotency-key-reused":  # it was booked by the first press
                return see_other(
                    request, f"/{municipality}/balie/afspraak/{refusal.params['appointment']}", booked_before="1"
                )
            return self._booking_page(request, municipality, given, refusal)
        return see_other(request, f"/{municipality}/balie/afspraak/{booked['id']}", booked="1")

    @desk_route("GET", "/<municipality>/balie/zoeken", READ)
    def find(self, request: GatewayRequest, municipality: str) -> Response:
        """Show the search of visits. It uses POST, so that no address has a name."""
        return desk_page("find.html", request, self.catalogue, municipality, at="find", text="", found=None, more=False)

    @desk_route("POST", "/<municipality>/balie/zoeken", READ)
    def found(self, request: GatewayRequest, municipality: str) -> Response:
        text = request.form.get("search", "").strip()[:120]
        found = self.booking.find_visits(municipality, text, request.caller.as_staff("agenda.read"))
        if len(found) == 1:
            return see_other(request, f"/{municipality}/balie/afspraak/{found[0]['appointment']}")
        return desk_page(
            "find.html", request, self.catalogue, municipality, at="find", text=text, found=found[:MAX_FOUND],
            more=len(found) > MAX_FOUND,
        )  # fmt: skip

    def _booking_page(
        self, request: GatewayRequest, municipality: str, given: Any, refusal: Refusal | None = None
    ) -> Response:
        """Render the form as filled in. While booking does not respond, no call is made."""
        caller = request.caller.as_staff("appointments.change")
        is_away = refusal is not None and refusal.code in REPEATABLE
        wrong = self._wrong(request, refusal) if refusal else {}
        catalogue = self.catalogue.of(municipality)
        kind = kind_of(catalogue, given["type"]) if given.get("type") else None
        slots: Sequence[Mapping[str, Any]] = []
        place, first = None, date_of(given.get("from"), today(self.catalogue, municipality))
        if kind is not None:
            place = given.get("location") if given.get("location") in kind["locations"] else kind["locations"][0]
            criteria = FindSlots(
                appointment_types=(kind["id"],), persons=parse_number(given.get("persons"), 1), location=place,
                resource=given.get("resource") or None, first=first, last=first + DAYS_AT_ONCE,
            )  # fmt: skip
            if is_away:
                slots = _chosen(given)
            else:
                slots = self.booking.free_slots(municipality, criteria, caller)["slots"][:MAX_MOMENTS]
        people = [] if is_away else self.booking.resources(municipality, caller)
        response = desk_page(
            "book.html", request, self.catalogue, municipality, problems.STATUS[refusal.code] if refusal else 200,
            at="book", kind=language.localised(kind, language.of(request)) if kind else None, place=place, slots=slots,
            given=given, wrong=wrong, people=people, first=first, is_away=is_away,
            rings=any(each["id"] == place and each["channel"] == "phone" for each in catalogue["locations"]),
            error=sentence(refusal, request) if refusal and not wrong else "",
        )  # fmt: skip
        if refusal is not None:
            problems.add_headers(response, refusal)
        return response

    def _wrong(self, request: GatewayRequest, refusal: Refusal) -> dict[str, str]:
        """Return errors by field."""
        lang = language.of(request)
        if refusal.code in ("slot-taken", "slot-not-offered", "slot-in-the-past"):
            return {"start": sentence(refusal, request)}
        found = {}
        for error in refusal.errors:
            name = error["pointer"].split("/")[-1]
            field = f"answer-{name}" if error["pointer"].startswith("/answers/") else name
            found[field] = language.detail(error["detail"], lang)
        return found


def _informed_by(given: Mapping[str, str], contact: Mapping[str, str]) -> str:
    """Return how the resident is informed: as chosen, else by SMS without an address. "" for the usual channels."""
    chosen = given.get("informed_by", "")
    return "sms" if not chosen and contact.get("phone") and not contact.get("email") else chosen


def _chosen(given: Any) -> list[dict[str, Any]]:
    """Return the chosen slot as the only free one."""
    try:
        dt.datetime.fromisoformat(given.get("start", "")).astimezone()
    except (ValueError, OverflowError):
        return []
    return [{"start": given["start"]}]
