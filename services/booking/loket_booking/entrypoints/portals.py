"""For portals that book for residents. `who`: the code of the portal's key. A portal sees only its own appointments."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.book import BookAppointment
from loket_contracts.rpc.caller import Caller

from ..commands.fingerprint import canonical_json
from .requests import RpcDependencies, by_portal


class PortalRpc(RpcDependencies):
    """Portals of other vendors, whose API has no intake questions, leave the answers for later."""

    @rpc
    def portal_book(
        self, municipality: str, who: str, body: BookAppointment, idempotency_key: str | None = None,
        notes: str = "", answers_later: bool = False,
    ) -> dict[str, Any]:  # fmt: skip
        """`notes`: the resident's message to the specialist; the first 2000 characters are stored.

        Without an idempotency key, equal requests book one appointment. After its cancellation, the same request books
        a new one.
        """
        key = idempotency_key or self.use_cases.links.idempotency_key(municipality, canonical_json(body))
        while True:
            request = replace(by_portal(self, who, key), notes=notes[:2000], answers_later=answers_later)
            booked, card = self.use_cases.booking.book(municipality, body, request)
            if idempotency_key or booked.state != "cancelled":
                return self.use_cases.appointments.describe_with_link(booked, card)
            key = f"{key} after {booked.id}"

    @rpc
    def portal_appointment(self, municipality: str, who: str, identifier: str) -> dict[str, Any]:
        card = self.use_cases.access.find_card(municipality, identifier, Caller.portal(who))
        appointments = self.use_cases.appointments
        found = appointments.describe(appointments.appointment(card), card)
        return {**found, "contact": card.contact, "notes": card.notes, "created_at": card.created_at.isoformat()}
