"""Holds and appointments, for who may see them."""

from __future__ import annotations

import hmac
from typing import Any

from loket_chassis.runtime.tokens import hash_of
from loket_contracts.calendar_entry import CalendarEntry, write_calendar
from loket_contracts.errors import Refusal
from loket_contracts.languages import pick

from ..commands.invitations import standing
from ..commands.lifecycle import claimed
from ..context import Stores
from ..domain import booked
from ..domain.appointment import Appointment, allowed
from ..domain.catalogue import Address, Location
from ..domain.grid import zone
from ..domain.waiting_list import Entry
from ..store.cards import Card
from ..store.holds import HeldSlot
from .catalogue import location_of


def find_hold(stores: Stores, municipality: str, identifier: str) -> HeldSlot:
    """A hold, also when it has just expired: its time may still be free. Raises Refusal: hold-not-found."""
    found = stores.agendas.find_hold(identifier)
    if found is None or found.appointment.municipality != municipality:
        raise Refusal("hold-not-found")
    return found


def describe_hold(held: HeldSlot) -> dict[str, Any]:
    """A hold as its owner sees it."""
    return {
        "id": held.appointment.id,
        "expires_at": held.appointment.local(held.expires),
        "start": held.appointment.local(held.appointment.start),
        "end": held.appointment.local(held.appointment.end),
        "appointment_types": list(held.appointment.appointment_types),
        "location": held.appointment.location,
        "persons": held.appointment.persons,
    }


def find_card(stores: Stores, municipality: str, identifier: str, token: str) -> Card:
    """The card, for who has its link. Raises Refusal: appointment-not-found, also when only the link is wrong."""
    card = stores.cards.get(identifier)
    if card is None or card.municipality != municipality or not hmac.compare_digest(card.token_hash, hash_of(token)):
        raise Refusal("appointment-not-found")
    return card


def find_card_by_id_or_reference(stores: Stores, municipality: str, identifier: str) -> Card:
    """For staff, who have either. Raises Refusal: appointment-not-found."""
    if (card := stores.cards.by_reference(municipality, identifier.strip().upper())) is not None:
        return card
    return find_card_by_id(stores, municipality, identifier)


def find_card_by_id(stores: Stores, municipality: str, identifier: str) -> Card:
    """For who has no need of a link: staff, and the other services. Raises Refusal: appointment-not-found."""
    card = stores.cards.get(identifier)
    if card is None or card.municipality != municipality:
        raise Refusal("appointment-not-found")
    return card


def find_card_by_link(stores: Stores, municipality: str, token: str) -> Card:
    """Raises Refusal: appointment-not-found."""
    card = stores.cards.by_token(token)
    if card is None or card.municipality != municipality:
        raise Refusal("appointment-not-found")
    return card


def appointment(stores: Stores, card: Card) -> Appointment:
    """The appointment that the card is for. Raises Refusal: appointment-not-found."""
    return claimed(stores, card)[0]


def describe_with_link(stores: Stores, appointment: Appointment, card: Card) -> dict[str, Any]:
    """An appointment that was just made, with the secret of its link."""
    described = describe(stores, appointment, card, is_new=True)
    return {**described, "link_token": stores.links.token(appointment.id)}


def describe_file(file: dict[str, Any]) -> dict[str, Any]:
    return {name: file[name] for name in ("id", "question", "name", "media_type", "size")}


def describe_invitation(stores: Stores, municipality: str, token: str) -> dict[str, Any]:
    """What may be booked with this token. Raises Refusal: invitation-not-valid."""
    found = standing(stores, municipality, token)
    if stores.cards.with_invitation(found.id):
        raise Refusal("invitation-not-valid")
    known = stores.configurations.calendar(municipality).municipality
    return {
        "appointment_type": found.appointment_type,
        "resource": found.resource,
        "location": found.location,
        "expires_at": found.expires.astimezone(zone(known.time_zone)).isoformat(),
    }


