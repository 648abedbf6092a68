"""What staff see of a visit, of clashes and closures, of invitations, and of their agenda as a feed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from loket_contracts.calendar_entry import CalendarEntry, write_calendar
from loket_contracts.errors import Refusal
from loket_contracts.languages import pick

from ..commands.request import Request
from ..context import Stores
from ..domain import booked, intake_form
from ..domain import conflicts as clashing
from ..domain.appointment import Appointment, allowed
from ..domain.catalogue import Municipality
from ..domain.grid import local_date
from ..domain.lifecycle import Transition
from ..domain.opening_hours import Calendar
from ..domain.resource_day import Placement
from ..store.cards import Card
from ..store.closures import LaidClosure
from ..store.day_view import Claim
from ..store.invitations import Invitation
from .day import summary

LIVE = ("booked", "checked_in", "in_service", "parked")
MAX_LISTED = 200
#: a calendar feed shows so much of the past, and all that is to come
FEED_PAST = dt.timedelta(days=14)


def dossier(stores: Stores, card: Card, appointment: Appointment, request: Request) -> dict[str, Any]:
    """Everything that prepares for a visit: answers, files, what was asked, earlier visits. The look is recorded."""
    known, now = stores.configurations.calendar(card.municipality).municipality, stores.now()
    stores.audit.note(card.municipality, request.actor, "read", now, card.id)
    invitation = stores.invitations.get(card.invitation) if card.invitation else None
    earlier = []
    for other in stores.cards.of_contact(card.municipality, card.contact_mark) if card.contact_mark else ():
        found = stores.agendas.find_claim(other.agenda, other.id) if other.id != card.id else None
        if found:
            told = summary(known, found[0], other, now)
            earlier.append({**told, "appointment": other.id, "outcome": found[0].outcome})
    refusal = booked.move_refusal(known, appointment)
    return {
        **summary(known, appointment, card, now),
        "appointment": card.id,
        "allowed": booked.can_be_given(allowed(known, appointment, "staff", now), refusal),
        "move_refusal": refusal,
        "move_to": [each.id for each in booked.other_locations(known, appointment)],
        "contact": card.contact,
        "answers": card.answers,
        "unanswered": _unanswered(stores, card, appointment),
        "notes": card.notes,
        "files": [{**file, "at": file["at"].isoformat()} for file in card.files],
        "asked": [_asked(each) for each in card.requests],
        "file_reference": invitation.file_reference if invitation else None,
        "outcome": appointment.outcome,
        "follows": appointment.follows,
        "history": [_step(each) for each in appointment.history],
        "earlier": earlier,
    }


def _unanswered(stores: Stores, card: Card, appointment: Appointment) -> list[str]:
    """What staff still have to ask."""
    visit = booked.visit_of(stores.configurations.including_removed(card.municipality), appointment)
    return [] if card.pseudonymised else intake_form.unanswered(visit, card.answers)


def _asked(request: dict[str, Any]) -> dict[str, Any]:
    answered = request["answered_at"]
    return {**request, "at": request["at"].isoformat(), "answered_at": answered and answered.isoformat()}


def _step(each: Transition) -> dict[str, Any]:
    return {"command": each.command, "at": each.at.isoformat(), "by": each.by, "who": each.who, "reason": each.reason}


def clashes(stores: Stores, municipality: str, proposed: Calendar | None = None) -> list[dict[str, Any]]:
    """The appointments to come that no longer fit the hours and closures, in the order of their start.

    `proposed`: those that would be in force, instead of those that are.
    """
    calendar = proposed or stores.configurations.calendar(municipality)
    known, now = calendar.municipality, stores.now()
    today = local_date(now, known.time_zone)
    found = clashing.clashes(calendar, _taken(stores.days.claims(municipality, today)))
    return [
        {**summary(known, clash.appointment, None, now), "appointment": clash.appointment.id,
         "resource": clash.resource, "reason": clash.reason}
        for clash in sorted(found, key=lambda clash: (clash.appointment.start, clash.appointment.id, clash.resource))
        if clash.appointment.start > now
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


def resources(stores: Stores, municipality: str, teams: Sequence[str] | None) -> list[dict[str, Any]]:
    """People and rooms of these teams, and those of none."""
    known = stores.configurations.calendar(municipality).municipality
    return [
        {"id": each.id, "name": each.name, "kind": each.kind, "team": each.team, "locations": sorted(each.locations)}
        for each in known.resources.values()
        if teams is None or each.team is None or each.team in teams
    ]


def describe_closure(stores: Stores, laid: LaidClosure) -> dict[str, Any]:
    language = stores.configurations.calendar(laid.municipality).municipality.languages[0]
    closure = laid.closure
    return {
        "id": laid.id,
        "first": closure.first.isoformat(),
        "last": closure.last.isoformat(),
        "from": closure.start and closure.start.strftime("%H:%M"),
        "to": closure.end and closure.end.strftime("%H:%M"),
        "resource": laid.resource,
        "location": laid.location,
        "reason": pick(closure.reason, language),
        "source": laid.source,
        "made_by": laid.made_by,
    }


def closures(stores: Stores, municipality: str) -> list[dict[str, Any]]:
    """The closures from today on that lie beside the configuration."""
    known = stores.configurations.calendar(municipality).municipality
    today = local_date(stores.now(), known.time_zone)
    return [describe_closure(stores, laid) for laid in stores.configurations.closures.listed(municipality, today)]


def invitations(stores: Stores, municipality: str) -> list[dict[str, Any]]:
    """The latest invitations, and what became of them."""
    found = stores.invitations.listed(municipality, MAX_LISTED)
    used = stores.cards.of_invitations(invitation.id for invitation in found)
    return [describe_invitation(invitation, used.get(invitation.id)) for invitation in found]


def describe_invitation(invitation: Invitation, appointment: str | None) -> dict[str, Any]:
    return {
        **vars(invitation),
        "made_at": invitation.made_at.isoformat(),
        "expires": invitation.expires.isoformat(),
        "appointment": appointment,
    }


def _topics(known: Municipality, appointment: Appointment) -> str:
    """The names of its types, in the first language of the municipality."""
    return ", ".join(pick(kind.name, known.languages[0]) for kind in booked.types_of(known, appointment))


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
    including_removed = stores.configurations.including_removed(municipality)
    entries = [
        _feed_entry(
            including_removed, each, stores.links.entry(each.id), cards[each.id].reference if each.id in cards else ""
        )
        for each in mine
    ]
    return write_calendar("PUBLISH", entries, stores.now(), name=resource.name).decode()


def _feed_entry(known: Municipality, appointment: Appointment, identifier: str, reference: str) -> CalendarEntry:
    """`identifier`: not the appointment's id, from which a link that manages it follows with the key."""
    language = known.languages[0]
    return CalendarEntry(
        appointment=identifier, sequence=appointment.sequence, start=appointment.start, end=appointment.end,
        summary=f"{_topics(known, appointment)} {reference}".strip(),
        cancelled=appointment.state == "cancelled", organizer=pick(known.name, language),
        organizer_email=known.email, place=pick(booked.location_of(known, appointment).name, language),
    )  # fmt: skip
