"""One day as staff see it: by resource, when it is open and what is in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from ..commands.request import Request
from ..context import Stores
from ..domain.appointment import Appointment, allowed
from ..domain.catalogue import Municipality
from ..domain.grid import day
from ..store.cards import Card
from ..store.day_view import Claim

#: the agenda stays open on a desk all day, and is fetched anew every few seconds
ONE_LOOK = dt.timedelta(hours=1)


def agenda(
    stores: Stores,
    municipality: str,
    date: dt.date,
    teams: Sequence[str] | None,
    resource: str | None,
    request: Request,
) -> dict[str, Any]:
    """One day by resource: open hours and what is in them, with the names of who comes for one of these teams.

    Raises Refusal: unknown-municipality.
    """
    calendar = stores.configurations.calendar(municipality)
    known = stores.configurations.including_removed(municipality)
    resources = [
        each
        for each in known.resources.values()
        if (resource is None or each.id == resource) and (teams is None or each.team is None or each.team in teams)
    ]
    claims = stores.days.claims(municipality, date, date, [each.id for each in resources])
    busy = {claim.placement.agenda.resource for claim in claims}
    resources = [each for each in resources if each.id in calendar.municipality.resources or each.id in busy]
    appointments = {claim.appointment.id: claim.appointment for claim in claims if claim.appointment}
    missing = {claim.appointment_id for claim in claims} - appointments.keys()
    for each in stores.days.appointments(municipality, date, date) if missing else ():
        appointments[each.id] = each
    cards = stores.cards.get_all(each.id for each in appointments.values() if teams is None or each.team in teams)
    detail, now = f"agenda of {date.isoformat()}", stores.now()
    stores.audit.note_once(municipality, request.actor, "read", now, detail, ONE_LOOK)
    return {
        "date": date.isoformat(),
        "resources": [
            {
                "resource": each.id,
                "name": each.name,
                "kind": each.kind,
                "open": _stretches(stores, municipality, each.id, date),
                "claims": [
                    _claim(known, claim, appointments.get(claim.appointment_id), cards.get(claim.appointment_id), now)
                    for claim in claims
                    if claim.placement.agenda.resource == each.id
                    and not _is_over(appointments.get(claim.appointment_id), claim)
                ],
            }
            for each in resources
        ],
    }


def _is_over(appointment: Appointment | None, claim: Claim) -> bool:
    return appointment is not None and appointment.state == "cancelled"


def _claim(
    known: Municipality, claim: Claim, appointment: Appointment | None, card: Card | None, now: dt.datetime
) -> dict[str, Any]:
    placement = claim.placement
    on = day(placement.agenda.date, appointment.time_zone if appointment else known.time_zone)
    return {
        "appointment": claim.appointment_id,
        "purpose": placement.purpose,
        "taken_from": on.local(placement.start),
        "taken_to": on.local(placement.end),
        **(summary(known, appointment, card, now) if appointment else {}),
    }


def summary(known: Municipality, appointment: Appointment, card: Card | None, now: dt.datetime) -> dict[str, Any]:
    """An appointment in a list for staff; without its card, nobody is named."""
    return {
        "state": appointment.state,
        "sequence": appointment.sequence,
        "start": appointment.local(appointment.start),
        "end": appointment.local(appointment.end),
        "appointment_types": list(appointment.appointment_types),
        "persons": appointment.persons,
        "location": appointment.location,
        "resources": list(appointment.resources),
        "allowed": allowed(known, appointment, "staff", now),
        "name": card.contact.get("name") if card else None,
        "reference": card.reference if card else None,
        "flagged": card.flagged if card else False,
    }


def _stretches(stores: Stores, municipality: str, resource: str, date: dt.date) -> list[dict[str, str]]:
    """When the resource receives people that day, at any of its locations."""
    calendar = stores.configurations.calendar(municipality)
    known = calendar.municipality
    found: list[dict[str, str]] = []
    if resource not in known.resources:
        return found
    for name in sorted(known.resources[resource].locations):
        location = known.locations[name]
        on = day(date, location.time_zone)
        cells, begin = calendar.open(known.resources[resource], location, date), None
        for cell in range(on.cells + 1):
            free = bool(cells >> cell & 1)
            if free and begin is None:
                begin = cell
            elif not free and begin is not None:
                found.append({"location": name, "from": on.local(begin), "to": on.local(cell)})
                begin = None
    return found
