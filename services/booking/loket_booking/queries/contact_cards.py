"""The contact data of an appointment, for the notification service at the time of sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.answers import CardOrRefusal, ContactEntry, TeamContact

from ..domain import booked
from ..domain.appointment import Appointment
from ..domain.grid import local_date
from ..domain.intake_form import last_days
from ..domain.provisional import DESTINATIONS, Provisional, required_confirmation
from ..domain.waiting_list import Entry
from ..store.agendas import Agendas
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.links import Links
from ..store.provisional_bookings import ProvisionalBookings
from ..store.waiting_lists import WaitingLists
from .appointments import AppointmentQueries
from .catalogue import describe_municipality

NOT_FOUND: CardOrRefusal = {"refused": "appointment-not-found"}


@dataclass(frozen=True)
class ContactCardQueries:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    provisional_bookings: ProvisionalBookings
    waiting_lists: WaitingLists
    links: Links
    appointments: AppointmentQueries

    def contact_cards(self, wanted: Sequence[Sequence[str]]) -> list[CardOrRefusal]:
        """For each municipality and appointment: {"card": ...}, or {"refused": code}."""
        identifiers = [identifier for _, identifier in wanted]
        cards = self.cards.get_all(identifiers)
        appointments = self.agendas.find_claims(identifiers)
        tokens = self.appointments.link_tokens(cards.values())
        entries = self.waiting_lists.get_all(each.id for each in appointments.values() if each.state == "booked")
        provisional = self.provisional_bookings.get_all(each for each in identifiers if each not in cards)
        return [
            self._describe_provisional(municipality, provisional[each])
            if each in provisional
            else self._describe(
                municipality, cards.get(each), appointments.get(each), entries.get(each), tokens.get(each, "")
            )
            for municipality, each in wanted
        ]

    def contact_mark(self, municipality: str, token: str) -> str:
        """The pseudonym of the person with this link. `token`: of the link, a dot, and the proof of a mail.

        A stranger who booked with another person's address has the link alone. Raises Refusal: appointment-not-found.
        """
        link, _, proof = token.partition(".")
        card = self.appointments.find_card_by_link(municipality, link)
        has_proof = self.links.is_unsubscribe(card.id, proof)
        if card.contact_mark is None or not (has_proof or self._is_confirmed(card)):
            raise Refusal("appointment-not-found")
        return card.contact_mark

    def _is_confirmed(self, card: Card) -> bool:
        """Whether the booker is known, or had to confirm the address."""
        if card.portal or card.invitation or self.appointments.appointment(card).booked_by != "resident":
            return True
        known = self.configurations.including_removed(card.municipality)
        return required_confirmation(known, card.types) != "none"

    def team_contact(self, municipality: str, team: str) -> TeamContact | None:
        """The e-mail address and language of a team; None when there is no such team.

        Raises Refusal: unknown-municipality.
        """
        known = self.configurations.calendar(municipality).municipality
        found = known.teams.get(team)
        if found is None:
            return None
        return {"team": found.name, "email": found.email, "municipality": known.name, "language": known.languages[0]}

    def _describe_provisional(self, municipality: str, booking: Provisional) -> CardOrRefusal:
        """The card of a booking that has yet to be confirmed: it has no reference and no link of its own."""
        held = self.agendas.find_hold(booking.hold)
        if held is None or booking.municipality != municipality or booking.confirmed_at is not None:
            return NOT_FOUND
        card = Card(
            booking.id, municipality, "", booking.contact, booking.answers, "", "", "", booking.fingerprint,
            booking.expires, contact_mark=booking.contact_mark,
        )  # fmt: skip
        described = self._describe(municipality, card, replace(held.appointment, id=booking.id), None, "")
        if "card" in described:
            described["card"]["confirmation"] = {
                "code": self.links.code(booking.secret), "token": self.links.confirmation(booking.secret),
                "expires_at": held.appointment.local(booking.expires),
            }  # fmt: skip
        return described

    def _describe(
        self, municipality: str, card: Card | None, appointment: Appointment | None, entry: Entry | None, token: str
    ) -> CardOrRefusal:  # fmt: skip
        if card is None or appointment is None or card.municipality != municipality or card.pseudonymised:
            return NOT_FOUND
        known = self.configurations.calendar(municipality).municipality
        described = self.appointments.describe_with_entry(appointment, card, entry)
        kinds = booked.types_of(self.configurations.including_removed(municipality), appointment)
        missing = [each for kind in kinds for each in kind.questions if each.id in described["missing"]]
        date = local_date(appointment.start, appointment.time_zone)
        due = last_days(self.configurations.calendar(municipality), missing, date)
        return {
            "card": {
                "contact": cast("ContactEntry", card.contact),
                "contact_mark": card.contact_mark,
                "destinations": {
                    channel: self.links.destination(municipality, address)
                    for channel, field in DESTINATIONS.items()
                    if (address := card.contact.get(field))
                },
                "link_token": token,
                "unsubscribe_proof": self.links.unsubscribe(card.id),
                "municipality": describe_municipality(known),
                "colour": known.look.colour,
                "companions": [
                    {
                        "name": each["name"],
                        "email": each["email"],
                        "invited": each["invited"],
                        "withdrawn": each["withdrawn"],
                        "destination": self.links.destination(municipality, each["email"]),
                    }
                    for each in card.companions
                ],
                "missing_documents": [question.label for question in missing],
                "documents_due": [due[question.id].isoformat() for question in missing],
                **described,
            }
        }
