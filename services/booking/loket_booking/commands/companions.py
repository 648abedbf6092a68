"""Invite someone who comes along to an appointment. Notification sends them the calendar entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.changes import InviteCompanion

from ..domain import appointment as appointment_lifecycle
from ..domain.appointment import Appointment
from ..domain.resource_day import Placement
from ..store.agendas import Agendas
from ..store.audit import Audit
from ..store.cards import Card, Cards, Companion
from ..store.configurations import Configurations
from .ports import Clock, Publish
from .request import Request

#: for one appointment in all: each invitation is a mail to a stranger
MAX_INVITED = 3


@dataclass(frozen=True)
class CompanionCommands:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    audit: Audit
    clock: Clock
    publish: Publish

    def invite(self, card: Card, command: InviteCompanion, request: Request) -> Card:
        """Invite someone. The same one again changes nothing.

        Raises Refusal: as `change_companion`, changed-meanwhile; invalid-request when someone else is invited, or too
        many were.
        """
        appointment, placements = self.agendas.get_claim(card.agenda, card.id)
        # without an event nothing was sent: a process ended after it wrote the card
        earlier = card.companions if appointment.companion else [each for each in card.companions if each["withdrawn"]]
        present = card.companion if appointment.companion else None
        if present is not None and (present["name"], present["email"]) == (command.name, command.email):
            return card
        if present is not None or len(earlier) >= MAX_INVITED:
            detail = "Someone is invited already." if present else "No more people can be invited."
            raise Refusal("invalid-request", errors=[{"pointer": "/email", "detail": detail}])
        invited: Companion = {
            "name": command.name, "email": command.email, "invited": appointment.sequence + 1, "withdrawn": None,
        }  # fmt: skip
        return self._change(card, appointment, placements, [*earlier, invited], request)

    def withdraw(self, card: Card, request: Request) -> Card:
        """Withdraw the invitation, if there is one. Raises Refusal: as `change_companion`, changed-meanwhile."""
        appointment, placements = self.agendas.get_claim(card.agenda, card.id)
        if not appointment.companion:
            return card
        *earlier, last = card.companions
        withdrawn: Companion = {**last, "withdrawn": appointment.sequence + 1}
        return self._change(card, appointment, placements, [*earlier, withdrawn], request)

    def _change(
        self, card: Card, appointment: Appointment, placements: Sequence[Placement], companions: list[Companion],
        request: Request,
    ) -> Card:  # fmt: skip
        """Store the card first: the messages that the event triggers read it. The last companion is the changed one."""
        known = self.configurations.calendar(card.municipality).municipality
        changed, event = appointment_lifecycle.change_companion(
            known, appointment, companions[-1]["withdrawn"] is None, now=self.clock(), by=request.actor
        )
        event = request.traced(event)
        after = self.cards.change(card, companions=companions)
        if not self.agendas.save_transition(placements, changed, event):
            self.cards.change(card, companions=card.companions)
            raise Refusal("changed-meanwhile")
        self.publish(Agendas.NAME, card.agenda, [event])
        self.audit.record(card.municipality, request.actor, "changed", self.clock(), card.id, "companion")
        return after
