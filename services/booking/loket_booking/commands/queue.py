"""The queue of those who are here: tickets for who walks in, and calling whoever is next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from loket_contracts.errors import Refusal
from loket_contracts.languages import spoken

from ..context import Announce, Stores
from ..domain import queue, ticket
from ..domain.appointment import Appointment
from ..domain.catalogue import Municipality, Resource
from ..domain.grid import day, local_date
from ..domain.queue import Waiting
from ..domain.ticket import Ticket
from ..domain.visit import plan
from ..store.cards import Card
from ..store.repository import Queues
from .lifecycle import claimed, step
from .request import ATTEMPTS, Request


def issue(
    stores: Stores, announce: Announce, municipality: str, wish: Mapping[str, Any], request: Request,
    follows: str | None = None, arrived_at: dt.datetime | None = None,
) -> Ticket:  # fmt: skip
    """Give who walks in the next number of the location and day. Raises Refusal: unknown names, location-needed.

    `follows`, `arrived_at`: the appointment that it takes over, and since when its resident is here.
    """
    now = stores.now()
    known = stores.configurations.calendar(municipality).municipality
    visit = plan(known, wish["appointment_types"], wish["persons"], wish["location"])
    if visit.location.channel != "on_site":
        raise Refusal("unknown-location", {"location": visit.location.id})
    place = f"{municipality}/{visit.location.id}/{local_date(now, visit.location.time_zone)}"
    number = stores.queues.next_number(place)
    new = Ticket(
        id=f"{place}/{number}",
        municipality=municipality,
        location=visit.location.id,
        number=number,
        team=visit.team,
        appointment_types=visit.type_ids,
        persons=visit.persons,
        language=spoken(wish["language"], known.languages),
        time_zone=visit.location.time_zone,
        arrived_at=arrived_at or now,
        follows=follows,
    )
    return _step(stores, announce, new, "issue", request)


def call_next(
    stores: Stores, announce: Announce, municipality: str, wish: Mapping[str, Any], request: Request
) -> Appointment | Ticket:
    """Call whoever is next to a desk: an appointment of this specialist, or a ticket that they can help.

    Raises Refusal: unknown-resource, unknown-location, nobody-waiting.
    """
    known = stores.configurations.calendar(municipality).municipality
    resource = known.resources.get(wish["resource"])
    if resource is None or resource.kind != "person":
        raise Refusal("unknown-resource", {"resource": wish["resource"]})
    if wish["location"] not in known.locations:
        raise Refusal("unknown-location", {"location": wish["location"]})
    including_removed = stores.configurations.including_removed(municipality)
    for _ in range(ATTEMPTS):
        appointments, tickets = here(stores, known, wish["location"])
        mine = {each.id: each for each in appointments if resource.id in each.resources}
        able = {each.id: each for each in tickets if _can_help(including_removed, resource, each)}
        waiting = [*(waiting_of(each) for each in mine.values()), *(waiting_of(each) for each in able.values())]
        for called in queue.line(waiting, known.queue, stores.now())[:1]:
            try:
                if called.id in able:
                    changes = {"resource": resource.id, "desk": wish["desk"]}
                    return _step(stores, announce, able[called.id], "call", request, changes=changes)
                card = stores.cards.get(called.id)
                if card is None:
                    raise Refusal("appointment-not-found")
                return step(stores, announce, card, "start", request, changes={"desk": wish["desk"]})
            except Refusal as refusal:
                if refusal.code not in ("changed-meanwhile", "not-allowed-in-state"):
                    raise
                break  # a colleague called them at the same moment
        else:
            raise Refusal("nobody-waiting")
    raise Refusal("changed-meanwhile")


def ticket_step(
    stores: Stores, announce: Announce, municipality: str, identifier: str, command: str, wish: Mapping[str, Any],
    request: Request,
) -> Ticket:  # fmt: skip
    """park, resume, complete, leave, call or transfer a ticket.

    Raises Refusal: ticket-not-found, not-allowed-in-state, invalid-request.
    """
    found = stores.queues.get(identifier)
    if found is None or found.municipality != municipality:
        raise Refusal("ticket-not-found", {"ticket": identifier})
    if command not in ticket.COMMANDS:
        raise Refusal("invalid-request", errors=[{"pointer": "/command", "detail": "There is no such step."}])
    changes: dict[str, Any] = {}
    if command == "complete":
        changes["outcome"] = wish["outcome"]
    if command == "transfer":
        known = stores.configurations.calendar(municipality).municipality
        changes = {**_taken_over(known, found.appointment_types, wish), "resource": None, "desk": None}
    return _step(stores, announce, found, command, request, wish["reason"], changes)


def transfer(stores: Stores, announce: Announce, card: Card, wish: Mapping[str, Any], request: Request) -> Ticket:
    """Pass a resident who is here with an appointment on to another team: a ticket that keeps their place in the line.

    Raises Refusal: not-allowed-in-state, unknown names.
    """
    appointment, _ = claimed(stores, card)
    if appointment.state != "in_service":
        raise Refusal("not-allowed-in-state", {"state": appointment.state, "allowed": "start"})
    known = stores.configurations.calendar(card.municipality).municipality
    taken_over = _taken_over(known, appointment.appointment_types, wish)
    asked = {
        "appointment_types": taken_over["appointment_types"],
        "persons": appointment.persons,
        "location": appointment.location,
        "language": appointment.language,
    }
    issued = issue(stores, announce, card.municipality, asked, request, card.id, waiting_of(appointment).arrived_at)
    step(stores, announce, card, "complete", request, changes={"outcome": "referred"})
    return issued


def here(stores: Stores, known: Municipality, location: str) -> tuple[list[Appointment], list[Ticket]]:
    """Who waits at this location now: checked-in appointments of today, and tickets."""
    zone = known.locations[location].time_zone
    today = local_date(stores.now(), zone)
    on = day(today, zone)
    appointments = [
        each for each in stores.days.appointments(known.id, today, today, ("checked_in",)) if each.location == location
    ]
    tickets = [
        each
        for each in stores.queues.of_day(known.id, location, on.midnight, on.moment(on.cells))
        if each.state == "waiting"
    ]
    return appointments, tickets


def waiting_of(person: Appointment | Ticket) -> Waiting:
    """Their place in the line: since when they are here."""
    if isinstance(person, Ticket):
        return Waiting(person.id, person.arrived_at)
    arrived = next((each.at for each in person.history if each.command in ("check_in", "start")), person.start)
    return Waiting(person.id, arrived, person.start)


def _can_help(known: Municipality, resource: Resource, waiting: Ticket) -> bool:
    """Whether this person meets a need of every topic of the ticket."""
    if resource.team not in (None, waiting.team):
        return False
    kinds = [known.appointment_types[name] for name in waiting.appointment_types if name in known.appointment_types]
    return all(any(need.is_met_by(resource, waiting.team) for need in kind.needs) for kind in kinds)


def _taken_over(known: Municipality, types: tuple[str, ...], wish: Mapping[str, Any]) -> dict[str, Any]:
    """The team and topics of a transfer. Without topics, the other team takes them as they are."""
    topics = tuple(wish["appointment_types"] or ())
    for name in topics:
        if name not in known.appointment_types:
            raise Refusal("unknown-appointment-type", {"appointment_type": name})
    team = wish["team"] or (known.appointment_types[topics[0]].team if topics else None)
    if team not in known.teams:
        raise Refusal("invalid-request", errors=[{"pointer": "/team", "detail": "There is no such team."}])
    if topics and any(known.appointment_types[name].team != team for name in topics):
        raise Refusal("types-not-combinable")
    return {"team": team, "appointment_types": topics or types}


def _step(
    stores: Stores, announce: Announce, before: Ticket, command: str, request: Request, reason: str | None = None,
    changes: Mapping[str, Any] | None = None,
) -> Ticket:  # fmt: skip
    changed, event = ticket.step(
        before, command, now=stores.now(), by=request.actor, reason=reason, changes=changes or {}
    )
    event = request.traced(event)
    if not stores.queues.keep(changed, event):
        raise Refusal("changed-meanwhile")
    announce(Queues.NAME, changed.id, [event])
    return changed
