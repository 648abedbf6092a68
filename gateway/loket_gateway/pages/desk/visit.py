"""What follows from a visit, and what staff add: the next visit, an invitation, notes and corrections."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.agenda_answers import Dossier
from loket_contracts.rpc.booking.book import BookFollowUp
from loket_contracts.rpc.booking.changes import AnswerQuestions, CorrectContact, RescheduleAppointment
from loket_contracts.rpc.booking.invitations import Invite
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.booking.steps import AddNote
from loket_contracts.rpc.message import from_json

from ...access.required_permission import needs
from ...clients.catalogue_cache import CatalogueCache, appointment_types_of
from ...http.request import GatewayRequest
from ...i18n import language
from ..contact_form import sent_contact
from ..questions import sent_answers
from ..render import localise, parse_number, see_other
from .frame import date_of, desk_page, form_idempotency_key, today
from .refusals import desk_route

READ, CHANGE = needs("agenda.read"), needs("appointments.change")
ONE = "/<municipality>/balie/afspraak/<identifier>"
#: days of one search for the next visit, and free times that are shown
DAYS_AT_ONCE, MAX_TIMES = dt.timedelta(days=20), 60


@dataclass(frozen=True)
class VisitPages:
    """Booking refuses appointments of other teams as not found."""

    booking: Booking
    catalogue: CatalogueCache
    public_url: str

    @desk_route("GET", f"{ONE}/vervolg", CHANGE)
    def show_next_visit(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        return self._next_visit_page(request, municipality, identifier)

    @desk_route("POST", f"{ONE}/vervolg", CHANGE)
    def book_next_visit(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Book the next visit of this resident at the time of the button."""
        given = request.form
        body: dict[str, Any] = {
            "appointment_types": [given.get("type", "")], "location": given.get("location") or None,
            "start": given.get("start", ""),
        }  # fmt: skip
        if given.get("resource"):
            body["resource"] = given["resource"]
        booked = self.booking.book_follow_up(
            municipality, identifier, from_json(BookFollowUp, body),
            request.caller.as_staff("appointments.change"), form_idempotency_key(request),
        )  # fmt: skip
        return see_other(request, f"/{municipality}/balie/afspraak/{booked['id']}", booked="1")

    @desk_route("POST", f"{ONE}/uitnodigen", CHANGE)
    def invite_again(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Create a link with which the resident chooses a time. It is shown once."""
        caller, topic = request.caller.as_staff("appointments.change"), request.form.get("type", "")
        found = self.booking.dossier(municipality, identifier, caller)
        invitation = self.booking.invite(
            municipality, Invite(appointment_type=topic, file_reference=found["file_reference"]), caller
        )
        link = f"{self.public_url}/{municipality}/uitnodiging/{invitation['token']}"
        return self._next_visit_page(request, municipality, identifier, link=link, until=invitation["expires"])

    @desk_route("POST", f"{ONE}/notitie", CHANGE)
    def add_note(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        command, caller = AddNote(text=request.form.get("text", "").strip()), request.caller
        if not command.text:
            raise Refusal(
                "invalid-request", errors=[{"pointer": "/text", "detail": "Missing data for required field."}]
            )
        self.booking.add_note(
            municipality, identifier, command, caller.as_staff("appointments.change"), form_idempotency_key(request)
        )
        return see_other(request, f"/{municipality}/balie/afspraak/{identifier}")

    @desk_route("GET", f"{ONE}/verbeteren", CHANGE)
    def show_corrections(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        return self._corrections_page(request, municipality, identifier)

    @desk_route("POST", f"{ONE}/verbeteren", CHANGE)
    def correct(self, request: GatewayRequest, municipality: str, identifier: str) -> Response:
        """Correct what was mistyped: contact data, answers and the number of people."""
        given, caller = request.form, request.caller.as_staff("appointments.change")
        try:
            found = self.booking.dossier(municipality, identifier, caller)
            contact = from_json(CorrectContact, {**_unchanged(found), **sent_contact(given)})
            self.booking.correct_contact(municipality, identifier, contact, caller)
            answers = sent_answers(given)
            if answers != {name: found["answers"].get(name, "") for name in answers}:
                self.booking.answer_questions(municipality, identifier, AnswerQuestions(answers=answers), caller)
            persons = parse_number(given.get("persons"), found["persons"])
            if persons != found["persons"]:
                move = RescheduleAppointment(start=dt.datetime.fromisoformat(found["start"]), persons=persons)
                self.booking.reschedule(municipality, identifier, move, caller)
        except Refusal as refusal:
            if refusal.code != "invalid-request":
                raise
            return self._corrections_page(request, municipality, identifier, refusal)
        return see_other(request, f"/{municipality}/balie/afspraak/{identifier}")

    def _next_visit_page(self, request: GatewayRequest, municipality: str, identifier: str, **shown: Any) -> Response:
        caller = request.caller.as_staff("appointments.change")
        found = self.booking.dossier(municipality, identifier, caller)
        catalogue, given = self.catalogue.of(municipality), request.values
        people = [each for each in self.booking.resources(municipality, caller) if each["kind"] == "person"]
        own = next((each["id"] for each in people if each["id"] in found["resources"]), "")
        topics = {kind["id"]: kind for kind in catalogue["appointment_types"]}
        topic = topics.get(given.get("type", "")) or topics.get(found["appointment_types"][0])
        first = date_of(given.get("from"), today(self.catalogue, municipality) + dt.timedelta(days=1))
        place = found["location"] if topic and found["location"] in topic["locations"] else None
        slots = []
        if topic is not None:
            place = place or topic["locations"][0]
            asked = FindSlots(
                appointment_types=(topic["id"],), location=place, resource=given.get("resource", own) or None,
                first=first, last=first + DAYS_AT_ONCE,
            )  # fmt: skip
            slots = self.booking.free_slots(municipality, asked, caller)["slots"][:MAX_TIMES]
        return desk_page(
            "next_visit.html", request, self.catalogue, municipality, at="day", found=found, topic=topic, place=place,
            first=first, people=people, who=given.get("resource", own), slots=slots,
            **{"link": "", "until": "", **shown},
        )  # fmt: skip

    def _corrections_page(
        self, request: GatewayRequest, municipality: str, identifier: str, refusal: Refusal | None = None
    ) -> Response:
        caller, lang = request.caller.as_staff("appointments.change"), language.of(request)
        found = self.booking.dossier(municipality, identifier, caller)
        kinds = appointment_types_of(localise(request, self.catalogue.of(municipality)), found["appointment_types"])
        given: dict[str, Any] = {name: text or "" for name, text in found["contact"].items()}
        given |= {f"answer-{name}": text for name, text in found["answers"].items()} | {"persons": found["persons"]}
        wrong = {}
        if refusal is not None:
            given |= request.form.to_dict()
            for error in refusal.errors:
                name = error["pointer"].split("/")[-1]
                field = f"answer-{name}" if error["pointer"].startswith("/answers/") else name
                wrong[field] = language.detail(error["detail"], lang)
        return desk_page(
            "corrections.html", request, self.catalogue, municipality, 422 if refusal else 200, at="day",
            found=found, given=given, wrong=wrong,
            questions=[each for kind in kinds for each in kind["questions"] if each["kind"] != "file"],
        )  # fmt: skip


def _unchanged(found: Dossier) -> dict[str, str]:
    """Return what the form does not have: who comes, and what they need."""
    names = ("visitor", "interpreter", "access_needs")
    return {name: text for name in names if (text := found["contact"].get(name))}
