"""One day, for staff: the open hours and claims of each resource."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from loket_contracts.rpc.booking.agenda_answers import AgendaDay, ClaimedTime, ClaimEntry, OpenHours
from loket_contracts.rpc.booking.staff_answers import FoundVisit, VisitSummary
from loket_contracts.visits import OPEN_STATES

from ..commands.ports import Clock
from ..commands.request import Request
from ..domain import booked, intake_form, preparedness
from ..domain.appointment import Appointment, allowed_commands
from ..domain.catalogue import Municipality
from ..domain.grid import day, local_date
from ..domain.teams import includes_resource
from ..store.audit import Audit
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.day_view import Claim, DayView

#: a page that shows the agenda refreshes every few seconds; the audit log has one entry in this time
AUDIT_INTERVAL = dt.timedelta(hours=1)
#: how far back visits that were not closed are listed
UNCLOSED_SINCE = dt.timedelta(days=14)


@dataclass(frozen=True)
class DayQueries:
    cards: Cards
    configurations: Configurations
    days: DayView
    audit: Audit
    clock: Clock

    def agenda(self, municipality: str, date: dt.date, resource: str | None, request: Request) -> AgendaDay:
        """The open hours and claims of each resource, with the names of the residents of the caller's teams. Audited.

        `resource`: None for all. Raises Refusal: unknown-municipality.
        """
        calendar = self.configurations.calendar(municipality)
        known = self.configurations.including_removed(municipality)
        resources = [
            each
            for each in known.resources.values()
            if (resource is None or each.id == resource) and includes_resource(request.teams, each)
        ]
        claims = self.days.claims(municipality, date, date, [each.id for each in resources])
        provisional, on = self.days.provisional(municipality, date, self.clock()), day(date, known.time_zone)
        busy = {claim.placement.agenda.resource for claim in claims}
        resources = [each for each in resources if each.id in calendar.municipality.resources or each.id in busy]
        appointments = self._appointments_of(municipality, date, claims)
        cards = self.cards.get_all(each.id for each in appointments.values() if request.may_see(each.team))
        detail, now = f"agenda of {date.isoformat()}", self.clock()
        self.audit.record_once(municipality, request.actor, "read", now, detail, AUDIT_INTERVAL)
        return {
            "date": date.isoformat(),
            "resources": [
                {
                    "resource": each.id,
                    "name": each.name,
                    "kind": each.kind,
                    "open": self._open_hours(municipality, each.id, date),
                    "claims": [
                        _describe(
                            known, claim, appointments.get(claim.appointment_id), cards.get(claim.appointment_id), now
                        )
                        for claim in claims
                        if claim.placement.agenda.resource == each.id
                        and not _is_cancelled(appointments.get(claim.appointment_id))
                    ],
                    "provisional": [
                        {"taken_from": on.local(held.start), "taken_to": on.local(held.end)}
                        for held in provisional
                        if held.agenda.resource == each.id and held.agenda.date == date
                    ],
                }
                for each in resources
            ],
        }

    def unclosed(self, municipality: str, resources: Sequence[str], request: Request) -> list[FoundVisit]:
        """The visits of these resources in the last two weeks that are over and not closed, the earliest first.

        Only those of the caller's teams. Audited. Raises Refusal: unknown-municipality.
        """
        known, now = self.configurations.including_removed(municipality), self.clock()
        today = local_date(now, known.time_zone)
        found = [
            each
            for each in self.days.appointments(municipality, today - UNCLOSED_SINCE, today, OPEN_STATES)
            if not set(resources).isdisjoint(each.resources)
            and request.may_see(each.team)
            and preparedness.is_unclosed(each, now)
        ]
        if not found:
            return []
        self.audit.record_once(municipality, request.actor, "read", now, "visits to close", AUDIT_INTERVAL)
        cards = self.cards.get_all(each.id for each in found)
        return [{**appointment_summary(known, each, cards.get(each.id), now), "appointment": each.id} for each in found]

    def _appointments_of(self, municipality: str, date: dt.date, claims: Sequence[Claim]) -> dict[str, Appointment]:
        """The appointments of these claims, by id. Reads the whole day when another resource has their first claim."""
        found = {claim.appointment.id: claim.appointment for claim in claims if claim.appointment}
        if {claim.appointment_id for claim in claims} - found.keys():
            found |= {each.id: each for each in self.days.appointments(municipality, date, date)}
        return found

    def _open_hours(self, municipality: str, resource: str, date: dt.date) -> list[OpenHours]:
        """The hours in which the resource is open, by location."""
        calendar = self.configurations.calendar(municipality)
        known = calendar.municipality
        found: list[OpenHours] = []
        if resource not in known.resources:
            return found
        for name in sorted(known.resources[resource].locations):
            location = known.locations[name]
            on = day(date, location.time_zone)
            cells, begin = calendar.open(known.resources[resource], location, date), None
            for cell in range(on.cells + 1):
                free = bool(cells >> cell & 1)
                if free and begin is None:
                    begin = cell
                elif not free and begin is not None:
                    found.append({"location": name, "from": on.local(begin), "to": on.local(cell)})
                    begin = None
        return found


def _is_cancelled(appointment: Appointment | None) -> bool:
    return appointment is not None and appointment.state == "cancelled"


def _describe(
    known: Municipality, claim: Claim, appointment: Appointment | None, card: Card | None, now: dt.datetime
) -> ClaimEntry:
    placement = claim.placement
    on = day(placement.agenda.date, appointment.time_zone if appointment else known.time_zone)
    taken: ClaimedTime = {
        "appointment": claim.appointment_id,
        "purpose": placement.purpose,
        "taken_from": on.local(placement.start),
        "taken_to": on.local(placement.end),
    }
    if appointment is None:
        return taken
    return {**taken, **appointment_summary(known, appointment, card, now)}


def appointment_summary(
    known: Municipality, appointment: Appointment, card: Card | None, now: dt.datetime
) -> VisitSummary:
    """An appointment in a list for staff. Without a card it has no personal data."""
    return {
        "state": appointment.state,
        "sequence": appointment.sequence,
        "start": appointment.local(appointment.start),
        "end": appointment.local(appointment.end),
        "appointment_types": list(appointment.appointment_types),
        "persons": appointment.persons,
        "location": appointment.location,
        "resources": list(appointment.resources),
        "allowed": allowed_commands(known, appointment, "staff", now),
        "name": card.contact.get("name") if card else None,
        "reference": card.reference if card else None,
        "flagged": card.flagged if card else False,
        "needs": _needs(card) if card else [],
        "specialist_language": appointment.specialist_language,
        "missing": _missing(known, appointment, card) if card and not card.pseudonymised else [],
    }


def _missing(known: Municipality, appointment: Appointment, card: Card) -> list[str]:
    """What the visit lacks before it begins, as codes for a list."""
    return preparedness.missing(
        appointment.state,
        intake_form.unanswered(booked.booked_spec(known, appointment), card.answers),
        card.flagged,
        sum(each["answered_at"] is None for each in card.requests),
        card.contact,
    )


def _needs(card: Card) -> list[str]:
    """What the visitor needs, as codes for a list."""
    needs = (card.contact.get("access_needs") or "").split()
    return [*needs, "interpreter"] if card.contact.get("interpreter") else needs
