"""Fill in a form page by page. Each part is validated when it is given, and stored until the hold is booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.answers import RefusedForm
from loket_contracts.rpc.booking.book import BookAppointment, FillIn
from loket_contracts.rpc.message import from_json

from ..domain import contact, intake_form
from ..domain.appointment import Appointment
from ..domain.appointment_spec import AppointmentSpec, spec_for
from ..store.agendas import EXPIRED_HOLD_RETENTION, Agendas, HeldSlot
from ..store.cards import Card
from ..store.configurations import Configurations
from ..store.drafts import Draft, Drafts
from ..store.files import Files, UploadedFile
from ..store.refused_forms import RefusedForms, RefusedPage, RefusedPages
from .attachments import AttachmentCommands
from .booking import BookingCommands
from .limits import Limits
from .ports import Clock
from .request import Request

#: pages of the form, as `FillIn` names its parts
QUESTIONS, CONTACT = "answers", "contact"
#: of a refused form: fields, and characters of one
MOST_FIELDS, LONGEST_FIELD_NAME, LONGEST_TEXT = 60, 80, 20_000


@dataclass(frozen=True)
class DraftCommands:
    agendas: Agendas
    drafts: Drafts
    refused_forms: RefusedForms
    files: Files
    configurations: Configurations
    attachments: AttachmentCommands
    booking: BookingCommands
    limits: Limits
    clock: Clock

    def fill_in(self, held: HeldSlot, command: FillIn) -> Draft:
        """Store the given answers and contact. Raises Refusal: invalid-request, as booking them would."""
        spec = self._spec(held)
        draft = self.get_draft(held)
        if command.answers is not None:
            draft = replace(draft, answers=intake_form.check_answers(spec, command.answers))
            self.refused_forms.drop_page(draft.id, QUESTIONS)
        if command.contact is not None:
            known = self.configurations.calendar(held.appointment.municipality).municipality
            person = contact.complete_contact(known, command.contact)
            if errors := intake_form.contact_errors(spec, person.phone):
                raise Refusal("invalid-request", errors=errors)
            draft = replace(draft, contact=asdict(person))
            self.refused_forms.drop_page(draft.id, CONTACT)
        self.drafts.save(draft)
        return draft

    def get_draft(self, held: HeldSlot) -> Draft:
        """What the resident has filled in so far."""
        found = self.drafts.get(held.appointment.id)
        return found or Draft(held.appointment.id, held.appointment.municipality, held.expires + EXPIRED_HOLD_RETENTION)

    def save_refused(self, owner: str, municipality: str, page: str, form: RefusedForm | None) -> None:
        """Store a form that was refused; None deletes it. `owner`: the id of the hold or appointment."""
        pages = [each for each in self.refused_forms.get(owner) if each.page != page]
        if form is not None:
            pages.append(RefusedPage(page, _pairs(form["typed"]), _pairs(form["wrong"])))
        until = self.clock() + EXPIRED_HOLD_RETENTION
        self.refused_forms.save(RefusedPages(owner, municipality, until, pages))

    def get_refused(self, owner: str) -> dict[str, RefusedForm]:
        """The forms that were refused, by page."""
        return {
            each.page: {"typed": dict(each.typed), "wrong": dict(each.wrong)}
            for each in self.refused_forms.get(owner)
        }  # fmt: skip

    def booked_with(self, municipality: str, hold: str) -> Card:
        """The card that was booked with this hold. Raises Refusal: hold-not-found."""
        identifier = Request(idempotency_key=_idempotency_key(hold)).identifier("appointment", municipality)
        card = self.booking.cards.get(identifier)
        if card is None or self.agendas.find_claim(card.agenda, card.id) is None:
            raise Refusal("hold-not-found")
        return card

    def attach(self, held: HeldSlot, question: str, name: str, content: str) -> None:
        """Store a file with the form. `content` is base64 (RFC 4648). Raises Refusal: file-not-accepted."""
        until = held.expires + EXPIRED_HOLD_RETENTION
        self.attachments.add_pending(_appointment_id(held), self._spec(held), question, name, content, until)

    def detach(self, held: HeldSlot, identifier: str) -> None:
        """Delete a file of the form. Raises Refusal: file-not-found."""
        if identifier not in {file["id"] for file in self.list_files(held)}:
            raise Refusal("file-not-found")
        self.files.delete([identifier])

    def list_files(self, held: HeldSlot) -> list[UploadedFile]:
        """The files of the form so far."""
        return self.files.pending(_appointment_id(held))

    def book_draft(
        self, municipality: str, hold: str, invitation: str | None, request: Request
    ) -> tuple[Appointment, Card]:
        """Book what was filled in. A repeat returns the same appointment, although its hold no longer exists.

        Raises Refusal: hold-not-found, and as `BookingCommands.book`.
        """
        command, once = self.command(municipality, hold, invitation, request)
        booked, card = self.booking.book(municipality, command, once)
        return booked, self.attachments.adopt_pending(card, booked)

    def command(
        self, municipality: str, hold: str, invitation: str | None, request: Request
    ) -> tuple[BookAppointment, Request]:
        """What was filled in as a command, and its request, which is the same for every repeat.

        Raises Refusal: hold-not-found.
        """
        draft = self.drafts.get(hold)
        if draft is None or draft.municipality != municipality:
            raise Refusal("hold-not-found")
        body = {"hold": hold, "invitation": invitation, "contact": draft.contact, "answers": draft.answers}
        return from_json(BookAppointment, body), replace(request, idempotency_key=_idempotency_key(hold))

    def prolong(self, held: HeldSlot) -> None:
        """Store the form and its files as long as the hold, and an hour more."""
        draft, appointment = self.get_draft(held), _appointment_id(held)
        until = held.expires + EXPIRED_HOLD_RETENTION
        self.drafts.save(replace(draft, expires=until))
        self.files.move_pending(appointment, appointment, until)

    def carry_over(self, before: HeldSlot, held: HeldSlot, request: Request) -> None:
        """Move the form to another hold for the same visit, and release the earlier hold."""
        draft = self.get_draft(before)
        until = held.expires + EXPIRED_HOLD_RETENTION
        self.drafts.save(replace(draft, id=held.appointment.id, expires=until))
        if refused := self.refused_forms.get(before.appointment.id):
            pages = RefusedPages(held.appointment.id, draft.municipality, until, refused)
            self.refused_forms.save(pages)
        self.files.move_pending(_appointment_id(before), _appointment_id(held), until)
        self.agendas.drop_hold(before.appointment.id)
        known = self.configurations.calendar(before.appointment.municipality).municipality
        self.limits.release_hold(known, request, before.appointment.id)

    def _spec(self, held: HeldSlot) -> AppointmentSpec:
        known = self.configurations.calendar(held.appointment.municipality).municipality
        return spec_for(known, held.appointment.appointment_types, held.appointment.persons, held.appointment.location)


def _pairs(fields: Mapping[str, str]) -> list[list[str]]:
    """The fields of a form, of which a stranger may send any number of any length."""
    return [[name[:LONGEST_FIELD_NAME], text[:LONGEST_TEXT]] for name, text in [*fields.items()][:MOST_FIELDS]]


def _appointment_id(held: HeldSlot) -> str:
    """The id that the appointment will have."""
    request = Request(idempotency_key=_idempotency_key(held.appointment.id))
    return request.identifier("appointment", held.appointment.municipality)


def _idempotency_key(hold: str) -> str:
    """One key per hold: a second click, or a reload of the result, is the same booking."""
    return f"form {hold}"
