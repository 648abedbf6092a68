"""For portals that book in a resident's name. `who` is the code of the portal's key; it sees what it booked itself."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import Any

from loket_chassis.messaging.rpc import rpc
from loket_contracts.commands import BookAppointment, CancelAppointment
from loket_contracts.errors import Refusal, load

from ..commands import booking, lifecycle
from ..commands.request import Request
from ..queries import appointments
from ..store.cards import Card
from .actors import Desk

_book_appointment, _cancel_appointment = BookAppointment(), CancelAppointment()


class ForPortals(Desk):
    """Portals that know our questions ask them; those that speak another system's dialect leave them for later."""

    @rpc
    def portal_book(
        self, municipality: str, who: str, body: dict[str, Any], idempotency_key: str | None = None,
        notes: str = "", answers_later: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        """`notes`: what the resident wrote to the specialist, up to 2000 characters.

        Without an idempotency key the wish is the key: sent twice, it gives one appointment. Once that appointment is
        cancelled, the same wish books a new one.
        """
        wish = load(_book_appointment, body)
        if not idempotency_key and wish["start"]:  # the same wish in whatever time zone it is written
            wish["start"] = wish["start"].astimezone(dt.UTC)
        key = idempotency_key or self.stores.links.wish(municipality, json.dumps(wish, sort_keys=True, default=str))
        while True:
            request = replace(_by_portal(self, who, key), notes=notes[:2000], answers_later=answers_later)
            booked, card = booking.book(self.stores, self.announce, municipality, wish, request)
            if idempotency_key or booked.state != "cancelled":
                return appointments.describe_with_link(self.stores, booked, card)
            key = f"{key} after {booked.id}"

    @rpc
    def portal_appointment(self, municipality: str, who: str, identifier: str) -> dict[str, Any]:
        card = self._card(municipality, who, identifier)
        found = appointments.describe(self.stores, appointments.appointment(self.stores, card), card)
        return {**found, "contact": card.contact, "notes": card.notes, "created_at": card.created_at.isoformat()}

    @rpc
    def portal_cancel(self, municipality: str, who: str, identifier: str, body: dict[str, Any]) -> dict[str, Any]:
        wish, card = load(_cancel_appointment, body), self._card(municipality, who, identifier)
        cancelled = lifecycle.cancel(
            self.stores, self.announce, card, wish["reason"], _by_portal(self, who), wish["sequence"]
        )
        return appointments.describe(self.stores, cancelled, card)

    def _card(self, municipality: str, who: str, identifier: str) -> Card:
        card = appointments.find_card_by_id(self.stores, municipality, identifier)
        if card.portal != who:
            raise Refusal("appointment-not-found")
        return card


def _by_portal(desk: Desk, who: str, idempotency_key: str | None = None) -> Request:
    # a key names what it makes, so that of two portals with the same key each makes its own
    key = f"{who} {idempotency_key}" if idempotency_key else None
    return Request("portal", key, desk.traceparent or None, who)
