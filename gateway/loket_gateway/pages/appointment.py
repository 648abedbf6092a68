"""The page of one appointment: show, cancel, prepare, waiting list, feedback."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import segno
from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import AppointmentView, Catalogue, QuestionEntry
from loket_contracts.rpc.booking.changes import AnswerQuestions, GiveFeedback, JoinWaitingList
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

from ..clients.catalogue_cache import CatalogueCache, appointment_types_of
from ..http import problems
from ..http.responses import calendar, page_of
from ..i18n import language
from . import words
from .action import chosen_action
from .page_route import page_route
from .questions import answers_to_asked_questions, sent_answers
from .render import localise, municipality_context, page, refusal_sentence, see_other

#: reasons of the municipality, which residents cannot choose
OF_STAFF = frozenset({"by-municipality", "resident-asked"})


@dataclass(frozen=True)
class AppointmentPages:
    """The link grants access. Every change is a POST that redirects."""

    booking: Booking
    catalogue: CatalogueCache
    public_url: str

    @page_route("GET", "/<municipality>/afspraak/<token>")
    def manage(self, request: Request, municipality: str, token: str) -> Response:
        return self._appointment_page(
            request, municipality, token, self.booking.appointment_by_link(municipality, token)
        )

    @page_route("GET", "/<municipality>/afspraak/<token>/agenda.ics")
    def calendar(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        here = page_of(self.public_url, municipality, token)
        entry = self.booking.appointment_calendar(municipality, found["id"], Caller.resident(token), here)
        return calendar(entry, "afspraak")

    @page_route("GET", "/<municipality>/afspraak/<token>/qr.svg")
    def code(self, request: Request, municipality: str, token: str) -> Response:
        """Return the reference as a QR code (ISO/IEC 18004), for the kiosk.

        Not a Micro QR code, which many readers do not support. The border is the quiet zone of the standard.
        """
        found = self.booking.appointment_by_link(municipality, token)
        drawn = segno.make_qr(found["reference"], error="m").svg_inline(scale=4, border=4)
        return Response(
            drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), mimetype="image/svg+xml",
            headers={"Cache-Control": "no-store"},
        )  # fmt: skip

    @page_route("POST", "/<municipality>/afspraak/<token>/annuleren")
    def cancel(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        reason = request.form.get("reason")
        command = CancelAppointment(reason=reason) if reason else CancelAppointment()
        self.booking.cancel(municipality, found["id"], command, Caller.resident(token))
        return see_other(request, f"/{municipality}/afspraak/{token}")

    @page_route("POST", "/<municipality>/afspraak/<token>/wachtlijst")
    def waiting_list(self, request: Request, municipality: str, token: str) -> Response:
        """Do what the button says: join, leave, accept or decline."""
        action = chosen_action(request, "join", "leave", "accept", "decline")
        found = self.booking.appointment_by_link(municipality, token)
        caller, here = Caller.resident(token), f"/{municipality}/afspraak/{token}"
        if action == "accept":
            self.booking.accept_offer(municipality, found["id"], caller)
            return see_other(request, here, moved="1")
        if action == "decline":
            self.booking.decline_offer(municipality, found["id"], caller)
        elif action == "leave":
            self.booking.leave_waiting_list(municipality, found["id"], caller)
        else:
            self.booking.join_waiting_list(municipality, JoinWaitingList(appointment=found["id"]), caller)
        return see_other(request, here)

    @page_route("POST", "/<municipality>/afspraak/<token>/documenten", files=1)
    def send_document(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        sent, question = request.files.get("file"), request.form.get("question") or None
        try:
            if sent is None or not sent.filename:
                raise Refusal("file-not-accepted", {"reason": "no file was chosen"})
            body = base64.b64encode(sent.read()).decode()
            caller = Caller.resident(token)
            self.booking.add_file(municipality, found["id"], question, sent.filename, body, caller)
        except Refusal as refusal:
            if refusal.code != "file-not-accepted":
                raise
            wrong = {f"file-{question}": problems.sentence(refusal, language.of(request))}
            return self._appointment_page(request, municipality, token, found, wrong=wrong)
        return see_other(request, f"/{municipality}/afspraak/{token}", saved="1")

    @page_route("POST", "/<municipality>/afspraak/<token>/antwoorden")
    def mend_answers(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        given = sent_answers(request.form)
        asked = answers_to_asked_questions(_questions(self.catalogue.of(municipality), found), given)
        try:
            command = from_json(AnswerQuestions, {"answers": asked})
            self.booking.answer_questions(municipality, found["id"], command, Caller.resident(token))
        except Refusal as refusal:
            if refusal.code != "invalid-request":
                raise
            errors = language.details(refusal.errors, language.of(request))
            wrong = {f"answer-{error['pointer'].split('/')[2]}": error["detail"] for error in errors}
            return self._appointment_page(request, municipality, token, found, given, wrong)
        return see_other(request, f"/{municipality}/afspraak/{token}", saved="1")

    @page_route("POST", "/<municipality>/afspraak/<token>/antwoord")
    def answer(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        message = request.form.get("message", "").strip() or None
        command = AnswerQuestions(answers={}, message=message)
        self.booking.answer_questions(municipality, found["id"], command, Caller.resident(token))
        return see_other(request, f"/{municipality}/afspraak/{token}", saved="1")

    @page_route("POST", "/<municipality>/afspraak/<token>/mening")
    def feedback(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        score = request.form.get("score", "")
        given = {"score": int(score) if score.isdigit() else None, "comment": request.form.get("comment", "")}
        command = from_json(GiveFeedback, given)
        self.booking.give_feedback(municipality, found["id"], command, Caller.resident(token))
        return see_other(request, f"/{municipality}/afspraak/{token}", rated="1")

    def _appointment_page(
        self, request: Request, municipality: str, token: str, found: AppointmentView,
        answers: dict[str, str] | None = None, wrong: Mapping[str, str] = MappingProxyType({}),
    ) -> Response:  # fmt: skip
        """Render the page. `wrong`: errors by field, with which the form is shown again as it was filled in."""
        catalogue = localise(request, self.catalogue.of(municipality))
        shown = localise(request, found)
        done = next(iter(request.args.keys() & {"booked", "moved", "saved", "rated"}), "")
        return page(
            "appointment.html",
            request,
            422 if wrong else 200,
            **municipality_context(catalogue),
            appointment=shown,
            why_not=refusal_sentence(found["move_refusal"], request),
            token=token,
            done=done if found["state"] != "cancelled" and not wrong else "",
            documents=_documents(catalogue, shown),
            questions=_questions(catalogue, shown),
            answers=shown["answers"] if answers is None else answers,
            wrong=wrong,
            wrong_answers=answers is not None,
            reasons=[
                (code, words.said(words.REASONS, code, language.of(request)))
                for code in catalogue["reasons"]["cancel"]
                if code not in OF_STAFF
            ],
        )


def _questions(catalogue: Catalogue, found: AppointmentView) -> list[QuestionEntry]:
    """Return the questions of this visit with a text or a choice as answer, including conditional ones."""
    return [
        question
        for kind in appointment_types_of(catalogue, (each["id"] for each in found["appointment_types"]))
        for question in kind["questions"]
        if question["kind"] != "file"
    ]


def _documents(catalogue: Catalogue, found: AppointmentView) -> list[dict[str, Any]]:
    """Return the documents that can be sent: name, whether it is missing, and the files sent."""
    return [
        {
            "id": question["id"],
            "label": question["label"],
            "hint": question["hint"],
            "due_working_days": question["due_working_days"],
            "missing": question["id"] in found["missing"],
            "files": [file for file in found["files"] if file["question"] == question["id"]],
        }
        for kind in appointment_types_of(catalogue, (each["id"] for each in found["appointment_types"]))
        for question in kind["questions"]
        if question["kind"] == "file"
    ]
