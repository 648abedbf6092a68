"""Steps of a booking: questions, contact, and check. The hold stores the answers until they are booked."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import QuestionEntry
from loket_contracts.rpc.booking.book import FillIn
from loket_contracts.rpc.booking.slot_answers import FormEntry, HoldEntry
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

from ..clients.catalogue_cache import CatalogueCache
from ..http import problems
from ..http.authentication import Authentication
from ..http.client_address import client_network
from ..http.proof_of_work import ProofOfWork
from ..http.proofs import proofs_of
from ..http.request import GatewayRequest
from ..i18n import language
from .page_route import page_route
from .render import localise, municipality_context, page, see_other
from .time_slots import nearest_to
from .topics import kind_of, location_of

#: maximum files in one form
MAX_FILES = 4
CONTACT_FIELDS = ("name", "email", "phone", "language")
#: prefix of the fields of questions
ANSWER = "answer-"
#: alternatives for a lost slot: how many, and of how many days around it
MAX_ALTERNATIVES, SEARCH_DAYS = 4, dt.timedelta(days=10)


@dataclass(frozen=True)
class QuestionPages:
    """Each step has an address, so that back and reload work. Each POST redirects to the next step."""

    booking: Booking
    catalogue: CatalogueCache
    proof_of_work: ProofOfWork
    access: Authentication

    @page_route("GET", "/<municipality>/vragen")
    def show_questions(self, request: GatewayRequest, municipality: str) -> Response:
        held = self.booking.filled_in(municipality, request.args.get("hold", ""))
        context = self._form_context(request, municipality, held)
        if not context["asks"]:
            return self._redirect_to(request, "gegevens", municipality, held)
        return self._render_step(request, municipality, "questions.html", context, held["answers"])

    @page_route("POST", "/<municipality>/vragen", files=MAX_FILES)
    def save_answers(self, request: GatewayRequest, municipality: str) -> Response:
        """Do what the button says: continue, only attach the chosen files, or remove one."""
        held = self.booking.filled_in(municipality, request.form.get("hold", ""))
        given = sent_answers(request.form)
        catalogue = self.catalogue.of(municipality)
        questions = [each for name in held["appointment_types"] for each in kind_of(catalogue, name)["questions"]]
        given = answers_to_asked_questions(questions, given)
        action, _, file = request.form.get("action", "").partition(" ")
        if action == "detach":
            held = self.booking.detach(municipality, held["id"], file)
        held, wrong = self._attach(request, municipality, held)
        if action or wrong:
            context = self._form_context(request, municipality, held)
            return page("questions.html", request, 422 if wrong else 200, **context, given=given, wrong=wrong)
        try:
            self.booking.fill_in(municipality, held["id"], from_json(FillIn, {"answers": given}))
        except Refusal as refusal:
            return self._render_errors(request, municipality, "questions.html", held, given, refusal)
        return self._redirect_to(request, "gegevens", municipality, held)

    @page_route("GET", "/<municipality>/gegevens")
    def show_contact(self, request: GatewayRequest, municipality: str) -> Response:
        held = self.booking.filled_in(municipality, request.args.get("hold", ""))
        given = {"language": language.of(request), **held["contact"]}
        return self._render_step(
            request, municipality, "who.html", self._form_context(request, municipality, held), given
        )

    @page_route("POST", "/<municipality>/gegevens")
    def save_contact(self, request: GatewayRequest, municipality: str) -> Response:
        held = self.booking.filled_in(municipality, request.form.get("hold", ""))
        given = {name: request.form[name].strip() for name in CONTACT_FIELDS if request.form.get(name, "").strip()}
        try:
            self.booking.fill_in(municipality, held["id"], from_json(FillIn, {"contact": given}))
        except Refusal as refusal:
            return self._render_errors(request, municipality, "who.html", held, given, refusal)
        return self._redirect_to(request, "nakijken", municipality, held)

    @page_route("GET", "/<municipality>/nakijken")
    def show_check(self, request: GatewayRequest, municipality: str) -> Response:
        held = self.booking.filled_in(municipality, request.args.get("hold", ""))
        if not held["contact"]:
            return self._redirect_to(request, "vragen", municipality, held)
        return self._render_step(
            request, municipality, "check.html", self._form_context(request, municipality, held), {}
        )

    @page_route("POST", "/<municipality>/nakijken")
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
                return self._render_errors(request, municipality, "who.html", held, held["contact"], refusal)
            if refusal.code == "slot-taken":
                return self._offer_alternatives(request, municipality, self._form_context(request, municipality, held))
            # a step was skipped, or the catalogue changed meanwhile
            return self._redirect_to(request, "vragen", municipality, held)
        booked = requested["booked"]
        if booked is None:
            return see_other(request, f"/{municipality}/bevestigen", hold=hold)
        return see_other(request, f"/{municipality}/afspraak/{booked['link_token']}", booked="1")

    def _attach(self, request: GatewayRequest, municipality: str, held: FormEntry) -> tuple[FormEntry, dict[str, str]]:
        """Attach the chosen files. Return the hold, and errors by question."""
        wrong = {}
        for name, sent in request.files.items():
            question = name.removeprefix("file-")
            if not sent.filename or question == name:
                continue
            content = base64.b64encode(sent.read()).decode()
            try:
                held = self.booking.attach(municipality, held["id"], question, sent.filename, content)
            except Refusal as refusal:
                if refusal.code != "file-not-accepted":
                    raise
                wrong[f"/answers/{question}"] = problems.sentence(refusal, language.of(request))
        return held, wrong

    def _render_step(
        self, request: GatewayRequest, municipality: str, template: str, context: dict[str, Any], given: Any
    ) -> Response:
        """Render a step while its slot is available."""
        if not context["minutes"] and context["held"]["start"] not in self._free_starts(
            municipality, context["held"], dt.timedelta()
        ):
            return self._offer_alternatives(request, municipality, context)
        return page(template, request, **context, given=given, wrong={})

    def _render_errors(
        self, request: GatewayRequest, municipality: str, template: str, held: Any, given: Any, refusal: Refusal
    ) -> Response:
        """Render the step with its errors. Raises any other refusal."""
        if refusal.code != "invalid-request":
            raise refusal
        lang = language.of(request)
        wrong = {
            error["pointer"].removeprefix("/contact"): language.detail(error["detail"], lang)
            for error in refusal.errors
        }
        return page(
            template, request, 422, **self._form_context(request, municipality, held), given=given, wrong=wrong
        )  # fmt: skip

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

    def _redirect_to(self, request: GatewayRequest, step: str, municipality: str, held: HoldEntry) -> Response:
        invited = {"invitation": request.args["invitation"]} if request.args.get("invitation") else {}
        return see_other(request, f"/{municipality}/{step}", hold=held["id"], **invited)

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
