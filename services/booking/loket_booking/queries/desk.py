"""What staff see: the day, the queue, the file of a visit, clashes, closures and the rest of their work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from loket_contracts.errors import Refusal

from ..bootstrap import Stores
from ..commands.queueing import here, waiting_of
from ..commands.request import Request
from ..domain import clashes as clashing
from ..domain import queue
from ..domain.agenda import Placement
from ..domain.appointment import Appointment, allowed
from ..domain.grid import day, local_date
from ..domain.lifecycle import Transition
from ..domain.ticket import Ticket
from ..feeds import agenda_feed
from ..store.cards import Card
from ..store.closures import LaidClosure
from ..store.days import Claim
from ..store.invitations import Invitation

LIVE = ("booked", "checked_in", "in_service", "parked")
MOST_LISTED = 200
#: a calendar feed shows so much of the past, and all that is to come
FEED_PAST = dt.timedelta(days=14)


def agenda(
    stores: Stores, municipality: str, date: dt.date, team: str | None, resource: str | None, request: Request
) -> dict[str, Any]:
    """One day by resource: open hours and what is in them, with names. Raises Refusal: unknown-municipality."""
    calendar = stores.configurations.calendar(municipality)
    known = calendar.municipality
    resources = [
        each
        for each in known.resources.values()
        if (resource is None or each.id == resource) and (team is None or each.team in (None, team))
    ]
    claims = stores.days.claims(municipality, date, date, [each.id for each in resources])
    appointments = {claim.appointment.id: claim.appointment for claim in claims if claim.appointment}
    missing = {claim.appointment_id for claim in claims} - appointments.keys()
    for each in stores.days.appointments(municipality, date, date) if missing else ():
        appointments[each.id] = each
    cards = stores.cards.get_all(appointments)
    stores.audit.note(municipality, request.actor, "read", stores.now(), detail=f"agenda of {date.isoformat()}")
    return {
        "date": date.isoformat(),
        "resources": [
            {
                "resource": each.id,
                "name": each.name,
                "kind": each.kind,
                "open": _stretches(stores, municipality, each.id, date),
                "claims": [
                    _claim(
                        claim, appointments.get(claim.appointment_id), cards.get(claim.appointment_id), known.time_zone
                    )
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


def _claim(claim: Claim, appointment: Appointment | None, card: Card | None, time_zone: str) -> dict[str, Any]:
    placement = claim.placement
    on = day(placement.agenda.date, appointment.time_zone if appointment else time_zone)
    return {
        "appointment": claim.appointment_id,
        "purpose": placement.purpose,
        "taken_from": on.local(placement.start),
        "taken_to": on.local(placement.end),
        **(_summary(appointment, card) if appointment else {}),
    }


def _summary(appointment: Appointment, card: Card | None) -> dict[str, Any]:
    return {
        "state": appointment.state,
        "sequence": appointment.sequence,
        "start": appointment.local(appointment.start),
        "end": appointment.local(appointment.end),
        "appointment_types": list(appointment.appointment_types),
        "persons": appointment.persons,
        "location": appointment.location,
        "resources": list(appointment.resources),
        "allowed": allowed(appointment.state, "staff"),
        "name": card.contact.get("name") if card else None,
        "reference": card.reference if card else None,
        "flagged": card.flagged if card else False,
    }


def _stretches(stores: Stores, municipality: str, resource: str, date: dt.date) -> list[dict[str, str]]:
    """When the resource receives people that day, at any of its locations."""
    calendar = stores.configurations.calendar(municipality)
    known = calendar.municipality
    found = []
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
    return {
        "location": location,
        "order": known.queue.order,
        "waiting": [describe_person(stores, people[each.id]) for each in ordered],
        "called": [describe_person(stores, each) for each in served],
    }


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


def dossier(stores: Stores, card: Card, appointment: Appointment, request: Request) -> dict[str, Any]:
    """Everything that prepares for a visit: answers, files, what was asked, earlier visits. The look is recorded."""
    stores.audit.note(card.municipality, request.actor, "read", stores.now(), card.id)
    invitation = stores.invitations.get(card.invitation) if card.invitation else None
    earlier = []
    for other in stores.cards.of_contact(card.municipality, card.contact_mark) if card.contact_mark else ():
        found = stores.agendas.find_claim(other.agenda, other.id) if other.id != card.id else None
        if found:
            earlier.append({**_summary(found[0], other), "appointment": other.id, "outcome": found[0].outcome})
    return {
        **_summary(appointment, card),
        "appointment": card.id,
        "contact": card.contact,
        "answers": card.answers,
        "files": [{**file, "at": file["at"].isoformat()} for file in card.files],
        "asked": [_asked(each) for each in card.requests],
        "file_reference": invitation.file_reference if invitation else None,
        "outcome": appointment.outcome,
        "follows": appointment.follows,
        "history": [_step(each) for each in appointment.history],
        "earlier": earlier,
    }


def _asked(request: dict[str, Any]) -> dict[str, Any]:
    answered = request["answered_at"]
    return {**request, "at": request["at"].isoformat(), "answered_at": answered and answered.isoformat()}


def _step(each: Transition) -> dict[str, Any]:
    return {"command": each.command, "at": each.at.isoformat(), "by": each.by, "who": each.who, "reason": each.reason}


def clashes(stores: Stores, municipality: str) -> list[dict[str, Any]]:
    """The appointments to come that no longer fit the hours and closures, in the order of their start."""
    calendar = stores.configurations.calendar(municipality)
    today = local_date(stores.now(), calendar.municipality.time_zone)
    found = clashing.clashes(calendar, _taken(stores.days.claims(municipality, today)))
    return [
        {**_summary(clash.appointment, None), "appointment": clash.appointment.id, "resource": clash.resource,
         "reason": clash.reason}
        for clash in sorted(found, key=lambda clash: (clash.appointment.start, clash.appointment.id, clash.resource))
        if clash.appointment.start > stores.now()
    ]  # fmt: skip


def _taken(claims: Sequence[Claim]) -> list[tuple[Appointment, Placement]]:
    live = {
        claim.appointment.id: claim.appointment
        for claim in claims
        if claim.appointment is not None and claim.appointment.state in LIVE
    }
    return [(live[claim.appointment_id], claim.placement) for claim in claims if claim.appointment_id in live]


def proposals(stores: Stores, municipality: str, identifiers: Sequence[str]) -> list[dict[str, Any]]:
    """A new moment for each of these appointments, no two at the same time of the same specialist."""
    calendar = stores.configurations.calendar(municipality)
    appointments = []
    for card in stores.cards.get_all(identifiers).values():
        found = stores.agendas.find_claim(card.agenda, card.id)
        if found and found[0].state == "booked" and card.municipality == municipality:
            appointments.append(found[0])
    now = stores.now()
    agendas = stores.agendas.read(clashing.agendas_needed(calendar, appointments, now))
    return [
        {
            "appointment": proposal.appointment.id,
            "from": proposal.appointment.local(proposal.appointment.start),
            "start": proposal.start and proposal.appointment.local(proposal.start),
            "resources": list(proposal.resources),
        }
        for proposal in clashing.propose(calendar, appointments, agendas, now)
    ]


def describe_closure(laid: LaidClosure) -> dict[str, Any]:
    closure = laid.closure
    return {
        "id": laid.id,
        "first": closure.first.isoformat(),
        "last": closure.last.isoformat(),
        "from": closure.start and closure.start.strftime("%H:%M"),
        "to": closure.end and closure.end.strftime("%H:%M"),
        "resource": laid.resource,
        "location": laid.location,
        "reason": closure.reason.get("nl", ""),
        "source": laid.source,
        "made_by": laid.made_by,
    }


def closures(stores: Stores, municipality: str) -> list[dict[str, Any]]:
    """The closures from today on that lie beside the configuration."""
    known = stores.configurations.calendar(municipality).municipality
    today = local_date(stores.now(), known.time_zone)
    return [describe_closure(laid) for laid in stores.configurations.closures.listed(municipality, today)]


def invitations(stores: Stores, municipality: str) -> list[dict[str, Any]]:
    """The latest invitations, and what became of them."""
    found = stores.invitations.listed(municipality, MOST_LISTED)
    used = stores.cards.of_invitations(invitation.id for invitation in found)
    return [describe_invitation(invitation, used.get(invitation.id)) for invitation in found]


def describe_invitation(invitation: Invitation, appointment: str | None) -> dict[str, Any]:
    return {
        **vars(invitation),
        "made_at": invitation.made_at.isoformat(),
        "expires": invitation.expires.isoformat(),
        "appointment": appointment,
    }


def feed(stores: Stores, municipality: str, token: str) -> str:
    """The agenda behind a secret address, as iCalendar. It names no resident. Raises Refusal: not-found."""
    known = stores.configurations.calendar(municipality).municipality
    for resource in known.resources.values():
        if stores.links.is_feed(municipality, resource.id, token):
            break
    else:
        raise Refusal("not-found")
    since = local_date(stores.now() - FEED_PAST, known.time_zone)
    mine = [each for each in stores.days.appointments(municipality, since) if resource.id in each.resources]
    cards = stores.cards.get_all(each.id for each in mine)
    called = [
        (each, " ".join((", ".join(each.appointment_types), cards[each.id].reference if each.id in cards else "")))
        for each in mine
    ]
    return agenda_feed(resource.name, called, stores.now())
