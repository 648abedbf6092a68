"""What can be asked of booking, over RPC. It translates and delegates; it holds no rule.

Moments cross the bus as RFC 3339 strings, dates as YYYY-MM-DD.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from marshmallow import Schema, ValidationError
from nameko.timer import timer

from loket_chassis.health import Probes, ReadinessWithDatabase
from loket_chassis.metrics import Observed
from loket_chassis.outbox import OutboxRelay
from loket_chassis.rpc import answer
from loket_contracts.commands import BookAppointment, CancelAppointment, HoldSlot, RescheduleAppointment
from loket_contracts.errors import Refusal, pointers
from loket_contracts.events import BOOKING_EXCHANGE

from . import commands, queries, tidying
from .bootstrap import BookingStores
from .store.agendas import Agendas

_hold_slot, _book_appointment = HoldSlot(), BookAppointment()
_cancel_appointment, _reschedule_appointment = CancelAppointment(), RescheduleAppointment()


class BookingService(Probes):
    """Appointments of every municipality."""

    name = "booking"

    stores = BookingStores()
    announce = OutboxRelay(BOOKING_EXCHANGE, collections=(Agendas.NAME,))
    traceparent = Observed()
    readiness = ReadinessWithDatabase()

    @answer
    def municipalities(self) -> list[dict[str, Any]]:
        return queries.municipalities(self.stores)

    @answer
    def catalogue(self, municipality: str) -> dict[str, Any]:
        return queries.catalogue(self.stores, municipality)

    @answer
    def free_slots(self, municipality: str, wish: dict[str, Any]) -> dict[str, Any]:
        dates = {name: wish[name] and dt.date.fromisoformat(wish[name]) for name in ("from", "to")}
        return queries.free_slots(self.stores, municipality, {**wish, **dates})

    @answer
    def hold(self, municipality: str, body: dict[str, Any], idempotency_key: str | None = None) -> dict[str, Any]:
        held = commands.hold(self.stores, municipality, _load(_hold_slot, body), self._request(idempotency_key))
        return queries.describe_hold(held)

    @answer
    def held(self, municipality: str, identifier: str) -> dict[str, Any]:
        return queries.describe_hold(queries.find_hold(self.stores, municipality, identifier))

    @answer
    def book(self, municipality: str, body: dict[str, Any], idempotency_key: str | None = None) -> dict[str, Any]:
        booked, card = commands.book(
            self.stores, self.announce, municipality, _load(_book_appointment, body), self._request(idempotency_key)
        )
        described = queries.describe(self.stores, booked, card)
        return {**described, "link_token": self.stores.links.token(booked.id)}

    @answer
    def appointment(self, municipality: str, identifier: str, token: str) -> dict[str, Any]:
        card = queries.find_card(self.stores, municipality, identifier, token)
        return queries.describe(self.stores, queries.appointment(self.stores, card), card)

    @answer
    def appointment_by_link(self, municipality: str, token: str) -> dict[str, Any]:
        card = queries.find_card_by_link(self.stores, municipality, token)
        return queries.describe(self.stores, queries.appointment(self.stores, card), card)

    @answer
    def cancel(self, municipality: str, identifier: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        reason = _load(_cancel_appointment, body)["reason"]
        card = queries.find_card(self.stores, municipality, identifier, token)
        cancelled = commands.cancel(self.stores, self.announce, card, reason, self._request())
        return queries.describe(self.stores, cancelled, card)

    @answer
    def reschedule(self, municipality: str, identifier: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        wish = _load(_reschedule_appointment, body)
        card = queries.find_card(self.stores, municipality, identifier, token)
        moved = commands.reschedule(self.stores, self.announce, municipality, card, wish, self._request())
        return queries.describe(self.stores, moved, card)

    @answer
    def check_in(self, municipality: str, identifier: str, token: str) -> dict[str, Any]:
        card = queries.find_card(self.stores, municipality, identifier, token)
        changed = commands.step(self.stores, self.announce, card, "check_in", None, self._request())
        return queries.describe(self.stores, changed, card)

    @answer
    def step(self, municipality: str, identifier: str, command: str, reason: str | None = None) -> dict[str, Any]:
        """For staff: check_in, start, complete, no_show, undo_check_in, undo_no_show."""
        card = queries.find_card_by_id(self.stores, municipality, identifier)
        changed = commands.step(self.stores, self.announce, card, command, reason, self._request(by="staff"))
        return queries.describe(self.stores, changed, card)

    @answer
    def contact_card(self, municipality: str, appointment: str) -> dict[str, Any]:
        return queries.contact_card(self.stores, municipality, appointment)

    @answer
    def configure(self, text: str, by: str) -> dict[str, Any]:
        """Take a municipality's configuration, whole or not at all."""
        calendar, changed = self.stores.configurations.store(text, by, self.stores.now())
        return {"municipality": calendar.municipality.id, "version": calendar.municipality.version, "changed": changed}

    @timer(60)
    def tidy(self) -> None:
        """In every instance: what is deleted twice is deleted once."""
        tidying.forget_left_behind(self.stores)
        tidying.forget_past_visits(self.stores)

    @answer
    def ping(self) -> str:
        return "ok"

    def _request(self, idempotency_key: str | None = None, by: str = "resident") -> commands.Request:
        return commands.Request(by, idempotency_key, self.traceparent or None)


def _load(schema: Schema, body: dict[str, Any]) -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = schema.load(body)
    except ValidationError as error:
        messages: Any = error.messages
        raise Refusal("invalid-request", errors=pointers(messages)) from error
    return loaded
