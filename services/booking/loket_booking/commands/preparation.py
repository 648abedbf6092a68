"""What the resident prepares before the visit: answers, documents, and what the specialist asks for."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.book import ContactAtDesk
from loket_contracts.rpc.booking.changes import AnswerQuestions, CorrectContact
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.booking.steps import AddNote, AskResident

from ..domain import contact, intake_form
from ..domain.appointment import Appointment, require_state
from ..domain.booked import booked_spec
from ..domain.intake_form import Duty
from ..domain.provisional import required_confirmation
from ..store.agendas import Agendas
from ..store.audit import Audit
from ..store.cards import AskedQuestion, Card, Cards
from ..store.configurations import Configurations
from ..store.links import Links
from ..store.visit_notes import Note, VisitNotes
from .lifecycle import LifecycleCommands
from .ports import Clock
from .request import Request

BATCH = 200
DOCUMENTS_MISSING = "documents-missing"


@dataclass(frozen=True)
class PreparationCommands:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    visit_notes: VisitNotes
    audit: Audit
    lifecycle: LifecycleCommands
    links: Links
    clock: Clock

    def ask_resident(self, card: Card, command: AskResident, request: Request) -> Card:
        """Ask the resident for something before the visit. Only the card holds the text, not the event.

        Raises Refusal: not-allowed-in-state, appointment-begun.
        """
        question: AskedQuestion = {
            "text": command.text, "at": self.clock(), "who": request.who, "answer": None, "answered_at": None,
        }  # fmt: skip
        self.lifecycle.apply_command(card, "ask", request)
        self.cards.add_question(card, question)
        self.audit.record(card.municipality, request.actor, "asked", self.clock(), card.id)
        return self.cards.get(card.id) or card

    def add_note(self, card: Card, command: AddNote, request: Request) -> None:
        """Store an internal note about the visit, which the resident does not see.

        Raises Refusal: appointment-not-found when the resident was erased.
        """
        if card.pseudonymised:
            raise Refusal("appointment-not-found")
        self.visit_notes.add(card.id, Note(command.text, self.clock(), request.who))
        self.audit.record(card.municipality, request.actor, "changed", self.clock(), card.id, "note")

    def answer_questions(self, card: Card, command: AnswerQuestions, request: Request) -> Card:
        """Store new or changed answers, and the answer to what the specialist asked.

        Raises Refusal: not-allowed-in-state, invalid-request.
        """
        appointment, _ = self.agendas.get_claim(card.agenda, card.id)
        if not request.is_staff:
            require_state(appointment, "booked")
        spec = booked_spec(self.configurations.including_removed(card.municipality), appointment)
        answers = intake_form.amend_answers(spec, card.answers, command.answers, request.may_answer_later)
        requests = card.requests
        if command.message is not None:
            if not requests:
                raise Refusal("invalid-request", errors=[{"pointer": "/message", "detail": "Nothing was asked."}])
            answered: AskedQuestion = {**requests[-1], "answer": command.message, "answered_at": self.clock()}
            requests = [*requests[:-1], answered]
        changed = self.cards.change(card, answers=answers, requests=requests)
        self.audit.record(card.municipality, request.actor, "changed", self.clock(), card.id, "answers")
        return self.update_duty(changed, appointment)

    def fixed_contact(self, card: Card) -> list[str]:
        """The contact data that the resident cannot correct: what identifies them, or what they had to confirm."""
        known = self.configurations.including_removed(card.municipality)
        identifies = not card.contact.get("email")
        return ["email", "phone"] if identifies or required_confirmation(known, card.types) == "sms" else ["email"]

    def correct_contact(self, card: Card, command: CorrectContact, request: Request) -> Card:
        """Correct the name, number, language and needs of the resident; staff also the e-mail address.

        Raises Refusal: not-allowed-in-state, invalid-request.
        """
        appointment, _ = self.agendas.get_claim(card.agenda, card.id)
        email, phone = card.contact.get("email"), command.phone
        if request.is_staff:
            email = command.email or email
        else:
            require_state(appointment, "booked")
            phone = card.contact.get("phone") if "phone" in self.fixed_contact(card) else phone
        given = ContactAtDesk(
            name=command.name, email=email, phone=phone, language=command.language,
            visitor=command.visitor, interpreter=command.interpreter, access_needs=command.access_needs,
        )  # fmt: skip
        person = contact.complete_contact(self.configurations.calendar(card.municipality).municipality, given)
        spec = booked_spec(self.configurations.including_removed(card.municipality), appointment)
        if errors := intake_form.contact_errors(spec, person.phone):
            raise Refusal("invalid-request", errors=errors)
        words = self.links.search_words(card.municipality, person)
        mark = self.links.contact_of(card.municipality, asdict(person)) if request.is_staff else card.contact_mark
        changed = self.cards.change(
            card, contact=contact.contact_data(person, card.contact.get("informed_by")), companions=card.companions,
            name_words=words, contact_mark=mark,
        )  # fmt: skip
        self.audit.record(card.municipality, request.actor, "changed", self.clock(), card.id, "contact")
        return changed

    def update_duty(self, card: Card, appointment: Appointment | None = None) -> Card:
        """Recompute when a document is due next, after answers or files changed."""
        appointment = appointment or self.agendas.get_claim(card.agenda, card.id)[0]
        missing = self._duties(card, appointment)
        # a document that was uploaded late is no longer missing
        changes = {
            "duty_at": intake_form.next_duty_at(missing, self.clock()), "flagged": card.flagged and bool(missing),
        }  # fmt: skip
        return self.cards.change(card, **changes)

    def process_due_documents(self) -> int:
        """Send reminders, and flag or cancel appointments whose documents are missing. Returns the number of cards.

        Safe to repeat after a crash: a command in the appointment's history is not applied again.
        """
        cards = self.cards.find_due(self.clock(), BATCH)
        request = Request(by="system")
        for card in cards:
            found = self.agendas.find_claim(card.agenda, card.id)
            if found is None or found[0].state != "booked" or found[0].start <= self.clock():
                self.cards.change(card, duty_at=None)
                continue
            now = self.clock()
            due = [duty for duty in self._duties(card, found[0]) if card.duty_at and card.duty_at <= duty.at <= now]
            for command in dict.fromkeys(_consequence(duty) for duty in due):
                self._apply_consequence(card, command, due[0], request)
            self.update_duty(self.cards.get(card.id) or card)
        return len(cards)

    def _apply_consequence(self, card: Card, command: str, duty: Duty, request: Request) -> None:
        appointment, _ = self.agendas.get_claim(card.agenda, card.id)
        done = any(each.command == command and each.at >= duty.at for each in appointment.history)
        if not command or done or appointment.state != "booked":
            return
        if command == "cancel":
            self.lifecycle.cancel(card, CancelAppointment(reason=DOCUMENTS_MISSING), request)
            return
        self.lifecycle.apply_command(card, command, request)
        if command == "flag":
            self.cards.change(card, flagged=True)

    def _duties(self, card: Card, appointment: Appointment) -> list[Duty]:
        calendar = self.configurations.calendar(card.municipality)
        spec = booked_spec(self.configurations.including_removed(card.municipality), appointment)
        return intake_form.duties(calendar, spec, appointment.start, appointment.booked_at, card.answers, card.uploaded)


def _consequence(duty: Duty) -> str:
    """The command to apply, or an empty string."""
    if duty.kind == "remind":
        return "remind_of_documents"
    return {"keep": "", "flag": "flag", "release": "cancel"}[duty.consequence]
