"""Search visits by resident: staff by name or reference, a kiosk by what the visitor types."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.queue_answers import Arrival, NotExpected
from loket_contracts.rpc.booking.staff_answers import FoundVisit
from loket_contracts.visits import EXPECTED_STATES, GIVEN_UP_STATES

from ..commands.ports import Clock
from ..commands.request import Request
from ..domain import names
from ..domain.appointment import Appointment
from ..domain.grid import local_date
from ..store.agendas import Agendas
from ..store.audit import Audit
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.day_view import DayView
from .appointments import AppointmentQueries
from .day import appointment_summary

MAX_FOUND = 50
#: how far back a search by name goes
PAST = dt.timedelta(days=60)


@dataclass(frozen=True)
class SearchQueries:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    days: DayView
    audit: Audit
    appointments: AppointmentQueries
    clock: Clock

    def find_visits(self, municipality: str, text: str, request: Request) -> list[FoundVisit]:
        """The visits with this reference, or whose resident's name has words with these beginnings. It is audited.

        Only those of the caller's teams: coming ones first, the soonest first; then past ones, the latest first.
        Raises Refusal: unknown-municipality.
        """
        known = self.configurations.calendar(municipality).municipality
        now = self.clock()
        self.audit.record(municipality, request.actor, "read", now, detail="search by name or reference")
        today = local_date(now, known.time_zone)
        cards = self._matching_cards(municipality, text, today)
        appointments = self.agendas.find_claims(card.id for card in cards)
        found: list[FoundVisit] = [
            {**appointment_summary(known, appointment, card, now), "appointment": card.id}
            for card in cards
            if (appointment := appointments.get(card.id)) is not None and request.may_see(appointment.team)
        ]
        coming = [each for each in found if each["start"][:10] >= today.isoformat()]
        past = [each for each in found if each["start"][:10] < today.isoformat()]
        return sorted(coming, key=lambda each: each["start"]) + past[::-1]

    def arrivals(self, municipality: str, location: str, text: str) -> list[Arrival]:
        """Today's appointments at a location that match a reference, or at least two whole words of a name.

        Returns only what a visitor needs to choose.
        Raises Refusal: unknown-municipality, unknown-location.
        """
        known = self.configurations.calendar(municipality).municipality
        known.require_location(location)
        today = local_date(self.clock(), known.locations[location].time_zone)
        expected = {
            each.id: each
            for each in self.days.appointments(municipality, today, today, EXPECTED_STATES)
            if each.location == location
        }
        reference, words = _normalised_reference(text), set(names.name_words(text))
        return [
            {
                "appointment": card.id,
                "reference": card.reference,
                "start": expected[card.id].local(expected[card.id].start),
                "shown": _abbreviated_name(card),
            }
            for card in sorted(self.cards.get_all(expected).values(), key=lambda each: expected[each.id].start)
            if _normalised_reference(card.reference) == reference
            or (len(words) > 1 and words.issubset(card.name_words))
        ]

    def why_not_expected(self, municipality: str, location: str, text: str) -> NotExpected | None:
        """Why `arrivals` does not list the appointment with this reference; None when there is no such reference.

        Raises Refusal: unknown-municipality, unknown-location.
        """
        known = self.configurations.calendar(municipality).municipality
        known.require_location(location)
        typed = _normalised_reference(text)
        card = self.cards.find_by_reference(municipality, f"{typed[:4]}-{typed[4:]}")
        found = card and self.agendas.find_claim(card.agenda, card.id)
        if not found:
            return None
        appointment = found[0]
        return {
            "reason": _reason_not_expected(appointment, self.clock()),
            "start": appointment.local(appointment.start),
            "location": appointment.location,
        }

    def _matching_cards(self, municipality: str, text: str, today: dt.date) -> list[Card]:
        try:
            return [self.appointments.find_card_by_id_or_reference(municipality, text)]
        except Refusal:
            words = names.name_words(text)
            return self.cards.find_by_name(municipality, words, today - PAST, MAX_FOUND) if words else []


def _reason_not_expected(appointment: Appointment, now: dt.datetime) -> str:
    today = local_date(now, appointment.time_zone)
    on = local_date(appointment.start, appointment.time_zone)
    if appointment.state in GIVEN_UP_STATES:
        return appointment.state
    if appointment.state not in EXPECTED_STATES:
        return "done"
    if on != today:
        return "later" if on > today else "past"
    return "elsewhere"


def _normalised_reference(text: str) -> str:
    """In capitals, without a hyphen, and with O, I and L read as digits."""
    return "".join(each for each in text.upper() if each.isalnum()).translate(str.maketrans("OIL", "011"))


def _abbreviated_name(card: Card) -> str:
    """`Zoë D. W.`"""
    first, *others = (card.contact.get("name") or "?").split()
    return " ".join([first, *(f"{each[0]}." for each in others)])
