"""What is asked of a resident before the visit: answers, documents, and whatever else the specialist needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from loket_contracts.errors import Refusal

from ..context import Announce, Stores
from ..domain import intake_form
from ..domain.appointment import Appointment, require
from ..domain.booked import visit_of
from ..domain.intake_form import Duty
from ..store.cards import Card
from .lifecycle import cancel, claimed, step
from .request import Request

BATCH = 200
DOCUMENTS_MISSING = "documents-missing"


def ask(stores: Stores, announce: Announce, card: Card, text: str, request: Request) -> Card:
    """Ask the resident for something beforehand. The text stays on the card; the event says only that there is one.

    Raises Refusal: not-allowed-in-state, appointment-begun.
    """
    entry = {"text": text, "at": stores.now(), "who": request.who, "answer": None, "answered_at": None}
    step(stores, announce, card, "ask", request)
    stores.cards.append(card, "requests", entry)
    stores.audit.note(card.municipality, request.actor, "asked", stores.now(), card.id)
    return stores.cards.get(card.id) or card


def answer(stores: Stores, card: Card, given: Mapping[str, Any], request: Request) -> Card:
    """Take answers that are given or mended before the visit, and the answer to what the specialist asked.

    Raises Refusal: not-allowed-in-state, invalid-request.
    """
    appointment, _ = claimed(stores, card)
    require(appointment, "booked")
    visit = visit_of(stores.configurations.including_removed(card.municipality), appointment)
    answers = intake_form.mend(visit, card.answers, given["answers"], request.may_answer_later)
    requests = [dict(each) for each in card.requests]
    if given["message"] is not None:
        if not requests:
            raise Refusal("invalid-request", errors=[{"pointer": "/message", "detail": "Nothing was asked."}])
        requests[-1] |= {"answer": given["message"], "answered_at": stores.now()}
    changed = stores.cards.change(card, answers=answers, requests=requests)
    stores.audit.note(card.municipality, request.actor, "changed", stores.now(), card.id, "answers")
    return look_again(stores, changed, appointment)


def look_again(stores: Stores, card: Card, appointment: Appointment | None = None) -> Card:
    """Work out anew when something about the documents is due next, after answers or files changed."""
    appointment = appointment or claimed(stores, card)[0]
    open_ = _duties(stores, card, appointment)
    # what was missing in time and is there now is no longer missing
    changes = {"duty_at": intake_form.next_moment(open_, stores.now()), "flagged": card.flagged and bool(open_)}
    return stores.cards.change(card, **changes)


def settle_duties(stores: Stores, announce: Announce) -> int:
    """Remind of documents, and draw the consequence where they are missing still. Returns how many cards were seen.

    A process that dies in between finds the step in the appointment's history, and does not take it twice.
    """
    cards = stores.cards.due(stores.now(), BATCH)
    request = Request(by="system")
    for card in cards:
        found = stores.agendas.find_claim(card.agenda, card.id)
        if found is None or found[0].state != "booked" or found[0].start <= stores.now():
            stores.cards.change(card, duty_at=None)
            continue
        now = stores.now()
        due = [duty for duty in _duties(stores, card, found[0]) if card.duty_at and card.duty_at <= duty.at <= now]
        for command in dict.fromkeys(_consequence(duty) for duty in due):
            _draw(stores, announce, card, command, due[0], request)
        look_again(stores, stores.cards.get(card.id) or card)
    return len(cards)


def _consequence(duty: Duty) -> str:
    if duty.kind == "remind":
        return "remind_of_documents"
    return {"keep": "", "flag": "flag", "release": "cancel"}[duty.consequence]


def _draw(stores: Stores, announce: Announce, card: Card, command: str, duty: Duty, request: Request) -> None:
    appointment, _ = claimed(stores, card)
    done = any(each.command == command and each.at >= duty.at for each in appointment.history)
    if not command or done or appointment.state != "booked":
        return
    if command == "cancel":
        cancel(stores, announce, card, DOCUMENTS_MISSING, request)
        return
    step(stores, announce, card, command, request)
    if command == "flag":
        stores.cards.change(card, flagged=True)


def _duties(stores: Stores, card: Card, appointment: Appointment) -> list[Duty]:
    calendar = stores.configurations.calendar(card.municipality)
    there = [file["question"] for file in card.files]
    visit = visit_of(stores.configurations.including_removed(card.municipality), appointment)
    return intake_form.duties(calendar, visit, appointment.start, appointment.booked_at, card.answers, there)
