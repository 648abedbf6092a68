"""The waiting list: join it, be offered what comes free, take it or leave it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.fields import WEEKDAYS

from ..context import Announce, Stores
from ..domain import appointment as life
from ..domain import booked, waiting_list
from ..domain.appointment import Appointment
from ..domain.availability import ANY, Availability, Preference, keys
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..domain.visit import candidates
from ..domain.waiting_list import Entry, Offer
from ..store.cards import Card
from ..store.claiming import Taken
from ..store.holds import released
from ..store.repository import WaitingLists
from .lifecycle import claimed, reschedule
from .request import ATTEMPTS, Request

#: how many places one look along the list considers
MAX_LOOKED_AT = 200
log = structlog.get_logger()


def preference_of(wish: Mapping[str, Any]) -> Preference:
    """Which starts are welcome, as a caller says it (contracts: WelcomeStarts)."""
    if not (wish["weekday"] or wish["after"] or wish["before"]):
        return ANY
    return Preference(frozenset(WEEKDAYS.index(name) for name in wish["weekday"]), wish["after"], wish["before"])


def join(stores: Stores, announce: Announce, card: Card, wish: Mapping[str, Any], request: Request) -> Entry:
    """Put the appointment on the waiting list.

    Raises Refusal: as `life.check` for a move, which it leads to; appointment-type-removed, location-removed,
    already-on-waiting-list.
    """
    appointment, _ = claimed(stores, card)
    now, before = stores.now(), stores.waiting.get(card.id)
    known = stores.configurations.calendar(card.municipality).municipality
    life.check(known, appointment, "reschedule", request.by, now)
    booked.visit_to_move(known, appointment)
    entry, event = waiting_list.join(appointment, before, now, preference_of(wish), wish["not_before"])
    if not _keep(stores, announce, entry, request.traced(event)):
        raise Refusal("already-on-waiting-list")
    return entry


def withdraw(stores: Stores, announce: Announce, card: Card, request: Request) -> Entry:
    """Give the place up, and what was offered with it. Raises Refusal: not-on-waiting-list."""
    entry = on_list(stores, card)
    left, event = waiting_list.leave(entry, stores.now(), "withdrawn")
    if not _keep(stores, announce, left, request.traced(event)):
        raise Refusal("changed-meanwhile")
    _drop(stores, entry)
    return left


def decline(stores: Stores, announce: Announce, card: Card, request: Request) -> Entry:
    """Leave the offer to the next. Raises Refusal: not-on-waiting-list, no-offer."""
    entry = on_list(stores, card)
    waiting, event = waiting_list.decline(entry, stores.now())
    if not _keep(stores, announce, waiting, request.traced(event)):
        raise Refusal("changed-meanwhile")
    _drop(stores, entry)
    return waiting


def accept(stores: Stores, announce: Announce, card: Card, request: Request) -> Appointment:
    """Move to the slot that was offered. Raises Refusal: not-on-waiting-list, no-offer, slot-taken."""
    entry = on_list(stores, card)
    offer = entry.offer
    if offer is None or offer.expires <= stores.now():
        raise Refusal("no-offer")
    wish = {"start": offer.start, "resource": None, "reason": "earlier", "sequence": None}
    moved = reschedule(stores, announce, card, wish, request, offer.hold)
    left, event = waiting_list.leave(replace(entry, start=moved.start), stores.now(), "accepted")
    _keep(stores, announce, left, request.traced(event))  # when it is not kept, the next look along the list does it
    return moved


def on_list(stores: Stores, card: Card) -> Entry:
    """The place of this appointment. Raises Refusal: not-on-waiting-list."""
    entry = stores.waiting.get(card.id)
    if entry is None or entry.state == "left":
        raise Refusal("not-on-waiting-list")
    return entry


def offer_freed(
    stores: Stores, announce: Announce, municipality: str, team: str, dates: Sequence[dt.date], freed_by: str | None
) -> int:
    """Offer what came free on these days to the first on the list whom it suits. Returns how many offers were made.

    `freed_by`: the appointment that gave its time back, which may be kept from others for a while still.
    """
    calendar = stores.configurations.calendar(municipality)
    hold = freed_by and released(freed_by)
    return sum(
        _offer_to(stores, announce, calendar, entry, dates, hold)
        for entry in stores.waiting.waiting(municipality, team, MAX_LOOKED_AT)
    )


def look_along(stores: Stores, announce: Announce) -> int:
    """Once in a while, for everybody: pass on what was not answered, and offer what came free unnoticed."""
    made = 0
    for calendar in stores.configurations.all():
        name, now = calendar.municipality.id, stores.now()
        for entry in stores.waiting.offered(name):
            if entry.offer is not None and entry.offer.expires <= now:
                _settle(stores, announce, entry, now)
        for entry in stores.waiting.waiting(name, None, MAX_LOOKED_AT):
            made += _offer_to(stores, announce, calendar, entry, None, None)
    stores.waiting.forget_before(stores.now() - dt.timedelta(days=1))
    return made


def _settle(stores: Stores, announce: Announce, entry: Entry, now: dt.datetime) -> None:
    """An offer whose time is over: it was accepted just before, or nobody answered."""
    appointment = _appointment(stores, entry)
    if appointment is None:
        left, event = waiting_list.leave(entry, now, "gone")
    elif entry.offer is not None and appointment.start == entry.offer.start:
        left, event = waiting_list.leave(entry, now, "accepted")
    else:
        left, event = waiting_list.expire(entry, now)
    if _keep(stores, announce, left, event):
        _drop(stores, entry)


def _offer_to(
    stores: Stores, announce: Announce, calendar: Calendar, entry: Entry, dates: Sequence[dt.date] | None,
    hold: str | None,
) -> int:  # fmt: skip
    """Hold the earliest slot that suits this resident, and tell. Returns how many offers were made: 0 or 1."""
    now = stores.now()
    appointment = _appointment(stores, entry)
    if appointment is None or appointment.start <= now:
        left, event = waiting_list.leave(entry, now, "gone")
        _keep(stores, announce, left, event)
        return 0
    entry = replace(entry, start=appointment.start)
    try:
        visit = booked.visit_to_move(calendar.municipality, appointment)
    except Refusal as refusal:  # the type or the location is no longer there
        log.info("the place on the waiting list is ended", appointment=entry.id, code=refusal.code)
        left, event = waiting_list.leave(entry, now, "gone")
        _keep(stores, announce, left, event)
        return 0
    groups = candidates(calendar.municipality, visit)
    today = max(local_date(now, entry.time_zone), entry.not_before or dt.date.min)
    last = local_date(entry.start, entry.time_zone)
    days = [today + dt.timedelta(days=n) for n in range((last - today).days + 1)]
    if dates is not None:
        days = [date for date in days if date in dates]
    for _ in range(ATTEMPTS):
        agendas = stores.agendas.read(keys(calendar, visit, groups, days))
        availability = Availability(calendar, visit, groups, agendas, now, hold)
        slots = availability.slots(days, entry.preference)
        found = next((slot for slot in slots if entry.wants(slot.on, slot.cell)), None)
        if found is None:
            return 0
        start, end = found.on.moment(found.cell), found.on.moment(found.end)
        placements = availability.place(start)
        expires = min(now + dt.timedelta(minutes=calendar.municipality.offer_minutes), start)
        offer = Offer(uuid.uuid4().hex, start, end, expires)
        held = life.held(offer.hold, entry.municipality, visit, placements, start, now, "system")
        try:
            stores.agendas.hold(placements, held, expires, now, instead_of=hold)
        except Taken:
            continue
        offered, event = waiting_list.offer(entry, offer, now)
        if not _keep(stores, announce, offered, event):
            stores.agendas.drop_hold(offer.hold)
            return 0
        return 1
    return 0


def _appointment(stores: Stores, entry: Entry) -> Appointment | None:
    """The appointment as it is, if it is still to come."""
    card = stores.cards.get(entry.id)
    found = card and stores.agendas.find_claim(card.agenda, card.id)
    return found[0] if found and found[0].state == "booked" else None


def _keep(stores: Stores, announce: Announce, entry: Entry, event: Event) -> bool:
    kept = stores.waiting.keep(entry, event)
    if kept:
        announce(WaitingLists.NAME, entry.id, [event])
    return kept


def _drop(stores: Stores, entry: Entry) -> None:
    if entry.offer is not None:
        stores.agendas.drop_hold(entry.offer.hold)
