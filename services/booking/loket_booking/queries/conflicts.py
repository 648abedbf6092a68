"""Appointments in conflict with hours and closures, proposals to move them, and the closures themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loket_contracts.languages import pick
from loket_contracts.visits import OPEN_STATES

from ..commands.ports import Clock
from ..domain import conflicts
from ..domain.appointment import Appointment
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..domain.resource_day import Placement
from ..store.agendas import Agendas
from ..store.cards import Cards
from ..store.closures import StoredClosure
from ..store.configurations import Configurations
from ..store.day_view import Claim, DayView
from .day import appointment_summary


@dataclass(frozen=True)
class ConflictQueries:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    days: DayView
    clock: Clock

    def conflicts(self, municipality: str, proposed: Calendar | None = None) -> list[dict[str, Any]]:
        """The coming appointments that do not fit the hours and closures, by start.

        `proposed`: a calendar that is not in force yet.
        """
        calendar = proposed or self.configurations.calendar(municipality)
        known, now = calendar.municipality, self.clock()
        today = local_date(now, known.time_zone)
        found = conflicts.find_conflicts(calendar, _live_placements(self.days.claims(municipality, today)))
        return [
            {**appointment_summary(known, each.appointment, None, now), "appointment": each.appointment.id,
             "resource": each.resource, "reason": each.reason}
            for each in sorted(found, key=lambda each: (each.appointment.start, each.appointment.id, each.resource))
            if each.appointment.start > now
        ]  # fmt: skip

    def proposals(self, municipality: str, identifiers: Sequence[str]) -> list[dict[str, Any]]:
        """A new time for each of these appointments. No two proposals overlap."""
        calendar = self.configurations.calendar(municipality)
        cards = [card for card in self.cards.get_all(identifiers).values() if card.municipality == municipality]
        appointments = [
            each for each in self.agendas.find_claims(card.id for card in cards).values() if each.state == "booked"
        ]
        now = self.clock()
        agendas = self.agendas.read(conflicts.agendas_needed(calendar, appointments, now))
        return [
            {
                "appointment": proposal.appointment.id,
                "from": proposal.appointment.local(proposal.appointment.start),
                "start": proposal.start and proposal.appointment.local(proposal.start),
                "resources": list(proposal.resources),
            }
            for proposal in conflicts.propose_moves(calendar, appointments, agendas, now)
        ]

    def closures(self, municipality: str) -> list[dict[str, Any]]:
        """The closures of staff and feeds that end today or later."""
        known = self.configurations.calendar(municipality).municipality
        today = local_date(self.clock(), known.time_zone)
        found = self.configurations.closures.ending_from(municipality, today)
        return [self.describe_closure(stored) for stored in found]

    def describe_closure(self, stored: StoredClosure) -> dict[str, Any]:
        language = self.configurations.calendar(stored.municipality).municipality.languages[0]
        closure = stored.closure
        return {
            "id": stored.id,
            "first": closure.first.isoformat(),
            "last": closure.last.isoformat(),
            "from": closure.start and closure.start.strftime("%H:%M"),
            "to": closure.end and closure.end.strftime("%H:%M"),
            "resource": stored.resource,
            "location": stored.location,
            "reason": pick(closure.reason, language),
            "source": stored.source,
            "made_by": stored.made_by,
        }


def _live_placements(claims: Sequence[Claim]) -> list[tuple[Appointment, Placement]]:
    live = {
        claim.appointment.id: claim.appointment
        for claim in claims
        if claim.appointment is not None and claim.appointment.state in OPEN_STATES
    }
    return [(live[claim.appointment_id], claim.placement) for claim in claims if claim.appointment_id in live]
