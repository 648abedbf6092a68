"""Hold a slot, and book it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from loket_chassis.runtime.tokens import hash_of
from loket_contracts.errors import Refusal

from ..context import Announce, Stores
from ..domain import appointment as life
from ..domain import contact, intake_form, names
from ..domain.appointment import Appointment
from ..domain.opening_hours import Calendar
from ..domain.resource_day import Placement
from ..domain.visit import Visit, at_any_notice, plan
from ..store.agendas import Agendas
from ..store.cards import Card, InvitationUsed, new_reference
from ..store.claiming import AlreadyClaimed, Taken
from ..store.holds import HeldSlot
from ..store.invitations import Invitation
from .allocation import place
from .invitations import standing
from .lifecycle import claimed
from .limits import add_within_bounds, hold_is_over, one_more_booking, one_more_hold
from .request import ATTEMPTS, Request


def hold(stores: Stores, municipality: str, wish: Mapping[str, Any], request: Request) -> HeldSlot:
    """Reserve a slot for as long as a form takes.

    Raises Refusal: unknown names, invitation-not-valid, too-many-holds, slot-*, idempotency-key-reused.
    """
    now = stores.now()
    calendar = stores.configurations.calendar(municipality)
    identifier, fingerprint = request.identifier("hold", municipality), _fingerprint(wish)
    if request.idempotency_key and (made_before := stores.agendas.find_hold(identifier)):
        if made_before.fingerprint not in (fingerprint, None):
            raise Refusal("idempotency-key-reused")
        return made_before
    invitation = standing(stores, municipality, wish["invitation"]) if wish["invitation"] else None
    visit = _visit(calendar, wish, request, invitation)
    expires = now + dt.timedelta(minutes=calendar.municipality.hold_minutes)
    with one_more_hold(stores, calendar.municipality, request, identifier, expires, now):
        for attempt in range(ATTEMPTS):
            placements = place(stores, calendar, visit, _who(wish, invitation), wish["start"], now, again=attempt > 0)
            held = life.held(identifier, municipality, visit, placements, wish["start"], now, request.by)
            try:
                stores.agendas.hold(placements, held, expires, now, fingerprint=fingerprint)
            except Taken:
                continue
            return HeldSlot(held, placements, expires, fingerprint)
        raise Refusal("slot-taken", {"start": wish["start"].isoformat()})


def book(
    stores: Stores, announce: Announce, municipality: str, wish: Mapping[str, Any], request: Request,
    follows: str | None = None,
) -> tuple[Appointment, Card]:  # fmt: skip
    """Book from a hold, or straight from a start. `follows`: the appointment that this one follows up.

    The card goes first, so that a booked appointment always has one; the claim decides. Raises Refusal: hold-not-found,
    unknown names, invalid-request for the answers, slot-*, invitation-not-valid, too-many-appointments,
    too-many-bookings, idempotency-key-reused.
    """
    now = stores.now()
    calendar = stores.configurations.calendar(municipality)
    identifier = request.identifier("appointment", municipality)
    fingerprint = _fingerprint(wish)
    card: Card | None = None
    if request.idempotency_key and (card := stores.cards.get(identifier)):
        if card.fingerprint != fingerprint:
            raise Refusal("idempotency-key-reused", {"appointment": card.id})
        if found := stores.agendas.find_claim(card.agenda, card.id):
            return found[0], card
        card = stores.cards.take_over(card, now)
        if card is None:
            raise Refusal("outcome-unknown")  # the first request is still at work
    with one_more_booking(stores, calendar.municipality, request, identifier, now):
        made = _book(stores, announce, calendar, wish, request, identifier, card, now, follows)
    if wish["hold"] is not None:
        hold_is_over(stores, municipality, request, wish["hold"])
    return made


def _book(
    stores: Stores, announce: Announce, calendar: Calendar, wish: Mapping[str, Any], request: Request, identifier: str,
    card: Card | None, now: dt.datetime, follows: str | None,
) -> tuple[Appointment, Card]:  # fmt: skip
    municipality = calendar.municipality.id
    wanted = _wanted(stores, calendar, wish, request)
    if wanted.start < now:
        raise Refusal("slot-in-the-past", {"start": wanted.start.isoformat()})
    person = contact.completed(calendar.municipality, wish["contact"])
    answers = intake_form.check(wanted.visit, person, wish["answers"], request.may_answer_later)
    mark = stores.links.contact_of(municipality, person)
    for attempt in range(ATTEMPTS):
        try:
            placements = wanted.placements or place(
                stores, calendar, wanted.visit, wanted.resource, wanted.start, now, wanted.hold, again=attempt > 0
            )
        except Refusal:
            if card is not None:
                stores.cards.remove(card)
            raise
        agenda = placements[0].agenda
        if card is None:
            due = intake_form.duties(calendar, wanted.visit, wanted.start, now, answers, ())
            card = Card(
                id=identifier,
                municipality=municipality,
                reference=new_reference(),
                contact=person,
                answers=answers,
                agenda=str(agenda),
                visit_date=agenda.date.isoformat(),
                token_hash=hash_of(stores.links.token(identifier)),
                fingerprint=_fingerprint(wish),
                created_at=now,
                types=list(wanted.visit.type_ids),
                contact_mark=mark,
                invitation=wanted.invitation.id if wanted.invitation else None,
                duty_at=intake_form.next_moment(due, now),
                portal=request.who if request.by == "portal" else None,
                notes=request.notes,
                name_words=names.words(person["name"]),
            )
            card = _add(stores, calendar, wanted.visit, card, request, now)
        elif card.agenda != str(agenda):
            card = stores.cards.move(card, agenda)
        draft = life.held(identifier, municipality, wanted.visit, placements, wanted.start, now, request.by, follows)
        booked, event = life.book(calendar.municipality, draft, now=now, by=request.actor, language=person["language"])
        event = request.traced(event)
        try:
            stores.agendas.book(placements, booked, event, now, wanted.hold)
        except Taken:
            wanted = replace(wanted, placements=None)
            continue
        except AlreadyClaimed:  # another request under the same key came first; this is its answer
            found = claimed(stores, card)
            return found[0], stores.cards.move(card, found[1][0].agenda)
        announce(Agendas.NAME, str(agenda), [event])
        return booked, card
    if card is not None:
        stores.cards.remove(card)
    raise Refusal("slot-taken", {"start": wanted.start.isoformat()})


def follow_up(
    stores: Stores, announce: Announce, card: Card, wish: Mapping[str, Any], request: Request
) -> tuple[Appointment, Card]:
    """Book the next visit of the same resident at once. `wish`: as for `book`, without the contact.

    Raises Refusal: as `book`; appointment-not-found when the resident was forgotten.
    """
    if card.pseudonymised:
        raise Refusal("appointment-not-found")
    return book(stores, announce, card.municipality, {**wish, "contact": card.contact}, request, card.id)


@dataclass(frozen=True)
class _Wanted:
    """What is to be booked. `placements` are those of the hold, for as long as nothing stands in their way."""

    visit: Visit
    start: dt.datetime
    resource: str | None
    invitation: Invitation | None
    hold: str | None = None
    placements: Sequence[Placement] | None = None


def _wanted(stores: Stores, calendar: Calendar, wish: Mapping[str, Any], request: Request) -> _Wanted:
    token, municipality = wish["invitation"], calendar.municipality.id
    invitation = standing(stores, municipality, token) if token else None
    if wish["hold"] is None:
        visit = _visit(calendar, wish, request, invitation)
        return _Wanted(visit, wish["start"], _who(wish, invitation), invitation)
    found = stores.agendas.find_hold(wish["hold"])
    if found is None or found.appointment.municipality != municipality:
        raise Refusal("hold-not-found")
    held = found.appointment
    asked = {"appointment_types": held.appointment_types, "persons": held.persons, "location": held.location}
    return _Wanted(
        _visit(calendar, asked, request, invitation), held.start, None, invitation, held.id, found.placements
    )


def _visit(calendar: Calendar, wish: Mapping[str, Any], request: Request, invitation: Invitation | None) -> Visit:
    """The visit that is asked for, if this person may ask for it. Staff may at any notice."""
    location = wish["location"] or (invitation.location if invitation else None)
    visit = plan(calendar.municipality, wish["appointment_types"], wish["persons"], location)
    if request.is_staff:
        return at_any_notice(visit)
    for kind in visit.types:
        invited = invitation is not None and invitation.appointment_type == kind.id
        if kind.visibility != "public" and not (kind.visibility == "link" and invited):
            raise Refusal("unknown-appointment-type", {"appointment_type": kind.id})
    if invitation is not None and visit.type_ids != (invitation.appointment_type,):
        raise Refusal("invitation-not-valid")
    return visit


def _who(wish: Mapping[str, Any], invitation: Invitation | None) -> str | None:
    """The specialist that is named, by the invitation before the wish."""
    return invitation.resource if invitation and invitation.resource else wish["resource"]


def _add(
    stores: Stores, calendar: Calendar, visit: Visit, card: Card, request: Request, now: dt.datetime
) -> Card:  # fmt: skip
    try:
        added = add_within_bounds(stores, calendar, visit, card, request, now)
    except InvitationUsed as error:
        raise Refusal("invitation-not-valid") from error
    if added is None:
        raise Refusal("outcome-unknown")  # the same key at the same moment: one of the two goes on
    return added


def _fingerprint(wish: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(wish, sort_keys=True, default=str).encode()).hexdigest()
