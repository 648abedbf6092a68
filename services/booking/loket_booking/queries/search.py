"""Search visits by resident: staff by name, reference or address, a kiosk by what the visitor types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from loket_contracts import telephone
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.queue_answers import Arrival, NotExpected
from loket_contracts.rpc.booking.staff_answers import FoundVisit
from loket_contracts.visits import EXPECTED_STATES, GIVEN_UP_STATES

from ..commands.ports import Clock
from ..commands.request import Request
from ..domain import names
from ..domain.appointment import Appointment
from ..domain.catalogue import Municipality
from ..domain.grid import local_date
from ..domain.reference import read_reference
from ..store.agendas import Agendas
from ..store.audit import Audit
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.day_view import DayView
from ..store.links import Links
from .appointments import AppointmentQueries
from .day import appointment_summary

MAX_FOUND = 50
#: how many cards a search reads, also those of teams that the caller may not see
MAX_READ = 1000
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
    links: Links
    clock: Clock

    def find_visits(self, municipality: str, text: str, request: Request) -> list[FoundVisit]:
        """The visits with this reference, e-mail address or number, or whose resident's name has these words. Audited.

        A word may be the beginning of one. Only those of the caller's teams: the caller's own coming visits, other
        coming ones, the soonest first; then past ones, the latest first. One more than MAX_FOUND means that there are
        more. Raises Refusal: unknown-municipality.
        """
        known = self.configurations.calendar(municipality).municipality
        now = self.clock()
        self.audit.record(municipality, request.actor, "read", now, detail="search by name or reference")
        today = local_date(now, known.time_zone)
        found: list[FoundVisit] = []
        for cards in self._matching_cards(known, text, today):
            appointments = self.agendas.find_claims(card.id for card in cards)
            found += [
                {**appointment_summary(known, appointment, card, now), "appointment": card.id}
                for card in cards
                if (appointment := appointments.get(card.id)) is not None and request.may_see(appointment.team)
            ]
            if len(found) > MAX_FOUND:
                break
        coming = [each for each in found if each["start"][:10] >= today.isoformat()]
        past = [each for each in found if each["start"][:10] < today.isoformat()]
        coming.sort(key=lambda each: (request.who not in each["resources"], each["start"]))
        past.sort(key=lambda each: each["start"], reverse=True)
        return [*coming, *past][: MAX_FOUND + 1]

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
        reference = read_reference(text)
        return [
            {
                "appointment": card.id,
                "reference": card.reference,
                "start": expected[card.id].local(expected[card.id].start),
                "shown": _abbreviated_name(card),
            }
            for card in sorted(self.cards.get_all(expected).values(), key=lambda each: expected[each.id].start)
            if card.reference == reference or names.is_same_person(text, card.contact.get("name") or "")
        ]

    def why_not_expected(self, municipality: str, location: str, text: str) -> NotExpected | None:
        """Why `arrivals` does not list the appointment with this reference; None when there is no such reference.

        Raises Refusal: unknown-municipality, unknown-location.
        """
        known = self.configurations.calendar(municipality).municipality
        known.require_location(location)
        reference = read_reference(text)
        card = self.cards.find_by_reference(municipality, reference) if reference else None
        found = card and self.agendas.find_claim(card.agenda, card.id)
        if not found:
            return None
        appointment = found[0]
        return {
            "reason": _reason_not_expected(appointment, self.clock()),
            "start": appointment.local(appointment.start),
            "location": appointment.location,
        }

    def _matching_cards(self, known: Municipality, text: str, today: dt.date) -> Iterator[list[Card]]:
        """The cards that match, coming ones before past ones."""
        try:
            yield [self.appointments.find_card_by_id_or_reference(known.id, text)]
            return
        except Refusal:
            pass  # it is no reference
        if address := _address(text, known.country):
            yield self.cards.find_by_address(known.id, self.links.contact(known.id, address), MAX_READ)
        elif spellings := [words for words in names.search_spellings(text) if words]:
            yield self.cards.find_coming_by_name(known.id, spellings, today, MAX_READ)
            yield self.cards.find_past_by_name(known.id, spellings, today - PAST, today, MAX_READ)


def _address(text: str, country: str) -> str | None:
    """The text as an e-mail address, or as a telephone number in E.164 form; None when it is neither."""
    if "@" in text:
        return text.strip()
    try:
        return telephone.read(text, country)
    except ValueError:
        return None


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


def _abbreviated_name(card: Card) -> str:
    """`Zoë D. W.`"""
    first, *others = (card.contact.get("name") or "?").split()
    return " ".join([first, *(f"{each[0]}." for each in others)])
