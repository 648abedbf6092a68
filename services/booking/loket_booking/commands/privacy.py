"""What is known of a resident, told or erased at their own request (GDPR, articles 15 and 17)."""

from __future__ import annotations

import uuid
from typing import Any

from loket_contracts import events, telephone

from ..context import Announce, Stores
from ..domain import waiting_list
from ..store.cards import Card
from ..store.erasures import Erasures
from ..store.repository import WaitingLists
from .lifecycle import cancel
from .request import Request

ERASED = "resident-erased"


def export(stores: Stores, municipality: str, person: str, request: Request) -> dict[str, Any]:
    """Everything that is kept about a person. `person`: as for `erase`."""
    cards = _cards_of(stores, municipality, person)
    found = []
    for card in cards:
        claim = stores.agendas.find_claim(card.agenda, card.id)
        stores.audit.note(municipality, request.actor, "exported", stores.now(), card.id)
        found.append(
            {
                "appointment": card.id,
                "reference": card.reference,
                "contact": card.contact,
                "answers": card.answers,
                "notes": card.notes,
                "files": [{**file, "at": file["at"].isoformat()} for file in card.files],
                "asked": [
                    {"text": each["text"], "at": each["at"].isoformat(), "answer": each["answer"]}
                    for each in card.requests
                ],
                "feedback": _feedback(stores, card),
                "start": claim[0].local(claim[0].start) if claim else None,
                "state": claim[0].state if claim else None,
                "history": [
                    {"what": step.command, "at": step.at.isoformat(), "by": step.by, "reason": step.reason}
                    for step in (claim[0].history if claim else ())
                ],
            }
        )
    return {"email": person if "@" in person else None, "appointments": found}


def _cards_of(stores: Stores, municipality: str, person: str) -> list[Card]:
    """All cards of one person; by a reference, those of whoever that appointment is for."""
    if "@" not in person:
        if card := stores.cards.by_reference(municipality, person.strip().upper()):
            return stores.cards.of_contact(municipality, card.contact_mark) if card.contact_mark else [card]
        try:
            person = telephone.read(person, stores.configurations.calendar(municipality).municipality.country)
        except ValueError:
            return []
    return stores.cards.of_contact(municipality, stores.links.contact(municipality, person))


def _feedback(stores: Stores, card: Card) -> dict[str, Any] | None:
    found = stores.feedback.get(card.id)
    return found and {"score": found["score"], "comment": found["comment"], "at": found["at"].isoformat()}


def erase(stores: Stores, announce: Announce, municipality: str, person: str, request: Request) -> int:
    """Forget a person, and cancel what is still to come. Returns how many cards there were.

    `person`: the e-mail address; the telephone number of who left no address; or the reference of an appointment.
    The agenda, the events and the figures stay: they know nobody.
    """
    cards = _cards_of(stores, municipality, person)
    if not cards:
        return 0
    event = request.traced(
        events.make(
            "resident.erased",
            municipality=municipality,
            subject=f"erasure-{uuid.uuid4().hex}",
            sequence=1,
            time=stores.now(),
            data={"appointments": [card.id for card in cards]},
        )
    )
    stores.erasures.begin(event)
    announce(Erasures.NAME, event.subject, [event])
    _erase(stores, announce, cards, request)
    stores.erasures.done(event.subject)
    return len(cards)


def finish(stores: Stores, announce: Announce) -> int:
    """Bring erasures to their end whose process died. Returns how many there were."""
    left = stores.erasures.left(stores.now())
    for identifier, appointments in left:
        cards = list(stores.cards.get_all(appointments).values())
        _erase(stores, announce, cards, Request(by="system"))
        stores.erasures.done(identifier)
    return len(left)


def _erase(stores: Stores, announce: Announce, cards: list[Card], request: Request) -> None:
    system = Request(by="system", traceparent=request.traceparent)
    for card in cards:
        found = stores.agendas.find_claim(card.agenda, card.id)
        if found is not None and found[0].state == "booked" and found[0].start > stores.now():
            cancel(stores, announce, card, ERASED, system)
        entry = stores.waiting.get(card.id)
        if entry is not None and entry.state != "left":
            left, event = waiting_list.leave(entry, stores.now(), "gone")
            if stores.waiting.keep(left, event):
                announce(WaitingLists.NAME, left.id, [event])
        stores.audit.note(card.municipality, request.actor, "erased", stores.now(), card.id)
    stores.files.remove_all_of(card.id for card in cards)
    stores.feedback.forget([card.id for card in cards])
    stores.cards.forget(cards)
