"""Limits per client and per person.

Each hold and booking of a client takes a permit, in one conditional write. Staff and portals, which have an account or
a key, have no `client` and no such limit.

Upcoming appointments of one person are limited by places: a card takes the first, second, ... place of its person for
each of its types, and a unique index allows one card per place. So a booking needs no query until a place is taken.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from loket_contracts.errors import Refusal
from loket_contracts.refusal_codes import RefusalCode

from ..domain.appointment_spec import AppointmentSpec
from ..domain.catalogue import Municipality
from ..domain.grid import local_date
from ..store.agendas import Agendas
from ..store.cards import MAX_BOOKING_TIME, Card, Cards, PlaceTaken
from ..store.clients import ClientPermits
from ..store.links import Links
from .request import ATTEMPTS, Request

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
#: codes to one mailbox or number in 24 hours
MAX_CODES = {"email": 6, "sms": 3}


@dataclass(frozen=True)
class _Limit:
    """`most` permits of a kind per client, 0 without limit; `code` of the refusal."""

    kind: str
    most: int
    code: RefusalCode


@dataclass(frozen=True)
class Limits:
    agendas: Agendas
    cards: Cards
    permits: ClientPermits
    links: Links

    @contextmanager
    def hold_permit(
        self, known: Municipality, request: Request, hold: str, expires: dt.datetime, now: dt.datetime
    ) -> Iterator[None]:
        """Count a hold of this client until it expires, unless the body raises. Raises Refusal: too-many-holds."""
        limit = _Limit("holds", known.most_holds_per_client, "too-many-holds")
        with self._permit(known, request, limit, hold, expires, now):
            yield

    @contextmanager
    def booking_permit(
        self, known: Municipality, request: Request, appointment: str, now: dt.datetime
    ) -> Iterator[None]:
        """Count a booking of this client for an hour, unless the body raises. Raises Refusal: too-many-bookings."""
        limit = _Limit("bookings", known.most_bookings_per_client, "too-many-bookings")
        with self._permit(known, request, limit, appointment, now + HOUR, now):
            yield

    def release_hold(self, known: Municipality, request: Request, hold: str) -> None:
        """Return the permit of a hold that was booked or dropped."""
        if request.client is not None and known.most_holds_per_client:
            self.permits.release(self._name(known.id, "holds", request.client), hold)

    @contextmanager
    def code_permit(
        self, municipality: str, confirm_by: str, destination: str, permit: str, now: dt.datetime
    ) -> Iterator[None]:
        """Count a code to this mailbox or number for a day, unless the body raises. Raises Refusal: too-many-codes."""
        name = f"{municipality}/codes/{self.links.destination(municipality, destination)}"
        with self._take(name, _Limit("codes", MAX_CODES[confirm_by], "too-many-codes"), permit, now + DAY, now):
            yield

    def add_card(
        self, known: Municipality, spec: AppointmentSpec, card: Card, request: Request, now: dt.datetime
    ) -> Card | None:
        """Store the card, in free places. None when there is a card with its id.

        Staff take places too, but are not limited. Raises Refusal: too-many-appointments. Raises InvitationUsed.
        """
        most = known.most_per_contact
        if not most or card.contact_mark is None:  # without it, cards of one person cannot be matched
            return card if self.cards.add(card) else None
        card = replace(card, places=[_place(card, kind, 1) for kind in card.types])
        for _ in range(ATTEMPTS):
            try:
                return card if self.cards.add(card) else None
            except PlaceTaken:
                today = local_date(now, spec.location.time_zone).isoformat()
                card = replace(card, places=self._free_places(known, card, request, now, today))
        raise Refusal("too-many-appointments", {"limit": most})

    @contextmanager
    def _permit(
        self, known: Municipality, request: Request, limit: _Limit, permit: str, until: dt.datetime, now: dt.datetime
    ) -> Iterator[None]:
        if request.client is None or not limit.most:
            yield
            return
        with self._take(self._name(known.id, limit.kind, request.client), limit, permit, until, now):
            yield

    @contextmanager
    def _take(self, name: str, limit: _Limit, permit: str, until: dt.datetime, now: dt.datetime) -> Iterator[None]:
        free = self.permits.take(name, permit, limit.most, until, now)
        if free is not None:
            seconds = max(1, math.ceil((free - now).total_seconds()))
            raise Refusal(limit.code, {"limit": limit.most, "seconds": seconds})
        try:
            yield
        except BaseException:
            self.permits.release(name, permit)
            raise

    def _name(self, municipality: str, kind: str, client: str) -> str:
        return f"{municipality}/{kind}/{self.links.client(client)}"

    def _free_places(
        self, known: Municipality, card: Card, request: Request, now: dt.datetime, today: str
    ) -> list[str]:
        """A free place for each type, after places of past and cancelled appointments are released.

        Raises Refusal: too-many-appointments.
        """
        cards = self.cards.find_by_contact(card.municipality, card.contact_mark or "")
        coming = [other for other in cards if other.visit_date >= today]
        appointments = self.agendas.find_claims(other.id for other in coming)

        def is_live(other: Card) -> bool:
            appointment = appointments.get(other.id)
            if appointment is None:  # a booking that is still running
                return other.created_at > now - MAX_BOOKING_TIME
            return appointment.state == "booked"

        live = [other for other in coming if is_live(other)]
        most = known.most_per_contact
        if not request.is_staff and any(sum(kind in other.types for other in live) >= most for kind in card.types):
            raise Refusal("too-many-appointments", {"limit": most})
        live_ids = {other.id for other in live}
        self.cards.release_places(other for other in cards if other.id not in live_ids)
        taken = {place for other in live for place in other.places}
        return [
            next(place for number in itertools.count(1) if (place := _place(card, kind, number)) not in taken)
            for kind in card.types
        ]


def _place(card: Card, kind: str, number: int) -> str:
    return f"{card.municipality}/{card.contact_mark}/{kind}/{number}"
