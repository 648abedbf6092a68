"""Appointments in conflict with hours and closures, proposals to move them, and the closures themselves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from loket_chassis.runtime.cooperative import cooperatively
from loket_contracts.languages import pick
from loket_contracts.rpc.booking.staff_answers import ClosureEntry, ConflictEntry, ProposalEntry
from loket_contracts.visits import OPEN_STATES

from ..commands.ports import Clock
from ..domain import conflicts
from ..domain.appointment import Appointment
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..domain.resource_day import Placement
from ..domain.teams import Teams, includes, includes_resource
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

    def conflicts(self, municipality: str, teams: Teams, proposed: Calendar | None = None) -> list[ConflictEntry]:
        """The coming appointments of these teams that do not fit the hours and closures, by start.

        `proposed`: a calendar that is not in force yet.
        """
        calendar = proposed or self.configurations.calendar(municipality)
        known, now = calendar.municipality, self.clock()
        today = local_date(now, known.time_zone)
        taken = _live_placements(self.days.claims(municipality, today))
        found = conflicts.find_conflicts(calendar, cooperatively(taken))
        return [
            {**appointment_summary(known, each.appointment, None, now), "appointment": each.appointment.id,
             "resource": each.resource, "reason": each.reason}
            for each in sorted(found, key=lambda each: (each.appointment.start, each.appointment.id, each.resource))
            if each.appointment.start > now and includes(teams, each.appointment.team)
        ]  # fmt: skip

    def proposals(self, municipality: str, identifiers: Sequence[str], teams: Teams) -> list[ProposalEntry]:
        """A new time for each of these appointments that is of these teams. No two proposals overlap."""
        calendar = self.configurations.calendar(municipality)
        cards = [card for card in self.cards.get_all(identifiers).values() if card.municipality == municipality]
        appointments = [
            each
            for each in self.agendas.find_claims(card.id for card in cards).values()
            if each.state == "booked" and includes(teams, each.team)
        ]
        now = self.clock()
        agendas = self.agendas.read(conflicts.agendas_needed(calendar, appointments, now))
        return [
            {
                "appointment": proposal.appointment.id,
                "from": proposal.appointment.local(proposal.appointment.start),
                "start": proposal.appointment.local(proposal.start) if proposal.start else None,
                "resources": list(proposal.resources),
            }
            for proposal in cooperatively(conflicts.propose_moves(calendar, appointments, agendas, now))
        ]

    def closures(self, municipality: str, teams: Teams) -> list[ClosureEntry]:
        """The closures of staff and feeds that end today or later, without those of other teams' resources."""
        known = self.configurations.including_removed(municipality)
        today = local_date(self.clock(), known.time_zone)
        found = self.configurations.closures.ending_from(municipality, today)
        return [
            self.describe_closure(stored)
            for stored in found
            if stored.resource is None or includes_resource(teams, known.resources.get(stored.resource))
        ]

    def describe_closure(self, stored: StoredClosure) -> ClosureEntry:
        language = self.configurations.calendar(stored.municipality).municipality.languages[0]
        closure = stored.closure
        return {
            "id": stored.id,
            "first": closure.first.isoformat(),
            "last": closure.last.isoformat(),
            "from": _clock(closure.start),
            "to": _clock(closure.end),
            "resource": stored.resource,
            "location": stored.location,
            "reason": pick(closure.reason, language),
            "source": stored.source,
            "made_by": stored.made_by,
        }


def _clock(time: dt.time | None) -> str | None:
    return None if time is None else time.strftime("%H:%M")


def _live_placements(claims: Sequence[Claim]) -> list[tuple[Appointment, Placement]]:
    live = {
        claim.appointment.id: claim.appointment
        for claim in claims
        if claim.appointment is not None and claim.appointment.state in OPEN_STATES
    }
    return [(live[claim.appointment_id], claim.placement) for claim in claims if claim.appointment_id in live]
