"""Steps of a booking: questions, contact, and check. The hold stores the answers until they are booked."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import AppointmentTypeEntry, QuestionEntry, RefusedForm
from loket_contracts.rpc.booking.book import FillIn
from loket_contracts.rpc.booking.slot_answers import FormEntry, HoldEntry
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

from ..clients.catalogue_cache import CatalogueCache
from ..http.authentication import Authentication
from ..http.client_address import client_network
from ..http.clock import today_in
from ..http.proof_of_work import ProofOfWork
from ..http.proofs import proofs_of
from ..http.request import GatewayRequest
from ..i18n import language
from .contact_form import sent_contact
from .field_errors import (
    ANSWER,
    FILE,
    beside_field,
    in_language,
    wrong_answers,
    wrong_fields,
    wrong_file,
)
from .page_route import form_route
from .render import localise, municipality_context, page, see_other
from .time_slots import nearest_to
from .topics import kind_of, location_of

#: maximum files in one form
MAX_FILES = 4
#: the largest file, and the parameter that says that one was larger than the server reads
MAX_MEGABYTES, TOO_LARGE = 5, "file-too-large"
#: steps, as booking names the parts of a form
QUESTIONS, CONTACT = "answers", "contact"
#: alternatives for a lost slot: how many, and of how many days around it
MAX_ALTERNATIVES, SEARCH_DAYS = 4, dt.timedelta(days=10)


@dataclass(frozen=True)
class QuestionPages:
    """Each step has an address, so that back and reload work. Each POST redirects to the next step."""

    booking: Booking
    slow_booking: Booking
    catalogue: CatalogueCache
    proof_of_work: ProofOfWork
    access: Authentication

    @form_route("GET", "/<municipality>/vragen")
    def show_questions(self, request: GatewayRequest, municipality: str) -> Response:
        held = self.booking.filled_in(municipality, request.args.get("hold", ""))
        context = self._form_context(request, municipality, held)
        if not context["asks"]:
            return self._redirect_to(request, "gegevens", municipality, held)
        lang = language.of(request)
        typed, wrong = in_language(_refused(held, QUESTIONS), lang)
        if request.args.get("refused") == TOO_LARGE and (asked := _file_questions(context["kinds"])):
            wrong[FILE + asked[0]] = language.detail(beside_field(f"it is larger than {MAX_MEGABYTES} MB"), lang)
        context |= self._documents_due(municipality, held, context)
        return self._render_step(request, municipality, "questions.html", context, typed or held["answers"], wrong)

    @form_route("POST", "/<municipality>/vragen", files=MAX_FILES)
    def save_answers(self, request: GatewayRequest, municipality: str) -> Response:
        """Do what the button says: continue, only attach the chosen files, or remove one."""
        held = self.booking.filled_in(municipality, request.form.get("hold", ""))
        typed = sent_answers(request.form)
        catalogue = self.catalogue.of(municipality)
        questions = [each for name in held["appointment_types"] for each in kind_of(catalogue, name)["questions"]]
        action, _, file = request.form.get("action", "").partition(" ")
        if action == "detach":
            self._detach(municipality, held, file)
        wrong = self._attach(request, municipality, held, action == "attach")
        if not action and not wrong:
            given = answers_to_asked_questions(questions, typed)
            try:
                self.booking.fill_in(municipality, held["id"], from_json(FillIn, {"answers": given}))
                return self._redirect_to(request, "gegevens", municipality, held)
            except Refusal as refusal:
                wrong = wrong_answers(refusal, questions)
        self.booking.save_refused_form(municipality, held["id"], QUESTIONS, {"typed": typed, "wrong": wrong})
        return self._redirect_to(request, "vragen", municipality, held)

    @form_route("GET", "/<municipality>/gegevens")
    def show_contact(self, request: GatewayRequest, municipality: str) -> Response:
        held = self.booking.filled_in(municipality, request.args.get("hold", ""))
        typed, wrong = in_language(_refused(held, CONTACT), language.of(request))
        given = {"language": language.of(request), **(typed or held["contact"])}
        context = self._form_context(request, municipality, held)
        return self._render_step(request, municipality, "who.html", context, given, wrong)

    @form_route("POST", "/<municipality>/gegevens")
    def save_contact(self, request: GatewayRequest, municipality: str) -> Response:
        held = self.booking.filled_in(municipality, request.form.get("hold", ""))
        given = sent_contact(request.form)
        try:
            self.booking.fill_in(municipality, held["id"], from_json(FillIn, {"contact": given}))
        except Refusal as refusal:
            return self._refuse_contact(request, municipality, held, given, refusal)
        return self._redirect_to(request, "nakijken", municipality, held)

    @form_route("GET", "/<municipality>/nakijken")
    def show_check(self, request: GatewayRequest, municipality: str) -> Response:
        held = self.booking.filled_in(municipality, request.args.get("hold", ""))
        if not held["contact"]:
            return self._redirect_to(request, "vragen", municipality, held)
        context = self._form_context(request, municipality, held)
        if request.args.get("taken"):
            return self._offer_alternatives(request, municipality, context)
        return self._render_step(request, municipality, "check.html", context, {}, {})

    @form_route("POST", "/<municipality>/nakijken")
    def book(self, request: GatewayRequest, municipality: str) -> Response:
        hold, invitation = request.form.get("hold", ""), request.args.get("invitation") or None
        try:
            caller = Caller.resident(client=client_network(request.remote_addr))
            proofs = proofs_of(self.access, request)
            requested = self.booking.request_filled_in(municipality, hold, caller, invitation, proofs)
        except Refusal as refusal:
            if refusal.code not in ("slot-taken", "invalid-request"):
                raise
            held = self.booking.filled_in(municipality, hold)
            if refusal.errors and all(error["pointer"].startswith("/contact") for error in refusal.errors):
                given = {name: text for name, text in held["contact"].items() if text}
                return self._refuse_contact(request, municipality, held, given, refusal)
            if refusal.code == "slot-taken":
                return self._redirect_to(request, "nakijken", municipality, held, taken="1")
            # a step was skipped, or the catalogue changed meanwhile
            return self._redirect_to(request, "vragen", municipality, held)
        booked = requested["booked"]
        if booked is None:
            return see_other(request, f"/{municipality}/bevestigen", hold=hold)
        return see_other(request, f"/{municipality}/afspraak/{booked['link_token']}", booked="1")

    def _documents_due(self, municipality: str, held: FormEntry, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the last day of each required document, by question, and today."""
        questions = [each for kind in context["kinds"] for each in kind["questions"]]
        due = {}
        if any(each["required"] and each["kind"] == "file" for each in questions):
            due = self.booking.documents_due(municipality, held["appointment_types"], held["start"][:10])
        return {"due": due, "today": today_in(context["place"]["time_zone"]).isoformat()}

    def _attach(self, request: GatewayRequest, municipality: str, held: FormEntry, wanted: bool) -> dict[str, str]:
        """Attach the chosen files. Return what is wrong by field. `wanted`: a file must have been chosen."""
        wrong = {}
        sent = {
            name: file for name, file in request.files.items() if file.filename and name.startswith(FILE)
        }  # fmt: skip
        for name, file in sent.items():
            content, question = base64.b64encode(file.read()).decode(), name.removeprefix(FILE)
            try:
                self.slow_booking.attach(municipality, held["id"], question, str(file.filename), content)
            except Refusal as refusal:
                wrong[name] = wrong_file(refusal)
        if wanted and not sent:
            fields = [name for name in request.files if name.startswith(FILE)]
            return dict.fromkeys(fields[:1], beside_field("no file was chosen"))
        return wrong

    def _detach(self, municipality: str, held: FormEntry, file: str) -> None:
        try:
            self.booking.detach(municipality, held["id"], file)
        except Refusal as refusal:
            if refusal.code != "file-not-found":  # removed by a press before
                raise

    def _refuse_contact(
        self, request: GatewayRequest, municipality: str, held: FormEntry, given: dict[str, str], refusal: Refusal
    ) -> Response:
        wrong = wrong_fields(refusal, lambda pointer: pointer.split("/")[-1])
        self.booking.save_refused_form(municipality, held["id"], CONTACT, {"typed": given, "wrong": wrong})
        return self._redirect_to(request, "gegevens", municipality, held)

    def _render_step(
        self, request: GatewayRequest, municipality: str, template: str, context: dict[str, Any],
        given: Mapping[str, str | None], wrong: Mapping[str, str],
    ) -> Response:  # fmt: skip
        """Render a step while its slot is available. `wrong`: by field, with which it was refused as it is `given`."""
        if not context["minutes"] and context["held"]["start"] not in self._free_starts(
            municipality, context["held"], dt.timedelta()
        ):
            return self._offer_alternatives(request, municipality, context)
        return page(template, request, **context, given=given, wrong=wrong)

    def _offer_alternatives(self, request: GatewayRequest, municipality: str, context: dict[str, Any]) -> Response:
        """Render the nearest alternatives for a slot that was taken. The answers are carried over."""
        held = context["held"]
        alternatives = nearest_to(held["start"], self._free_starts(municipality, held, SEARCH_DAYS), MAX_ALTERNATIVES)
        stamp = self.proof_of_work.stamp(municipality)
        return page("gone.html", request, 409, **context, others=alternatives, stamp=stamp)

    def _free_starts(self, municipality: str, held: HoldEntry, around: dt.timedelta) -> list[str]:
        day = dt.date.fromisoformat(held["start"][:10])
        criteria = FindSlots(
            appointment_types=tuple(held["appointment_types"]), location=held["location"], persons=held["persons"],
            first=day - around, last=day + around,
        )  # fmt: skip
        return [each["start"] for each in self.booking.free_slots(municipality, criteria)["slots"]]

    def _redirect_to(
        self, request: GatewayRequest, step: str, municipality: str, held: HoldEntry, **query: str
    ) -> Response:
        invited = {"invitation": request.args["invitation"]} if request.args.get("invitation") else {}
        return see_other(request, f"/{municipality}/{step}", hold=held["id"], **invited, **query)

    def _form_context(self, request: GatewayRequest, municipality: str, held: FormEntry) -> dict[str, Any]:
        """Return the context of every step."""
        catalogue = localise(request, self.catalogue.of(municipality))
        remaining = dt.datetime.fromisoformat(held["expires_at"]) - dt.datetime.now(dt.UTC)
        kinds = [kind_of(catalogue, name) for name in held["appointment_types"]]
        asks = any(kind["questions"] for kind in kinds)
        invitation = request.args.get("invitation", "")
        again = {
            "type": kinds[0]["id"], "location": held["location"], "persons": held["persons"],
            "instead_of": held["id"], **({"invitation": invitation} if invitation else {}),
            **({"specialist_language": spoken} if (spoken := held.get("specialist_language")) else {}),
        }  # fmt: skip
        return {
            **municipality_context(catalogue),
            "held": held,
            "kinds": kinds,
            "place": location_of(catalogue, held["location"]),
            "needs_mobile": any(kind.get("confirm") == "sms" for kind in kinds) and not invitation,
            "minutes": max(0, -(-remaining // dt.timedelta(minutes=1))),
            "invitation": invitation,
            "moments": f"/{municipality}/tijdstip?{urlencode(again)}",
            "asks": asks,
            "steps": 3 if asks else 2,
        }


def _refused(held: FormEntry, step: str) -> RefusedForm | None:
    return held.get("refused", {}).get(step)


def _file_questions(kinds: Iterable[AppointmentTypeEntry]) -> list[str]:
    return [each["id"] for kind in kinds for each in kind["questions"] if each["kind"] == "file"]


def sent_answers(form: MultiDict[str, str]) -> dict[str, str]:
    """Return the answers in a form, by question."""
    return {name.removeprefix(ANSWER): text for name, text in form.items() if name.startswith(ANSWER)}


def answers_to_asked_questions(questions: Iterable[QuestionEntry], given: dict[str, str]) -> dict[str, str]:
    """Drop answers to questions whose condition is not met; without a script, the page shows those too."""
    conditions = {question["id"]: question["only_if"] for question in questions}

    def is_asked(name: str) -> bool:
        condition = conditions.get(name)
        return condition is None or given.get(condition["question"]) in condition["is"]

    return {name: text for name, text in given.items() if is_asked(name)}
