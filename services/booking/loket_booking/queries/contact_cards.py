"""Who to write to about an appointment, and what about: for notification, at the moment that it sends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from loket_contracts.errors import Refusal

from ..context import Stores
from ..domain import booked
from ..domain.appointment import Appointment
from ..domain.waiting_list import Entry
from ..store.cards import Card
from .appointments import describe_all_of, find_card_by_link
from .catalogue import municipality_of

NOT_FOUND = {"refused": "appointment-not-found"}


def contact_cards(stores: Stores, wanted: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """For each municipality and appointment: {"card": ...}, or {"refused": code} when nobody is to be written to."""
    identifiers = [identifier for _, identifier in wanted]
    cards = stores.cards.get_all(identifiers)
    appointments = stores.agendas.find_claims(identifiers)
    booked = [each.id for each in appointments.values() if each.state == "booked"]
    entries = stores.waiting.get_all(booked)
    return [
        _card(stores, municipality, cards.get(each), appointments.get(each), entries.get(each))
        for municipality, each in wanted
    ]


def contact_mark(stores: Stores, municipality: str, token: str) -> str:
    """What is the same for all appointments of the person who has this link. Raises Refusal: appointment-not-found."""
    mark = find_card_by_link(stores, municipality, token).contact_mark
    if mark is None:
        raise Refusal("appointment-not-found")
    return mark


def team_contact(stores: Stores, municipality: str, team: str) -> dict[str, Any] | None:
    """Where a team is written to, and in which language; None when there is no such team.

    Raises Refusal: unknown-municipality.
    """
    known = stores.configurations.calendar(municipality).municipality
    found = known.teams.get(team)
    if found is None:
        return None
    return {"team": found.name, "email": found.email, "municipality": known.name, "language": known.languages[0]}


def _card(
    stores: Stores, municipality: str, card: Card | None, appointment: Appointment | None, entry: Entry | None
) -> dict[str, Any]:
    if card is None or appointment is None or card.municipality != municipality or card.pseudonymised:
        return NOT_FOUND
    known = stores.configurations.calendar(municipality).municipality
    described = describe_all_of(stores, appointment, card, entry)
    kinds = booked.types_of(stores.configurations.including_removed(municipality), appointment)
    return {
        "card": {
            "contact": card.contact,
            "contact_mark": card.contact_mark,
            "link_token": stores.links.token(card.id),
            "municipality": municipality_of(known),
            "missing_documents": [
                question.label for kind in kinds for question in kind.questions if question.id in described["missing"]
            ],
            **described,
        }
    }