def describe(stores: Stores, appointment: Appointment, card: Card, is_new: bool = False) -> dict[str, Any]:
    """An appointment as its resident sees it. One that `is_new` is on no waiting list yet."""
    entry = stores.waiting.get(card.id) if appointment.state == "booked" and not is_new else None
    return describe_all_of(stores, appointment, card, entry)


def describe_all_of(stores: Stores, appointment: Appointment, card: Card, entry: Entry | None) -> dict[str, Any]:
    """The same, with the place on the waiting list at hand."""
    known = stores.configurations.including_removed(appointment.municipality)
    in_force = stores.configurations.calendar(appointment.municipality).municipality
    kinds, refusal = booked.types_of(known, appointment), booked.move_refusal(in_force, appointment)
    team = known.teams.get(appointment.team)
    return {
        "id": appointment.id,
        "reference": card.reference,
        "state": appointment.state,
        "sequence": appointment.sequence,
        "appointment_types": [{"id": kind.id, "name": kind.name} for kind in kinds],
        "bring": [text for kind in kinds for text in kind.bring],
        "location": _place(booked.location_of(known, appointment), card),
        "team": {"id": team.id, "name": team.name, "email": team.email} if team else None,
        "with": booked.people_of(known, appointment),
        "persons": appointment.persons,
        "phone": card.contact.get("phone"),
        "start": appointment.local(appointment.start),
        "end": appointment.local(appointment.end),
        "time_zone": appointment.time_zone,
        "language": appointment.language,
        "allowed": booked.can_be_given(allowed(in_force, appointment, "resident", stores.now()), refusal),
        "move_refusal": refusal,
        "move_to": [location_of(each) for each in booked.other_locations(in_force, appointment)],
        "answers": card.answers,
        "files": [describe_file(file) for file in card.files],
        "missing": [
            question.id
            for kind in kinds
            for question in kind.questions
            if question.kind == "file"
            and question.required
            and question.is_asked(card.answers)
            and question.id not in {file["question"] for file in card.files}
        ],
        "asked": [{"text": each["text"], "answer": each["answer"]} for each in card.requests],
        "waiting_list": describe_entry(entry, appointment) if entry and entry.state != "left" else None,
    }


def _place(location: Location, card: Card) -> dict[str, Any]:
    """With the address of the video call, which the catalogue does not tell to strangers."""
    return {**location_of(location), "meeting_url": location.meeting_url.replace("{reference}", card.reference) or None}


def calendar(stores: Stores, appointment: Appointment, card: Card, url: str) -> str:
    """The appointment as an iCalendar file (RFC 5545) for the resident's own calendar.

    `url`: the page of the appointment.
    """
    known = stores.configurations.calendar(appointment.municipality).municipality
    language = card.contact.get("language") or known.languages[0]
    described = describe(stores, appointment, card)
    place = described["location"] or {}
    municipality = pick(known.name, language)
    what = ", ".join(pick(kind["name"], language) for kind in described["appointment_types"])
    entry = CalendarEntry(
        appointment=card.id, sequence=appointment.sequence, start=appointment.start, end=appointment.end,
        summary=f"{what} ({municipality})", cancelled=appointment.state == "cancelled", organizer=municipality,
        organizer_email=known.email, place=pick(place.get("name", {}), language),
        address=str(Address(**place["address"])) if place.get("address") else "",
        directions=pick(place.get("directions", {}), language),
        bring=tuple(pick(thing, language) for thing in described["bring"]),
        meeting_url=place.get("meeting_url") or "", url=url, reminds=True,
    )  # fmt: skip
    return write_calendar("PUBLISH", [entry], stores.now()).decode()


def describe_entry(entry: Entry, appointment: Appointment) -> dict[str, Any]:
    """A place on the waiting list, with the offer if there is one."""
    offer = entry.offer
    return {
        "state": entry.state,
        "joined_at": appointment.local(entry.joined_at),
        "not_before": entry.not_before and entry.not_before.isoformat(),
        "offer": {
            "start": appointment.local(offer.start),
            "end": appointment.local(offer.end),
            "expires_at": appointment.local(offer.expires),
        }
        if offer
        else None,
    }
