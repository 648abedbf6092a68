"""The page of one appointment: show, cancel, prepare, feedback."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import segno
from werkzeug.wrappers import Request, Response

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import AppointmentView, Catalogue, OwnAppointment, QuestionEntry
from loket_contracts.rpc.booking.changes import AnswerQuestions, CorrectContact, GiveFeedback, InviteCompanion
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

from ..clients.catalogue_cache import CatalogueCache, appointment_types_of
from ..http.clock import today_in
from ..http.responses import calendar, page_of
from ..i18n import language
from . import words
from .calendar_links import calendar_links
from .contact_form import sent_contact
from .field_errors import FILE, in_language, wrong_answers, wrong_fields, wrong_file
from .page_route import appointment_route, page_route
from .questions import MAX_FILES, answers_to_asked_questions, sent_answers
from .render import localise, municipality_context, page, parse_number, refusal_sentence, see_other
from .topics import asks_persons
from .waiting_list import preferences

#: field of a form that is shown with what was wrong
WAS_REFUSED = "was_refused"
#: parameters that say what was just done
DONE = frozenset(
    {"booked", "changed", "invited", "listed", "moved", "rated", "removed", "restored", "saved", "withdrawn"}
)
#: contact data that a resident can correct
CORRECTED = ("name", "phone", "language", "visitor", "interpreter")
REQUIRED, CHOOSE_SCORE = "Missing data for required field.", "Choose a number from 1 to 5."
#: reasons of the municipality, which residents cannot choose
OF_STAFF = frozenset({"by-municipality", "resident-asked"})


@dataclass(frozen=True)
class AppointmentPages:
    """The link grants access. Every change is a POST that redirects."""

    booking: Booking
    slow_booking: Booking
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

    @page_route("GET", "/<municipality>/afspraak/<token>/annuleren")
    def check_cancellation(self, request: Request, municipality: str, token: str) -> Response:
        """Ask for confirmation, and for the reason."""
        found = self.booking.appointment_by_link(municipality, token)
        if "cancel" not in found["allowed"]:  # its page explains why
            return see_other(request, f"/{municipality}/afspraak/{token}")
        catalogue, shown = localise(request, self.catalogue.of(municipality)), localise(request, found)
        reasons = [
            (code, words.said(words.REASONS, code, language.of(request)))
            for code in catalogue["reasons"]["cancel"]
            if code not in OF_STAFF
        ]
        context = {**municipality_context(catalogue), "appointment": shown, "token": token, "reasons": reasons}
        return page("cancel.html", request, **context)

    @appointment_route("POST", "/<municipality>/afspraak/<token>/annuleren")
    def cancel(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        reason = request.form.get("reason")
        command = CancelAppointment(reason=reason) if reason else CancelAppointment()
        self.booking.cancel(municipality, found["id"], command, Caller.resident(token))
        return see_other(request, f"/{municipality}/afspraak/{token}")

    @appointment_route("POST", "/<municipality>/afspraak/<token>/herstellen")
    def restore(self, request: Request, municipality: str, token: str) -> Response:
        """Take a cancellation back."""
        found = self.booking.appointment_by_link(municipality, token)
        self.booking.restore(municipality, found["id"], Caller.resident(token))
        return see_other(request, f"/{municipality}/afspraak/{token}", restored="1")

    @appointment_route("POST", "/<municipality>/afspraak/<token>/gegevens")
    def correct_contact(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        typed = sent_contact(request.form, CORRECTED)
        try:
            command = from_json(CorrectContact, typed)
            self.booking.correct_contact(municipality, found["id"], command, Caller.resident(token))
        except Refusal as refusal:
            wrong = wrong_fields(refusal, lambda pointer: pointer.split("/")[-1])
            return self._refuse(request, municipality, token, "contact", typed, wrong)
        return self._saved(request, municipality, token, "contact")

    @appointment_route("POST", "/<municipality>/afspraak/<token>/meekomen")
    def invite_companion(self, request: Request, municipality: str, token: str) -> Response:
        """Invite someone who comes along, or withdraw the invitation."""
        found = self.booking.appointment_by_link(municipality, token)
        caller = Caller.resident(token)
        if request.form.get("action") == "withdraw":
            self.booking.withdraw_companion(municipality, found["id"], caller)
            return see_other(request, f"/{municipality}/afspraak/{token}", withdrawn="1")
        typed = {name: request.form.get(f"companion-{name}", "").strip() for name in ("name", "email")}
        try:
            command = from_json(InviteCompanion, {name: text for name, text in typed.items() if text})
            self.booking.invite_companion(municipality, found["id"], command, caller)
        except Refusal as refusal:
            wrong = wrong_fields(refusal, lambda pointer: f"companion-{pointer.split('/')[-1]}")
            return self._refuse(request, municipality, token, "companion", typed, wrong)
        if request.form.get(WAS_REFUSED):
            self.booking.save_refused_form(municipality, token, "companion", None)
        return see_other(request, f"/{municipality}/afspraak/{token}", invited="1")

    @appointment_route("POST", "/<municipality>/afspraak/<token>/documenten", files=MAX_FILES)
    def send_document(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        sent, question = request.files.get("file"), request.form.get("question") or None
        try:
            if sent is None or not sent.filename:
                raise Refusal("file-not-accepted", {"reason": "no file was chosen"})
            body = base64.b64encode(sent.read()).decode()
            caller = Caller.resident(token)
            self.slow_booking.add_file(municipality, found["id"], question, sent.filename, body, caller)
        except Refusal as refusal:
            wrong = {f"{FILE}{question}": wrong_file(refusal)}
            return self._refuse(request, municipality, token, "documents", {}, wrong)
        return self._saved(request, municipality, token, "documents")

    @appointment_route("POST", "/<municipality>/afspraak/<token>/documenten/verwijderen")
    def remove_document(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        self.booking.drop_file(municipality, found["id"], request.form.get("file", ""), Caller.resident(token))
        return see_other(request, f"/{municipality}/afspraak/{token}", removed="1")

    @appointment_route("POST", "/<municipality>/afspraak/<token>/antwoorden")
    def mend_answers(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        given, questions = sent_answers(request.form), _questions(self.catalogue.of(municipality), found)
        try:
            command = from_json(AnswerQuestions, {"answers": answers_to_asked_questions(questions, given)})
            self.booking.answer_questions(municipality, found["id"], command, Caller.resident(token))
        except Refusal as refusal:
            return self._refuse(request, municipality, token, "answers", given, wrong_answers(refusal, questions))
        return self._saved(request, municipality, token, "answers")

    @appointment_route("POST", "/<municipality>/afspraak/<token>/antwoord")
    def answer(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        typed = {"message": request.form.get("message", "")}
        message = typed["message"].strip()
        try:
            if not message:
                raise Refusal("invalid-request", errors=[{"pointer": "/message", "detail": REQUIRED}])
            command = from_json(AnswerQuestions, {"answers": {}, "message": message})
            self.booking.answer_questions(municipality, found["id"], command, Caller.resident(token))
        except Refusal as refusal:
            return self._refuse(request, municipality, token, "message", typed, wrong_fields(refusal, _field))
        return self._saved(request, municipality, token, "message")

    @appointment_route("POST", "/<municipality>/afspraak/<token>/mening")
    def feedback(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        score, comment = request.form.get("score", ""), request.form.get("comment", "")
        given = {"score": parse_number(score, 0, 1) or None, "comment": comment}
        try:
            command = from_json(GiveFeedback, given)
            self.booking.give_feedback(municipality, found["id"], command, Caller.resident(token))
        except Refusal as refusal:
            wrong = wrong_fields(refusal, _field)
            wrong |= {"score": CHOOSE_SCORE} if "score" in wrong else {}
            typed = {"score": score, "comment": comment}
            return self._refuse(request, municipality, token, "feedback", typed, wrong)
        return see_other(request, f"/{municipality}/afspraak/{token}", rated="1")

    def _refuse(
        self, request: Request, municipality: str, token: str, part: str, typed: dict[str, str], wrong: dict[str, str]
    ) -> Response:
        """Store a form that was refused, and redirect to the page, which shows it."""
        self.booking.save_refused_form(municipality, token, part, {"typed": typed, "wrong": wrong})
        return see_other(request, f"/{municipality}/afspraak/{token}", refused=part)

    def _saved(self, request: Request, municipality: str, token: str, part: str) -> Response:
        """Redirect to the page, which no longer shows what was wrong."""
        if request.form.get(WAS_REFUSED):
            self.booking.save_refused_form(municipality, token, part, None)
        return see_other(request, f"/{municipality}/afspraak/{token}", saved="1")

    def _appointment_page(
        self, request: Request, municipality: str, token: str, found: OwnAppointment
    ) -> Response:  # fmt: skip
        """Render the page, with what was refused in one of its forms."""
        catalogue, lang = localise(request, self.catalogue.of(municipality)), language.of(request)
        shown = localise(request, found)
        part = request.args.get("refused", "")
        typed, wrong = in_language(found.get("refused", {}).get(part), lang)
        kinds = appointment_types_of(catalogue, (each["id"] for each in found["appointment_types"]))
        due = self._documents_due(municipality, found)
        today = today_in(found["time_zone"]).isoformat()
        municipality_name = str(catalogue["municipality"]["name"])
        sentence = words.REFUSED_AT_APPOINTMENT.get(part)
        done = next(iter(request.args.keys() & DONE), "")
        return page(
            "appointment.html",
            request,
            **municipality_context(catalogue),
            appointment=shown,
            why_not=refusal_sentence(found["move_refusal"], request),
            token=token,
            done=done if found["state"] != "cancelled" and not wrong else "",
            documents=_documents(catalogue, shown, due, today),
            asks_persons=asks_persons(kinds, found),
            links=calendar_links(shown, municipality_name),
            suits=preferences(shown["waiting_list"], lang),
            questions=_questions(catalogue, shown),
            refused=part if wrong else "",
            refusal=language.translate(sentence, lang) if sentence else "",
            typed=typed,
            wrong=wrong,
        )

    def _documents_due(self, municipality: str, found: AppointmentView) -> dict[str, str]:
        """Return the last day of each document that is missing."""
        if not found["missing"]:
            return {}
        types = [each["id"] for each in found["appointment_types"]]
        return self.booking.documents_due(municipality, types, found["start"][:10])


def _field(pointer: str) -> str:
    return pointer.split("/")[1]


def _questions(catalogue: Catalogue, found: AppointmentView) -> list[QuestionEntry]:
    """Return the questions of this visit with a text or a choice as answer, including conditional ones."""
    return [
        question
        for kind in appointment_types_of(catalogue, (each["id"] for each in found["appointment_types"]))
        for question in kind["questions"]
        if question["kind"] != "file"
    ]


def _documents(
    catalogue: Catalogue, found: AppointmentView, due: Mapping[str, str], today: str
) -> list[dict[str, Any]]:
    """Return the documents that can be sent, with the last day of those that are missing, and the files sent."""
    return [
        {
            "id": question["id"],
            "label": question["label"],
            "hint": question["hint"],
            "required": question["required"],
            "missing": question["id"] in found["missing"],
            "due": due.get(question["id"]),
            "late": due.get(question["id"], today) < today,
            "files": [file for file in found["files"] if file["question"] == question["id"]],
        }
        for kind in appointment_types_of(catalogue, (each["id"] for each in found["appointment_types"]))
        for question in kind["questions"]
        if question["kind"] == "file"
    ]
