"""What a resident does with an appointment by its link: see, cancel, prepare, come earlier, tell what it was worth."""

from __future__ import annotations

import base64
from typing import Any

import segno
from werkzeug.wrappers import Request, Response

from loket_chassis.rpc import Service
from loket_contracts.errors import Refusal

from .. import language
from ..api.answers import calendar
from ..catalogue import Catalogue
from ..routing import route
from . import words
from .render import about, in_words, page, see

#: reasons that only the municipality has
OF_STAFF = frozenset({"by-municipality", "resident-asked"})


class ManagingPages:
    """The link is the key: who has it, may. Every change is a POST that ends in a redirect."""

    booking: Service
    catalogue: Catalogue

    @route("GET", "/<municipality>/afspraak/<token>", page=True)
    def manage(self, request: Request, municipality: str, token: str) -> Response:
        catalogue = in_words(request, self.catalogue.of(municipality))
        found = in_words(request, self.booking.appointment_by_link(municipality, token))
        done = next(iter(request.args.keys() & {"nieuw", "verplaatst", "bewaard", "dank"}), "")
        return page(
            "appointment.html",
            request,
            **about(catalogue),
            appointment=found,
            token=token,
            done=done if found["state"] != "cancelled" else "",
            documents=_documents(catalogue, found),
            questions=_questions(catalogue, found),
            reasons=[
                (code, words.said(words.REASONS, code, language.of(request)))
                for code in catalogue["reasons"]["cancel"]
                if code not in OF_STAFF
            ],
        )

    @route("GET", "/<municipality>/afspraak/<token>/agenda.ics", page=True)
    def calendar(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        return calendar(self.booking.appointment_calendar(municipality, found["id"], token), "afspraak")

    @route("GET", "/<municipality>/afspraak/<token>/qr.svg", page=True)
    def code(self, request: Request, municipality: str, token: str) -> Response:
        """The reference as a QR code (ISO/IEC 18004), for the kiosk.

        Never a Micro QR code, which common readers do not read. The border is the quiet zone of the standard.
        """
        found = self.booking.appointment_by_link(municipality, token)
        drawn = segno.make_qr(found["reference"], error="m").svg_inline(scale=4, border=4)
        return Response(
            drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1), mimetype="image/svg+xml",
            headers={"Cache-Control": "no-store"},
        )  # fmt: skip

    @route("POST", "/<municipality>/afspraak/<token>/annuleren", page=True)
    def cancel(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        reason = request.form.get("reason")
        self.booking.cancel(municipality, found["id"], token, {"reason": reason} if reason else {})
        return see(request, f"/{municipality}/afspraak/{token}")

    @route("POST", "/<municipality>/afspraak/<token>/wachtlijst", page=True)
    def waiting_list(self, request: Request, municipality: str, token: str) -> Response:
        """The button says which: join, leave, accept or decline."""
        found = self.booking.appointment_by_link(municipality, token)
        here, wish = f"/{municipality}/afspraak/{token}", request.form.get("wish", "")
        if wish == "accept":
            self.booking.accept_offer(municipality, found["id"], token)
            return see(request, here, verplaatst="1")
        if wish == "decline":
            self.booking.decline_offer(municipality, found["id"], token)
        elif wish == "leave":
            self.booking.leave_waiting_list(municipality, found["id"], token)
        else:
            self.booking.join_waiting_list(municipality, token, {"appointment": found["id"]})
        return see(request, here)

    @route("POST", "/<municipality>/afspraak/<token>/documenten", page=True, files=1)
    def send_document(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            raise Refusal("file-not-accepted", {"reason": "no file was chosen"})
        body = base64.b64encode(sent.read()).decode()
        question = request.form.get("question") or None
        self.booking.add_file(municipality, found["id"], token, question, sent.filename, body)
        return see(request, f"/{municipality}/afspraak/{token}", bewaard="1")

    @route("POST", "/<municipality>/afspraak/<token>/antwoorden", page=True)
    def mend_answers(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        answers = {name[7:]: text for name, text in request.form.items() if name.startswith("answer-")}
        self.booking.answer_questions(municipality, found["id"], token, {"answers": answers})
        return see(request, f"/{municipality}/afspraak/{token}", bewaard="1")

    @route("POST", "/<municipality>/afspraak/<token>/antwoord", page=True)
    def answer(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        given: dict[str, Any] = {"answers": {}, "message": request.form.get("message", "").strip() or None}
        self.booking.answer_questions(municipality, found["id"], token, given)
        return see(request, f"/{municipality}/afspraak/{token}", bewaard="1")

    @route("POST", "/<municipality>/afspraak/<token>/mening", page=True)
    def feedback(self, request: Request, municipality: str, token: str) -> Response:
        found = self.booking.appointment_by_link(municipality, token)
        score = request.form.get("score", "")
        given = {"score": int(score) if score.isdigit() else None, "comment": request.form.get("comment", "")}
        self.booking.give_feedback(municipality, found["id"], token, given)
        return see(request, f"/{municipality}/afspraak/{token}", dank="1")


def _questions(catalogue: dict[str, Any], found: dict[str, Any]) -> list[dict[str, Any]]:
    """The questions that were asked, and are answered in words or by a choice."""
    names = {kind["id"] for kind in found["appointment_types"]}
    return [
        question
        for kind in catalogue["appointment_types"]
        if kind["id"] in names
        for question in kind["questions"]
        if question["kind"] != "file"
        and (
            question["only_if"] is None
            or found["answers"].get(question["only_if"]["question"]) in question["only_if"]["is"]
        )
    ]


def _documents(catalogue: dict[str, Any], found: dict[str, Any]) -> list[dict[str, Any]]:
    """The documents that can be sent: what each is called, whether it is missed, and what was sent already."""
    names = {kind["id"] for kind in found["appointment_types"]}
    return [
        {
            "id": question["id"],
            "label": question["label"],
            "hint": question["hint"],
            "due_working_days": question["due_working_days"],
            "missing": question["id"] in found["missing"],
            "files": [file for file in found["files"] if file["question"] == question["id"]],
        }
        for kind in catalogue["appointment_types"]
        if kind["id"] in names
        for question in kind["questions"]
        if question["kind"] == "file"
    ]
