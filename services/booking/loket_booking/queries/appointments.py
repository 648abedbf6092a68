"""Find holds and appointments, and describe them for their resident."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from loket_chassis.runtime.tokens import hash_of
from loket_contracts.calendar_entry import CalendarEntry, write_calendar
from loket_contracts.errors import Refusal
from loket_contracts.fields import WEEKDAYS
from loket_contracts.languages import pick
from loket_contracts.periods import PARTS_OF_DAY
from loket_contracts.rpc.booking.answers import AppointmentView, LocationEntry, WaitingEntry
from loket_contracts.rpc.booking.slot_answers import (
    BookedAppointment,
    HeldTime,
    HoldEntry,
    InvitationOffer,
    ProvisionalBooking,
)

from ..commands.attachments import describe_file
from ..commands.invitations import InvitationCommands
from ..commands.ports import Clock
from ..commands.provisional import ToConfirm
from ..domain import booked
from ..domain.appointment import Appointment, allowed_commands, restorable_until
from ..domain.catalogue import Address, Location
from ..domain.grid import zone
from ..domain.provisional import masked
from ..domain.reference import read_reference
from ..domain.waiting_list import Entry
from ..store.agendas import Agendas, HeldSlot
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.fallback_links import FallbackLinks
from ..store.link_generations import LinkGenerations
from ..store.links import Links
from ..store.waiting_lists import WaitingLists
from .catalogue import describe_location


@dataclass(frozen=True)
class AppointmentQueries:
    agendas: Agendas
    cards: Cards
    fallback_links: FallbackLinks
    configurations: Configurations
    waiting_lists: WaitingLists
    links: Links
    link_generations: LinkGenerations
    invitation_commands: InvitationCommands
    clock: Clock

    def find_hold(self, municipality: str, identifier: str) -> HeldSlot:
        """A hold, also one that expired recently: its time may still be free. Raises Refusal: hold-not-found."""
        return self.agendas.get_hold(municipality, identifier)

    def find_card(self, municipality: str, identifier: str, token: str) -> Card:
        """The card of a resident who has its link. Raises Refusal: appointment-not-found, also for a wrong token."""
        card = self.find_card_by_id(municipality, identifier)
        if not (hmac.compare_digest(card.token_hash, hash_of(token)) or self._is_signed(card, token)):
            raise Refusal("appointment-not-found")
        return card

    def _is_signed(self, card: Card, token: str) -> bool:
        """Whether a configured key made the token, also when the card has the hashes of other keys still."""
        return not card.pseudonymised and self.links.is_token(card.id, token, self.link_generations.of(card.id))

    def find_card_by_id_or_reference(self, municipality: str, identifier: str) -> Card:
        """The card, for staff. Raises Refusal: appointment-not-found."""
        reference = read_reference(identifier)
        if reference and (card := self.cards.find_by_reference(municipality, reference)) is not None:
            return card
        return self.find_card_by_id(municipality, identifier)

    def find_card_by_id(self, municipality: str, identifier: str) -> Card:
        """The card, for callers that need no link. Raises Refusal: appointment-not-found."""
        card = self.cards.get(identifier)
        if card is None or card.municipality != municipality:
            raise Refusal("appointment-not-found")
        return card

    def find_card_by_link(self, municipality: str, token: str) -> Card:
        """Raises Refusal: appointment-not-found."""
        card = self.cards.find_by_token(token)
        if card is None and (identifier := self.fallback_links.find_appointment(token)):
            card = self.cards.get(identifier)
            if card is not None and not self._is_signed(card, token):  # its link was replaced since
                card = None
        if card is None or card.municipality != municipality or card.pseudonymised:
            raise Refusal("appointment-not-found")
        return card

    def appointment(self, card: Card) -> Appointment:
        """The appointment of a card. Raises Refusal: appointment-not-found."""
        return self.agendas.get_claim(card.agenda, card.id)[0]

    def describe_invitation(self, municipality: str, token: str) -> InvitationOffer:
        """What can be booked with this token. Raises Refusal: invitation-not-valid."""
        found = self.invitation_commands.require_valid(municipality, token)
        if self.cards.is_invitation_used(found.id):
            raise Refusal("invitation-not-valid")
        known = self.configurations.calendar(municipality).municipality
        return {
            "appointment_type": found.appointment_type,
            "resource": found.resource,
            "location": found.location,
            "expires_at": found.expires.astimezone(zone(known.time_zone)).isoformat(),
        }

    def link_tokens(self, cards: Iterable[Card]) -> dict[str, str]:
        """The token of the link of each card that is not erased, by its id.

        The hash in a card shows that its link was never replaced, so for most cards nothing more is read.
        """
        tokens = {card.id: (self.links.token(card.id), card.token_hash) for card in cards if not card.pseudonymised}
        replaced = self.link_generations.of_all(
            each for each, (token, stored_hash) in tokens.items() if hash_of(token) != stored_hash
        )
        return {
            each: self.links.token(each, replaced[each]) if each in replaced else token
            for each, (token, _) in tokens.items()
        }

    def describe_with_link(self, appointment: Appointment, card: Card) -> BookedAppointment:
        """A new appointment, with the first token of its link: a repeated booking does not reveal a later one."""
        described = self.describe(appointment, card, is_new=True)
        return {**described, "link_token": self.links.token(appointment.id)}

    def describe(self, appointment: Appointment, card: Card, is_new: bool = False) -> AppointmentView:
        """An appointment, for its resident. One that `is_new` is on no waiting list yet."""
        entry = self.waiting_lists.get(card.id) if appointment.state == "booked" and not is_new else None
        return self.describe_with_entry(appointment, card, entry)

    def describe_with_entry(self, appointment: Appointment, card: Card, entry: Entry | None) -> AppointmentView:
        """As `describe`, with the entry on the waiting list that the caller has read."""
        known = self.configurations.including_removed(appointment.municipality)
        in_force = self.configurations.calendar(appointment.municipality).municipality
        kinds, refusal = booked.types_of(known, appointment), booked.move_refusal(in_force, appointment)
        team = known.teams.get(appointment.team)
        return {
            "id": appointment.id,
            "reference": card.reference,
            "state": appointment.state,
            "sequence": appointment.sequence,
            "appointment_types": [{"id": kind.id, "name": kind.name} for kind in kinds],
            "bring": [text for kind in kinds for text in kind.bring],
            "location": _location(booked.location_of(known, appointment), card),
            "team": {"id": team.id, "name": team.name, "email": team.email} if team else None,
            "with": booked.people_of(known, appointment),
            "persons": appointment.persons,
            "phone": card.contact.get("phone"),
            "start": appointment.local(appointment.start),
            "end": appointment.local(appointment.end),
            "time_zone": appointment.time_zone,
            "language": appointment.language,
            "specialist_language": appointment.specialist_language,
            "allowed": booked.without_refused(
                allowed_commands(in_force, appointment, "resident", self.clock()), refusal
            ),
            "move_refusal": refusal,
            "move_to": [describe_location(each) for each in booked.other_locations(in_force, appointment)],
            "answers": card.answers,
            "files": [describe_file(file) for file in card.files],
            "missing": [
                question.id
                for kind in kinds
                for question in kind.questions
                if question.kind == "file"
                and question.required
                and question.is_asked(card.answers)
                and question.id not in card.uploaded
            ],
            "asked": [{"text": each["text"], "answer": each["answer"]} for each in card.requests],
            "waiting_list": describe_entry(entry, appointment) if entry and entry.state != "left" else None,
        }

    def restorable_until(self, appointment: Appointment) -> str | None:
        """When the resident can no longer take back the cancellation; None when they cannot now."""
        until = restorable_until(appointment)
        return appointment.local(until) if until is not None and until > self.clock() else None

    def calendar(self, appointment: Appointment, card: Card, url: str) -> str:
        """The appointment as an iCalendar file (RFC 5545). `url`: the page of the appointment."""
        known = self.configurations.calendar(appointment.municipality).municipality
        language = card.contact.get("language") or known.languages[0]
        described = self.describe(appointment, card)
        place = described["location"]
        municipality = pick(known.name, language)
        what = ", ".join(pick(kind["name"], language) for kind in described["appointment_types"])
        entry = CalendarEntry(
            appointment=card.id, sequence=appointment.sequence, start=appointment.start, end=appointment.end,
            summary=f"{what} ({municipality})", cancelled=appointment.state == "cancelled", organizer=municipality,
            organizer_email=known.email, place=pick(place["name"], language),
            address=str(Address(**place["address"])) if place["address"] else "",
            directions=pick(place["directions"], language),
            bring=tuple(pick(thing, language) for thing in described["bring"]),
            meeting_url=place.get("meeting_url") or "", url=url, reminds=True,
        )  # fmt: skip
        return write_calendar("PUBLISH", [entry], self.clock()).decode()


def describe_provisional(found: ToConfirm) -> ProvisionalBooking:
    """`state`: booked once it is confirmed; then `sent_to` is empty."""
    booking, held = found.booking, found.held.appointment
    return {
        "id": booking.id,
        "state": held.state if booking.confirmed_at is None else "booked",
        "hold": booking.hold,
        **_held_time(held, booking.expires),
        "confirm_by": booking.confirm_by,
        "sent_to": masked(booking.destination) if booking.destination else "",
        "sends_left": booking.sends_left,
        "attempts_left": booking.attempts_left,
    }


def describe_hold(held: HeldSlot) -> HoldEntry:
    return {"id": held.appointment.id, **_held_time(held.appointment, held.expires)}


def _held_time(appointment: Appointment, expires: dt.datetime) -> HeldTime:
    return {
        "expires_at": appointment.local(expires),
        "start": appointment.local(appointment.start),
        "end": appointment.local(appointment.end),
        "appointment_types": list(appointment.appointment_types),
        "location": appointment.location,
        "persons": appointment.persons,
        "specialist_language": appointment.specialist_language,
    }


def _location(location: Location, card: Card) -> LocationEntry:
    """With the address of the video call, which the public catalogue leaves out."""
    meeting_url = location.meeting_url.replace("{reference}", card.reference) or None
    return {**describe_location(location), "meeting_url": meeting_url}


def describe_entry(entry: Entry, appointment: Appointment) -> WaitingEntry:
    """An entry on the waiting list, with its offer."""
    offer = entry.offer
    return {
        "state": entry.state,
        "joined_at": appointment.local(entry.joined_at),
        "not_before": entry.not_before.isoformat() if entry.not_before else None,
        "weekday": [WEEKDAYS[day] for day in sorted(entry.preference.weekdays)],
        "parts_of_day": [part for part in PARTS_OF_DAY if part in entry.preference.parts_of_day],
        "after": f"{entry.preference.after:%H:%M}" if entry.preference.after else None,
        "before": f"{entry.preference.before:%H:%M}" if entry.preference.before else None,
        "offer": {
            "start": appointment.local(offer.start),
            "end": appointment.local(offer.end),
            "expires_at": appointment.local(offer.expires),
        }
        if offer
        else None,
    }
