"""Fill in a form page by page: each part is checked when it is given, and kept beside the hold until it is booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loket_contracts.commands import BookAppointment
from loket_contracts.errors import Refusal, load

from ..context import Announce, Stores
from ..domain import contact, intake_form
from ..domain.appointment import Appointment
from ..domain.visit import Visit, plan
from ..store.cards import Card
from ..store.drafts import Draft
from ..store.holds import REMEMBERED, HeldSlot
from . import attachments, booking
from .limits import hold_is_over
from .request import Request

_book_appointment = BookAppointment()


def fill_in(stores: Stores, held: HeldSlot, given: Mapping[str, Any]) -> Draft:
    """Keep what was given. Raises Refusal: invalid-request, as booking it would."""
    visit = _visit(stores, held)
    draft = of(stores, held)
    if given["answers"] is not None:
        draft = replace(draft, answers=intake_form.check_answers(visit, given["answers"]))
    if given["contact"] is not None:
        known = stores.configurations.calendar(held.appointment.municipality).municipality
        person = contact.completed(known, given["contact"])
        if wrong := intake_form.wrong_with(visit, person):
            raise Refusal("invalid-request", errors=wrong)
        draft = replace(draft, contact=person)
    stores.drafts.keep(draft)
    return draft


def attach(stores: Stores, held: HeldSlot, question: str, name: str, content: str) -> None:
    """Keep a file with the form. `content` is base64 (RFC 4648). Raises Refusal: file-not-accepted."""
    until = held.expires + REMEMBERED
    attachments.attach(stores, appointment_of(held), _visit(stores, held), question, name, content, until)


def detach(stores: Stores, held: HeldSlot, identifier: str) -> None:
    """Take a file away from the form. Raises Refusal: file-not-found."""
    if identifier not in {file["id"] for file in files(stores, held)}:
        raise Refusal("file-not-found")
    stores.files.remove([identifier])


def files(stores: Stores, held: HeldSlot) -> list[dict[str, Any]]:
    """What was sent along so far."""
    return stores.files.waiting(appointment_of(held))


def appointment_of(held: HeldSlot) -> str:
    """The id of the appointment that will come of this form."""
    request = Request(idempotency_key=_key(held.appointment.id))
    return request.identifier("appointment", held.appointment.municipality)


def _key(hold: str) -> str:
    """A second click, or a reload of the answer, is the same booking."""
    return f"form {hold}"


def _visit(stores: Stores, held: HeldSlot) -> Visit:
    known = stores.configurations.calendar(held.appointment.municipality).municipality
    return plan(known, held.appointment.appointment_types, held.appointment.persons, held.appointment.location)


def of(stores: Stores, held: HeldSlot) -> Draft:
    """What was filled in so far."""
    found = stores.drafts.get(held.appointment.id)
    return found or Draft(held.appointment.id, held.appointment.municipality, held.expires + REMEMBERED)


def book(
    stores: Stores, announce: Announce, municipality: str, hold: str, invitation: str | None, request: Request
) -> tuple[Appointment, Card]:
    """Book what was filled in; a repeat gives the same appointment, though its hold is gone by then.

    Raises Refusal: hold-not-found, and whatever booking does.
    """
    draft = stores.drafts.get(hold)
    if draft is None or draft.municipality != municipality:
        raise Refusal("hold-not-found")
    body = {"hold": hold, "invitation": invitation, "contact": draft.contact, "answers": draft.answers}
    once = replace(request, idempotency_key=_key(hold))
    booked, card = booking.book(stores, announce, municipality, load(_book_appointment, body), once)
    return booked, attachments.adopt(stores, card, booked)


def carry_over(stores: Stores, before: HeldSlot, held: HeldSlot, request: Request) -> None:
    """Another moment was taken for the same visit: what was filled in goes along, and the moment before comes free."""
    known = of(stores, before)
    until = held.expires + REMEMBERED
    stores.drafts.keep(replace(known, id=held.appointment.id, expires=until))
    stores.files.wait_for_another(appointment_of(before), appointment_of(held), until)
    stores.agendas.drop_hold(before.appointment.id)
    hold_is_over(stores, before.appointment.municipality, request, before.appointment.id)
