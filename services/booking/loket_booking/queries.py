"""What booking answers without changing anything."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from loket_contracts.errors import Refusal

from .bootstrap import Stores
from .domain import availability
from .domain.agenda import AgendaKey
from .domain.appointment import Appointment, allowed
from .domain.catalogue import AppointmentType, Location, Municipality
from .domain.grid import local_date
from .domain.visit import candidates, plan
from .store.agendas import HeldSlot
from .store.cards import Card, hash_of

#: the longest stretch that one search covers, and the one it covers when none is given
MOST_DAYS = 62
USUAL_DAYS = 14


def municipalities(stores: Stores) -> list[dict[str, Any]]:
    return [_municipality(calendar.municipality) for calendar in stores.configurations.all()]


def catalogue(stores: Stores, municipality: str) -> dict[str, Any]:
    """Everything public about a municipality, its texts in all languages.

    Raises Refusal: unknown-municipality.
    """
    known = stores.configurations.calendar(municipality).municipality
    return {
        "municipality": _municipality(known),
        "version": known.version,
        "locations": [_location(location) for location in known.locations.values()],
        "teams": [{"id": team.id, "name": team.name} for team in known.teams.values()],
        "appointment_types": [_appointment_type(kind) for kind in known.appointment_types.values()],
    }


def free_slots(stores: Stores, municipality: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The free starts of a visit. Starts are given with the offset of the location.

    `wish`: appointment_types, persons, location, resource, from and to (local dates, inclusive; None for the usual).
    Raises Refusal: unknown names, invalid-request for the dates.
    """
    now = stores.now()
    calendar = stores.configurations.calendar(municipality)
    visit = plan(calendar.municipality, wish["appointment_types"], wish["persons"], wish["location"])
    groups = candidates(calendar.municipality, visit, wish["resource"])
    dates = _dates(wish["from"], wish["to"], local_date(now, visit.location.time_zone))
    keys = {
        AgendaKey(calendar.municipality.id, resource.id, date)
        for group in groups
        for resource in group
        for date in dates
        if calendar.open(resource, visit.location, date)
    }
    agendas = stores.agendas.memory.recall(keys)
    return {
        "appointment_types": [kind.id for kind in visit.types],
        "location": visit.location.id,
        "persons": visit.persons,
        "time_zone": visit.location.time_zone,
        "from": dates[0].isoformat(),
        "to": dates[-1].isoformat(),
        "slots": [
            {"start": slot.on.local(slot.cell), "end": slot.on.local(slot.end), "capacity": slot.capacity}
            for slot in availability.slots(calendar, visit, groups, agendas, dates, now)
        ],
    }


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
    found = stores.agendas.find_claim(card.agenda, card.id)
    if found is None:
        raise Refusal("appointment-not-found")
    return found[0]


def contact_card(stores: Stores, municipality: str, identifier: str) -> dict[str, Any]:
    """Who to write to about an appointment, and what about: for notification, at the moment that it sends.

    Raises Refusal: appointment-not-found.
    """
    card = find_card_by_id(stores, municipality, identifier)
    found = appointment(stores, card)
    known = stores.configurations.calendar(municipality).municipality
    return {
        "contact": card.contact,
        "link_token": stores.links.token(card.id),
        "municipality": _municipality(known),
        **describe(stores, found, card),
    }


def describe(stores: Stores, appointment: Appointment, card: Card) -> dict[str, Any]:
    """An appointment as its resident sees it."""
    known = stores.configurations.calendar(appointment.municipality).municipality
    kinds = [known.appointment_types[name] for name in appointment.appointment_types if name in known.appointment_types]
    location = known.locations.get(appointment.location)
    team = known.teams.get(appointment.team)
    return {
        "id": appointment.id,
        "reference": card.reference,
        "state": appointment.state,
        "sequence": appointment.sequence,
        "appointment_types": [{"id": kind.id, "name": kind.name} for kind in kinds],
        "bring": [text for kind in kinds for text in kind.bring],
        "location": _location(location) if location else None,
        "team": {"id": team.id, "name": team.name, "email": team.email} if team else None,
        "with": [
            known.resources[name].name
            for name in appointment.resources
            if name in known.resources and known.resources[name].kind == "person"
        ],
        "persons": appointment.persons,
        "start": appointment.local(appointment.start),
        "end": appointment.local(appointment.end),
        "time_zone": appointment.time_zone,
        "language": appointment.language,
        "allowed": allowed(appointment.state, "resident"),
    }


def _dates(first: dt.date | None, last: dt.date | None, today: dt.date) -> list[dt.date]:
    start = max(first or today, today)
    end = last if last is not None else start + dt.timedelta(days=USUAL_DAYS - 1)
    if first is not None and last is not None and last < first:
        raise Refusal("invalid-request", errors=[{"parameter": "to", "detail": "This lies before `from`."}])
    if end < start:
        end = start
    if (end - start).days >= MOST_DAYS:
        raise Refusal("invalid-request", errors=[{"parameter": "to", "detail": f"Ask for {MOST_DAYS} days at most."}])
    return [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]


def _municipality(known: Municipality) -> dict[str, Any]:
    return {
        "id": known.id,
        "name": known.name,
        "time_zone": known.time_zone,
        "languages": list(known.languages),
        "email": known.email,
        "phone": known.phone,
        "website": known.website,
    }


def _location(location: Location) -> dict[str, Any]:
    return {
        "id": location.id,
        "name": location.name,
        "channel": location.channel,
        "time_zone": location.time_zone,
        "address": asdict(location.address) if location.address else None,
        "directions": location.directions,
    }


def _appointment_type(kind: AppointmentType) -> dict[str, Any]:
    return {
        "id": kind.id,
        "name": kind.name,
        "description": kind.description,
        "category": kind.category,
        "team": kind.team,
        "locations": list(kind.locations),
        "duration": kind.duration,
        "per_extra_person": kind.per_extra_person,
        "notice_hours": int(kind.notice / dt.timedelta(hours=1)),
        "notice_working_days": kind.notice_working_days,
        "horizon_days": kind.horizon,
        "bring": list(kind.bring),
        "questions": [
            {
                "id": question.id,
                "label": question.label,
                "kind": question.kind,
                "required": question.required,
                "hint": question.hint,
                "choices": [{"id": name, "label": label} for name, label in question.choices.items()],
            }
            for question in kind.questions
        ],
    }
