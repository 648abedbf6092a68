"""Bounds on what one person or client can keep to themselves.

What a client holds and books is counted as it is taken, in one conditional write. Staff and portals, which are known by
an account or key, have no `client`.

Appointments to come are bounded by places: a card takes the first, second, ... place of its person for each of its
types, and an index keeps two cards out of one place. So a booking asks nothing, until it meets a place that is taken.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from loket_contracts.errors import Refusal

from ..context import Stores
from ..domain.catalogue import Municipality
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..domain.visit import Visit
from ..store.cards import UNDER_WAY, Card, PlaceTaken
from .request import ATTEMPTS, Request

HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class _Bound:
    """`most` permits of a kind per client, 0 without limit; `code` of the refusal of one more."""

    kind: str
    most: int
    code: str


@contextmanager
def one_more_hold(
    stores: Stores, known: Municipality, request: Request, hold: str, expires: dt.datetime, now: dt.datetime
) -> Iterator[None]:
    """Count a hold of this client until it expires, unless the body fails. Raises Refusal: too-many-holds."""
    bound = _Bound("holds", known.most_holds_per_client, "too-many-holds")
    with _one_more(stores, known, request, bound, hold, expires, now):
        yield


@contextmanager
def one_more_booking(
    stores: Stores, known: Municipality, request: Request, appointment: str, now: dt.datetime
) -> Iterator[None]:
    """Count a booking of this client for an hour, unless the body fails. Raises Refusal: too-many-bookings."""
    bound = _Bound("bookings", known.most_bookings_per_client, "too-many-bookings")
    with _one_more(stores, known, request, bound, appointment, now + HOUR, now):
        yield


def hold_is_over(stores: Stores, municipality: str, request: Request, hold: str) -> None:
    """A hold was booked or given back: it no longer counts against its client."""
    if request.client is not None:
        stores.clients.release(_name(stores, municipality, "holds", request.client), hold)


@contextmanager
def _one_more(
    stores: Stores, known: Municipality, request: Request, bound: _Bound, permit: str, until: dt.datetime,
    now: dt.datetime,
) -> Iterator[None]:  # fmt: skip
    if request.client is None or not bound.most:
        yield
        return
    name = _name(stores, known.id, bound.kind, request.client)
    free = stores.clients.take(name, permit, bound.most, until, now)
    if free is not None:
        raise Refusal(bound.code, {"limit": bound.most, "seconds": max(1, math.ceil((free - now).total_seconds()))})
    try:
        yield
    except BaseException:
        stores.clients.release(name, permit)
        raise


def _name(stores: Stores, municipality: str, kind: str, client: str) -> str:
    return f"{municipality}/{kind}/{stores.links.client(client)}"


def add_within_bounds(
    stores: Stores, calendar: Calendar, visit: Visit, card: Card, request: Request, now: dt.datetime
) -> Card | None:
    """Keep the card, in the places that are free. None when there is one under its id already.

    Staff take places too, and are never refused one. Raises Refusal: too-many-appointments; InvitationUsed.
    """
    most = calendar.municipality.most_per_contact
    if not most or card.contact_mark is None:  # without a mark nobody can be known again
        return card if stores.cards.add(card) else None
    card = replace(card, places=[_place(card, kind, 1) for kind in card.types])
    for _ in range(ATTEMPTS):
        try:
            return card if stores.cards.add(card) else None
        except PlaceTaken:
            today = local_date(now, visit.location.time_zone).isoformat()
            card = replace(card, places=_free_places(stores, calendar.municipality, card, request, now, today))
    raise Refusal("too-many-appointments", {"limit": most})


def _free_places(
    stores: Stores, municipality: Municipality, card: Card, request: Request, now: dt.datetime, today: str
) -> list[str]:
    """A free place for each type, after those were given back that nobody needs any more."""
    most = municipality.most_per_contact
    live: list[Card] = []
    over: list[Card] = []
    for other in stores.cards.of_contact(card.municipality, card.contact_mark or ""):
        (live if _is_to_come(stores, other, now, today) else over).append(other)
    if not request.is_staff and any(sum(kind in other.types for other in live) >= most for kind in card.types):
        raise Refusal("too-many-appointments", {"limit": most})
    stores.cards.give_places_back(over)
    taken = {place for other in live for place in other.places}
    return [
        next(place for number in itertools.count(1) if (place := _place(card, kind, number)) not in taken)
        for kind in card.types
    ]


def _is_to_come(stores: Stores, card: Card, now: dt.datetime, today: str) -> bool:
    if card.visit_date < today:
        return False
    found = stores.agendas.find_claim(card.agenda, card.id)
    return card.created_at > now - UNDER_WAY if found is None else found[0].state == "booked"


def _place(card: Card, kind: str, number: int) -> str:
    return f"{card.municipality}/{card.contact_mark}/{kind}/{number}"
