"""Who waits at a location, and who is called to where: numbers and references, no names."""

from __future__ import annotations

import datetime as dt
from typing import Any

from loket_contracts.errors import Refusal

from ..commands.queue import here, waiting_of
from ..context import Stores
from ..domain import queue
from ..domain.appointment import Appointment
from ..domain.catalogue import Municipality
from ..domain.grid import day, local_date
from ..domain.ticket import Ticket


def line(stores: Stores, municipality: str, location: str) -> dict[str, Any]:
    """The queue of a location: who waits, in the order in which they are called, and who is called to where.

    Raises Refusal: unknown-location.
    """
    known = stores.configurations.calendar(municipality).municipality
    if location not in known.locations:
        raise Refusal("unknown-location", {"location": location})
    appointments, tickets = here(stores, known, location)
    people: dict[str, Appointment | Ticket] = {each.id: each for each in appointments}
    people |= {each.id: each for each in tickets}
    ordered = queue.line([waiting_of(each) for each in people.values()], known.queue, stores.now())
    today = local_date(stores.now(), known.locations[location].time_zone)
    on = day(today, known.locations[location].time_zone)
    served: list[Appointment | Ticket] = [
        each
        for each in stores.days.appointments(municipality, today, today, ("in_service", "parked"))
        if each.location == location
    ]
    served += [
        each
        for each in stores.queues.of_day(municipality, location, on.midnight, on.moment(on.cells))
        if each.state in ("in_service", "parked")
    ]
    including_removed = stores.configurations.including_removed(municipality)
    waits = queue.expected_waits(
        [_minutes(including_removed, people[each.id]) for each in ordered], len(_serving(served))
    )
    return {
        "location": location,
        "order": known.queue.order,
        "waiting": [
            {**describe_person(stores, people[each.id]), "expected_minutes": minutes}
            for each, minutes in zip(ordered, waits, strict=True)
        ],
        "called": [describe_person(stores, each) for each in served],
    }


def _minutes(known: Municipality, person: Appointment | Ticket) -> int:
    kinds = (known.appointment_types.get(name) for name in person.appointment_types)
    return sum(kind.duration for kind in kinds if kind is not None)


def _serving(served: list[Appointment | Ticket]) -> set[str]:
    """The people who help somebody at this moment: those who will be free for whoever is next."""
    return {
        name
        for each in served
        if each.state == "in_service"
        for name in (each.resources[:1] if isinstance(each, Appointment) else (each.resource,))
        if name is not None
    }


def is_late(stores: Stores, appointment: Appointment) -> bool:
    """Whether its resident came too late to keep their precedence in the queue."""
    policy = stores.configurations.calendar(appointment.municipality).municipality.queue
    latest = appointment.start + dt.timedelta(minutes=policy.late_minutes)
    return waiting_of(appointment).arrived_at > latest


def describe_person(stores: Stores, person: Appointment | Ticket) -> dict[str, Any]:
    """Who waits or is served, without a name: a number, or the reference of the appointment."""
    if isinstance(person, Ticket):
        return {
            "kind": "ticket",
            "id": person.id,
            "shown": str(person.number),
            "state": person.state,
            "sequence": person.sequence,
            "team": person.team,
            "appointment_types": list(person.appointment_types),
            "arrived_at": person.arrived_at.isoformat(),
            "start": None,
            "desk": person.desk,
        }
    card = stores.cards.get(person.id)
    return {
        "kind": "appointment",
        "id": person.id,
        "shown": card.reference if card else "?",
        "state": person.state,
        "sequence": person.sequence,
        "team": person.team,
        "appointment_types": list(person.appointment_types),
        "arrived_at": waiting_of(person).arrived_at.isoformat(),
        "start": person.local(person.start),
        "desk": person.desk,
    }
