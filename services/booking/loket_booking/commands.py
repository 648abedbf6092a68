"""What booking does when it is asked to change something. One function per command; each is one decision."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from loket_contracts.errors import Refusal

from .bootstrap import Announce, Stores
from .domain import appointment as life
from .domain import availability, intake
from .domain.agenda import AgendaKey, Placement
from .domain.appointment import Appointment
from .domain.catalogue import Municipality
from .domain.grid import local_date
from .domain.opening import Calendar
from .domain.visit import Visit, candidates, plan
from .store.agendas import Agendas, HeldSlot, Taken
from .store.cards import Card, hash_of, new_reference

#: how many candidates are tried when others take the chosen one at the same moment
ATTEMPTS = 5


@dataclass(frozen=True)
class Request:
    """Who asks, under which idempotency key and trace."""

    by: str = "resident"
    idempotency_key: str | None = None
    traceparent: str | None = None

    def identifier(self, kind: str, municipality: str) -> str:
        """The id of what is to be made: random, or following from the key so that a repeat makes nothing new."""
        if self.idempotency_key is None:
            return uuid.uuid4().hex
        return uuid.uuid5(uuid.NAMESPACE_URL, f"loket/{kind}/{municipality}/{self.idempotency_key}").hex


def hold(stores: Stores, municipality: str, wish: Mapping[str, Any], request: Request) -> HeldSlot:
    """Reserve a slot for as long as a form takes.

    Raises Refusal: unknown names, slot-in-the-past, slot-not-offered, slot-taken.
    """
    now = stores.now()
    calendar = stores.configurations.calendar(municipality)
    identifier = request.identifier("hold", municipality)
    if request.idempotency_key and (made_before := stores.agendas.find_hold(identifier)):
        return made_before
    visit = plan(calendar.municipality, wish["appointment_types"], wish["persons"], wish["location"])
    expires = now + dt.timedelta(minutes=calendar.municipality.hold_minutes)
    for _ in range(ATTEMPTS):
        placements = _place(stores, calendar, visit, wish["resource"], wish["start"], now, None)
        held = life.held(identifier, municipality, visit, placements, wish["start"], now, request.by)
        try:
            stores.agendas.hold(placements, held, expires, now)
        except Taken:
            continue
        return HeldSlot(held, placements, expires)
    raise Refusal("slot-taken", {"start": wish["start"].isoformat()})


def book(
    stores: Stores, announce: Announce, municipality: str, wish: Mapping[str, Any], request: Request
) -> tuple[Appointment, Card]:
    """Book from a hold, or straight from a start.

    The card goes first, so that a booked appointment always has one; the claim decides. Raises Refusal: hold-not-found,
    unknown names, invalid-request for the answers, slot-*, idempotency-key-reused.
    """
    now = stores.now()
    calendar = stores.configurations.calendar(municipality)
    identifier = request.identifier("appointment", municipality)
    fingerprint = _fingerprint(wish)
    card: Card | None = None
    if request.idempotency_key and (card := stores.cards.get(identifier)):
        if card.fingerprint != fingerprint:
            raise Refusal("idempotency-key-reused")
        if found := stores.agendas.find_claim(card.agenda, card.id):
            return found[0], card
        card = stores.cards.take_over(card, now)
        if card is None:
            raise Refusal("service-unavailable")  # the first request is still at work
    wanted = _wanted(stores, calendar.municipality, wish)
    if wanted.start <= now:
        raise Refusal("slot-in-the-past", {"start": wanted.start.isoformat()})
    answers = intake.check(wanted.visit, wish["contact"], wish["answers"])
    for _ in range(ATTEMPTS):
        try:
            placements = wanted.placements or _place(
                stores, calendar, wanted.visit, wanted.resource, wanted.start, now, wanted.hold
            )
        except Refusal:
            if card is not None:
                stores.cards.remove(card)
            raise
        agenda = placements[0].agenda
        if card is None:
            card = Card(
                id=identifier,
                municipality=municipality,
                reference=new_reference(),
                contact=dict(wish["contact"]),
                answers=answers,
                agenda=str(agenda),
                visit_date=agenda.date.isoformat(),
                token_hash=hash_of(stores.links.token(identifier)),
                fingerprint=fingerprint,
                created_at=now,
            )
            if not stores.cards.add(card):
                raise Refusal("service-unavailable")  # the same key at the same moment: one of the two goes on
        elif card.agenda != str(agenda):
            card = stores.cards.move(card, agenda)
        draft = life.held(identifier, municipality, wanted.visit, placements, wanted.start, now, request.by)
        booked, event = life.book(draft, now=now, by=request.by, language=wish["contact"]["language"])
        event = replace(event, traceparent=request.traceparent)
        try:
            stores.agendas.book(placements, booked, event, now, wanted.hold)
        except Taken:
            wanted = replace(wanted, placements=None)
            continue
        announce(Agendas.NAME, str(agenda), [event])
        return booked, card
    if card is not None:
        stores.cards.remove(card)
    raise Refusal("slot-taken", {"start": wanted.start.isoformat()})


def cancel(stores: Stores, announce: Announce, card: Card, reason: str, request: Request) -> Appointment:
    """Give the time back. Cancelling what is cancelled already is no error and tells nobody again.

    Raises Refusal: not-allowed-in-state.
    """
    for _ in range(ATTEMPTS):
        appointment, placements = _claimed(stores, card)
        if appointment.state == "cancelled":
            return appointment
        cancelled, event = life.cancel(appointment, now=stores.now(), by=request.by, reason=reason)
        event = replace(event, traceparent=request.traceparent)
        if stores.agendas.cancel(placements, cancelled, event):
            announce(Agendas.NAME, card.agenda, [event])
            return cancelled
    raise Refusal("changed-meanwhile")


def reschedule(
    stores: Stores, announce: Announce, municipality: str, card: Card, wish: Mapping[str, Any], request: Request
) -> Appointment:
    """Move to another moment: the new time is taken and the old one given back, both or neither.

    Moving to where it is already is no error and tells nobody. Raises Refusal: not-allowed-in-state, slot-*.
    """
    now = stores.now()
    calendar = stores.configurations.calendar(municipality)
    for _ in range(ATTEMPTS):
        appointment, old = _claimed(stores, card)
        if appointment.start == wish["start"] and wish["resource"] in (None, *appointment.resources):
            return appointment
        visit = plan(calendar.municipality, appointment.appointment_types, appointment.persons, appointment.location)
        new = _place(stores, calendar, visit, wish["resource"], wish["start"], now, None, old)
        moved, event = life.reschedule(
            appointment, visit, new, wish["start"], now=now, by=request.by, reason=wish["reason"]
        )
        event = replace(event, traceparent=request.traceparent)
        agenda = new[0].agenda
        try:
            done = stores.agendas.move(old, new, moved, event, now, partial(stores.cards.move, card, agenda))
        except Taken:
            continue
        if done:
            announce(Agendas.NAME, str(agenda), [event])
            return moved
        card = stores.cards.get(card.id) or card
    raise Refusal("changed-meanwhile")


def step(
    stores: Stores, announce: Announce, card: Card, command: str, reason: str | None, request: Request
) -> Appointment:
    """A step that leaves the time as it is: check_in, start, complete, no_show, undo_check_in, undo_no_show.

    Raises Refusal: not-allowed-in-state.
    """
    for _ in range(ATTEMPTS):
        appointment, placements = _claimed(stores, card)
        changed, event = life.step(appointment, command, now=stores.now(), by=request.by, reason=reason)
        event = replace(event, traceparent=request.traceparent)
        if stores.agendas.note(placements, changed, event):
            announce(Agendas.NAME, card.agenda, [event])
            return changed
    raise Refusal("changed-meanwhile")


def _claimed(stores: Stores, card: Card) -> tuple[Appointment, list[Placement]]:
    found = stores.agendas.find_claim(card.agenda, card.id)
    if found is None:
        raise Refusal("appointment-not-found")
    return found


@dataclass(frozen=True)
class _Wanted:
    """What is to be booked. `placements` are those of the hold, for as long as nothing stands in their way."""

    visit: Visit
    start: dt.datetime
    resource: str | None
    hold: str | None = None
    placements: Sequence[Placement] | None = None


def _wanted(stores: Stores, municipality: Municipality, wish: Mapping[str, Any]) -> _Wanted:
    if wish["hold"] is None:
        visit = plan(municipality, wish["appointment_types"], wish["persons"], wish["location"])
        return _Wanted(visit, wish["start"], wish["resource"])
    found = stores.agendas.find_hold(wish["hold"])
    if found is None or found.appointment.municipality != municipality.id:
        raise Refusal("hold-not-found")
    held = found.appointment
    visit = plan(municipality, held.appointment_types, held.persons, held.location)
    return _Wanted(visit, held.start, None, held.id, found.placements)


def _place(
    stores: Stores, calendar: Calendar, visit: Visit, resource: str | None, start: dt.datetime, now: dt.datetime,
    own_hold: str | None, own: Sequence[Placement] = (),
) -> list[Placement]:  # fmt: skip
    """`own`: what the appointment has already, which does not stand in its own way."""
    groups = candidates(calendar.municipality, visit, resource)
    date = local_date(start, visit.location.time_zone)
    keys = {AgendaKey(calendar.municipality.id, each.id, date) for group in groups for each in group}
    agendas = stores.agendas.read(keys)
    for placement in own:
        if placement.agenda in agendas:
            taken = agendas[placement.agenda]
            agendas[placement.agenda] = replace(taken, booked=taken.booked & ~placement.cells)
    return availability.place(calendar, visit, groups, agendas, start, now, own_hold)


def _fingerprint(wish: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(wish, sort_keys=True, default=str).encode()).hexdigest()
