"""Fill in a form page by page: each part is checked when it is given, and kept beside the hold until it is booked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loket_contracts.commands import BookAppointment
from loket_contracts.errors import Refusal, load

from ..bootstrap import Announce, Stores
from ..domain import intake
from ..domain.appointment import Appointment
from ..domain.visit import plan
from ..store.cards import Card
from ..store.drafts import Draft
from ..store.holds import REMEMBERED, HeldSlot
from . import booking
from .request import Request

_book_appointment = BookAppointment()


def fill_in(stores: Stores, held: HeldSlot, given: Mapping[str, Any]) -> Draft:
    """Keep what was given. Raises Refusal: invalid-request, as booking it would."""
    known = stores.configurations.calendar(held.appointment.municipality).municipality
    visit = plan(
        known, held.appointment.appointment_types, held.appointment.persons, held.appointment.location
    )  # fmt: skip
    draft = of(stores, held)
    if given["answers"] is not None:
        draft = replace(draft, answers=intake.check_answers(visit, given["answers"]))
    if given["contact"] is not None:
        if wrong := intake.wrong_with(visit, given["contact"]):
            raise Refusal("invalid-request", errors=wrong)
        draft = replace(draft, contact=dict(given["contact"]))
    stores.drafts.keep(draft)
    return draft


def of(stores: Stores, held: HeldSlot) -> Draft:
    """What was filled in so far."""
    found = stores.drafts.get(held.appointment.id)
    return found or Draft(held.appointment.id, held.appointment.municipality, held.expires + REMEMBERED)


def book(
    stores: Stores, announce: Announce, municipality: str, hold: str, invitation: str | None, request: Request
) -> tuple[Appointment, Card]:
    """Book what was filled in; a repeat under the same key gives the same appointment, though its hold is gone by then.

    Raises Refusal: hold-not-found, and whatever booking does.
    """
    draft = stores.drafts.get(hold)
    if draft is None or draft.municipality != municipality:
        raise Refusal("hold-not-found")
    body = {"hold": hold, "invitation": invitation, "contact": draft.contact, "answers": draft.answers}
    return booking.book(stores, announce, municipality, load(_book_appointment, body), request)


def carry_over(stores: Stores, before: HeldSlot, held: HeldSlot) -> None:
    """Another moment was taken for the same visit: what was filled in goes along, and the moment before comes free."""
    known = of(stores, before)
    stores.drafts.keep(replace(known, id=held.appointment.id, expires=held.expires + REMEMBERED))
    stores.agendas.drop_hold(before.appointment.id)
