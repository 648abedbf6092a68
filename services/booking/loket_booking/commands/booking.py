"""Hold a slot, and book it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from loket_chassis.runtime.tokens import hash_of
from loket_contracts.errors import Refusal
from loket_contracts.languages import spoken
from loket_contracts.rpc.booking.book import BookFollowUp, BookForResident, ContactAtDesk
from loket_contracts.rpc.booking.slots import HoldSlot

from ..domain import appointment as appointment_lifecycle
from ..domain import contact, intake_form
from ..domain.appointment import Appointment
from ..domain.appointment_spec import AppointmentSpec, for_speakers_of, spec_for, without_lead_time
from ..domain.opening_hours import Calendar
from ..domain.resource_day import Placement
from ..store.agendas import Agendas, AlreadyClaimed, HeldSlot, Taken, require_hold
from ..store.cards import Card, Cards, InvitationUsed, new_reference
from ..store.configurations import Configurations
from ..store.invitations import Invitation
from ..store.links import Links
from .allocation import Allocator
from .fingerprint import AnyBooking, fingerprint
from .invitations import InvitationCommands
from .limits import Limits
from .ports import Clock, Publish
from .request import ATTEMPTS, Request

T = TypeVar("T")


@dataclass(frozen=True)
class ResolvedBooking:
    """A request, resolved. `placements`: those of the hold, until they turn out to be taken."""

    identifier: str
    calendar: Calendar
    spec: AppointmentSpec
    start: dt.datetime
    resource: str | None
    invitation: Invitation | None
    hold: str | None
    placements: Sequence[Placement] | None
    person: ContactAtDesk
    answers: dict[str, str]
    fingerprint: str
    request: Request
    follows: str | None
    now: dt.datetime
    informed_by: str | None = None


@dataclass(frozen=True)
class BookingCommands:
    agendas: Agendas
    cards: Cards
    configurations: Configurations
    links: Links
    invitations: InvitationCommands
    limits: Limits
    allocator: Allocator
    clock: Clock
    publish: Publish

    def hold(self, municipality: str, command: HoldSlot, request: Request) -> HeldSlot:
        """Reserve a slot while the resident fills in the form.

        Raises Refusal: unknown names, invitation-not-valid, too-many-holds, slot-*, idempotency-key-reused.
        """
        now = self.clock()
        calendar = self.configurations.calendar(municipality)
        identifier, own_fingerprint = request.identifier("hold", municipality), fingerprint(command)
        if request.idempotency_key and (earlier := self.agendas.find_hold(identifier)):
            if earlier.fingerprint not in (own_fingerprint, None):
                raise Refusal("idempotency-key-reused")
            return earlier
        invitation = self._invitation(municipality, command.invitation)
        spec = _spec(
            calendar, command.appointment_types, command.persons, command.location, request, invitation,
            command.specialist_language,
        )  # fmt: skip
        resource, start = _resource(command.resource, invitation), command.start
        expires = now + dt.timedelta(minutes=calendar.municipality.hold_minutes)

        def store(placements: list[Placement]) -> HeldSlot:
            held = appointment_lifecycle.hold(identifier, municipality, spec, placements, start, now, request.by)
            self.agendas.hold(placements, held, expires, now, fingerprint=own_fingerprint)
            return HeldSlot(held, placements, expires, own_fingerprint)

        with self.limits.hold_permit(calendar.municipality, request, identifier, expires, now):
            return self._hold_allocated(calendar, spec, resource, start, now, store)

    def book(
        self, municipality: str, command: AnyBooking, request: Request, follows: str | None = None,
        confirms: str | None = None, held: HeldSlot | None = None,
    ) -> tuple[Appointment, Card]:  # fmt: skip
        """Book a hold or a start. `follows`: an earlier appointment. `confirms`: the fingerprint of the request whose
        provisional booking this is. `held`: the hold, when the caller has read it.

        Idempotent for one idempotency key. The card is written first, so that every booked appointment has one; the
        claim decides. Raises Refusal: hold-not-found, unknown names, invalid-request for the answers, slot-*,
        invitation-not-valid, too-many-appointments, too-many-bookings, idempotency-key-reused, outcome-unknown.
        """
        now = self.clock()
        calendar = self.configurations.calendar(municipality)
        identifier = request.identifier("appointment", municipality)
        own_fingerprint = confirms or fingerprint(command)
        card = self._card_of_first_attempt(identifier, own_fingerprint, request)
        if card is not None:
            if booked := self.find_booked(card):
                return booked, card
            card = self.cards.take_over(card, now)
            if card is None:
                raise Refusal("outcome-unknown")  # the first request may still be running
        with self.limits.booking_permit(calendar.municipality, request, identifier, now):
            try:
                booking = self.resolve(identifier, calendar, command, request, now, own_fingerprint, follows, held)
                booked, card = self._allocate_and_claim(booking, card)
            except Refusal:
                # a concurrent request with the same key may have used the hold, or written its card
                first = self._card_of_first_attempt(identifier, own_fingerprint, request)
                if first is not None and (booked := self.find_booked(first)):
                    return booked, first
                raise
        if booking.hold is not None:
            self.limits.release_hold(calendar.municipality, request, booking.hold)
        return booked, card

    def find_booked(self, card: Card) -> Appointment | None:
        """The appointment that an earlier request booked with this card.

        Raises Refusal: outcome-unknown, when a failover undid the booking while it was looked up.
        """
        found = self.agendas.find_claim(card.agenda, card.id)
        if found is None:
            return None
        if not self.agendas.is_durable(*found):
            raise Refusal("outcome-unknown")
        return found[0]

    def hold_provisionally(self, booking: ResolvedBooking, hold: str, expires: dt.datetime) -> Appointment:
        """Hold the time of a booking until it is confirmed: prolong its own hold, or create `hold`.

        Raises Refusal: slot-taken, slot-not-offered.
        """
        if booking.placements is not None:
            held = self._to_confirm(booking, hold, booking.placements)
            try:
                self.agendas.prolong_hold(booking.placements, held, expires, booking.now)
                return held
            except Taken:  # it had expired
                self.agendas.drop_hold(hold)

        def store(placements: list[Placement]) -> Appointment:
            held = self._to_confirm(booking, hold, placements)
            self.agendas.hold(placements, held, expires, booking.now)
            return held

        return self._hold_allocated(booking.calendar, booking.spec, booking.resource, booking.start, booking.now, store)

    def _hold_allocated(
        self, calendar: Calendar, spec: AppointmentSpec, resource: str | None, start: dt.datetime, now: dt.datetime,
        store: Callable[[list[Placement]], T],
    ) -> T:  # fmt: skip
        """Allocate resources and store their hold. Retry when another request takes them first.

        Raises Refusal: slot-taken, slot-not-offered.
        """
        for attempt in range(ATTEMPTS):
            placements = self.allocator.allocate(calendar, spec, resource, start, now, use_cache=attempt == 0)
            try:
                return store(placements)
            except Taken:
                continue
        raise Refusal("slot-taken", {"start": start.isoformat()})

    def _to_confirm(self, booking: ResolvedBooking, hold: str, placements: Sequence[Placement]) -> Appointment:
        known, by = booking.calendar.municipality, booking.request.actor
        held = appointment_lifecycle.hold(hold, known.id, booking.spec, placements, booking.start, booking.now, by.role)
        return appointment_lifecycle.request(known, held, now=booking.now, by=by)

    def follow_up(self, card: Card, command: BookFollowUp, request: Request) -> tuple[Appointment, Card]:
        """Book the next visit of the same resident.

        Raises Refusal: as `book`; appointment-not-found when the resident was erased.
        """
        if card.pseudonymised:
            raise Refusal("appointment-not-found")
        resident = ContactAtDesk(
            name=card.contact["name"] or "", email=card.contact.get("email"), phone=card.contact.get("phone"),
            language=card.contact.get("language"), visitor=card.contact.get("visitor"),
            interpreter=card.contact.get("interpreter"), access_needs=card.contact.get("access_needs"),
        )  # fmt: skip
        next_visit = BookForResident(
            contact=resident, appointment_types=command.appointment_types, start=command.start,
            persons=command.persons, location=command.location, resource=command.resource,
            specialist_language=command.specialist_language, invitation=command.invitation, hold=command.hold,
            answers=command.answers, informed_by=card.contact.get("informed_by"),
        )  # fmt: skip
        return self.book(card.municipality, next_visit, request, card.id)

    def _card_of_first_attempt(self, identifier: str, own_fingerprint: str, request: Request) -> Card | None:
        """The card that an earlier request with this idempotency key wrote. Raises Refusal: idempotency-key-reused."""
        card = self.cards.get(identifier) if request.idempotency_key else None
        if card is not None and card.fingerprint != own_fingerprint:
            raise Refusal("idempotency-key-reused", {"appointment": card.id})
        return card

    def resolve(
        self, identifier: str, calendar: Calendar, command: AnyBooking, request: Request, now: dt.datetime,
        own_fingerprint: str, follows: str | None = None, held: HeldSlot | None = None,
    ) -> ResolvedBooking:  # fmt: skip
        """Look up what the command refers to, and validate it. `held`: its hold, when the caller has read it."""
        municipality = calendar.municipality
        invitation = self._invitation(municipality.id, command.invitation)
        hold, placements, resource = None, None, None
        if command.hold is not None:
            held = require_hold(held, municipality.id) if held else self.agendas.get_hold(municipality.id, command.hold)
            wanted = held.appointment
            spec = _spec(
                calendar, wanted.appointment_types, wanted.persons, wanted.location, request, invitation,
                wanted.specialist_language,
            )  # fmt: skip
            start, hold, placements = wanted.start, wanted.id, held.placements
        elif command.appointment_types is not None and command.start is not None:
            spec = _spec(
                calendar, command.appointment_types, command.persons, command.location, request, invitation,
                command.specialist_language,
            )  # fmt: skip
            start, resource = command.start, _resource(command.resource, invitation)
        else:
            raise Refusal("invalid-request", errors=[{"pointer": "/start", "detail": "Needed when no hold is given."}])
        request.require_team(spec.team)
        if start < now:
            raise Refusal("slot-in-the-past", {"start": start.isoformat()})
        person = contact.complete_contact(municipality, command.contact)
        informed_by = command.informed_by if isinstance(command, BookForResident) else None
        contact.check_informed_by(person, informed_by)
        answers = intake_form.check_intake(spec, person.phone, command.answers, request.may_answer_later)
        return ResolvedBooking(
            identifier=identifier, calendar=calendar, spec=spec, start=start, resource=resource,
            invitation=invitation, hold=hold, placements=placements, person=person, answers=answers,
            fingerprint=own_fingerprint, request=request, follows=follows, now=now, informed_by=informed_by,
        )  # fmt: skip

    def _allocate_and_claim(self, booking: ResolvedBooking, card: Card | None) -> tuple[Appointment, Card]:
        """Allocate resources, write the card and claim their time. Retry when another request claims it first."""
        for attempt in range(ATTEMPTS):
            placements = self._allocate(booking, card, use_cache=attempt == 0)
            processes = self.cards.server_processes()
            card = self._write_card(booking, card, placements)
            try:
                booked, card = self._claim(booking, card, placements)
            except Taken:
                booking = replace(booking, placements=None)
                continue
            self.cards.restore_after_restart(card, processes)
            return booked, card
        if card is not None:
            self.cards.delete_unclaimed(card)
        raise Refusal("slot-taken", {"start": booking.start.isoformat()})

    def _allocate(self, booking: ResolvedBooking, card: Card | None, use_cache: bool) -> Sequence[Placement]:
        if booking.placements:
            return booking.placements
        try:
            return self.allocator.allocate(
                booking.calendar, booking.spec, booking.resource, booking.start, booking.now, booking.hold,
                use_cache=use_cache,
            )  # fmt: skip
        except Refusal:
            if card is not None:
                self.cards.delete_unclaimed(card)
            raise

    def _write_card(self, booking: ResolvedBooking, card: Card | None, placements: Sequence[Placement]) -> Card:
        agenda = placements[0].agenda
        if card is not None:
            return card if card.agenda == str(agenda) else self.cards.move(card, agenda)
        try:
            added = self.limits.add_card(
                booking.calendar.municipality, booking.spec, self._new_card(booking, placements), booking.request,
                booking.now,
            )  # fmt: skip
        except InvitationUsed as error:
            raise Refusal("invitation-not-valid") from error
        if added is None:
            raise Refusal("outcome-unknown")  # a concurrent request with the same key continues
        return added

    def _new_card(self, booking: ResolvedBooking, placements: Sequence[Placement]) -> Card:
        agenda, request = placements[0].agenda, booking.request
        contact_data = contact.contact_data(booking.person, booking.informed_by)
        municipality = booking.calendar.municipality.id
        due = intake_form.duties(booking.calendar, booking.spec, booking.start, booking.now, booking.answers, ())
        return Card(
            id=booking.identifier,
            municipality=municipality,
            reference=new_reference(),
            contact=contact_data,
            answers=booking.answers,
            agenda=str(agenda),
            visit_date=agenda.date.isoformat(),
            token_hash=hash_of(self.links.token(booking.identifier)),
            fingerprint=booking.fingerprint,
            created_at=booking.now,
            types=list(booking.spec.type_ids),
            contact_mark=self.links.contact_of(municipality, contact_data),
            invitation=booking.invitation.id if booking.invitation else None,
            duty_at=intake_form.next_duty_at(due, booking.now),
            portal=request.who if request.by == "portal" else None,
            notes=request.notes,
            name_words=self.links.search_words(municipality, booking.person),
        )

    def _claim(self, booking: ResolvedBooking, card: Card, placements: Sequence[Placement]) -> tuple[Appointment, Card]:
        """Claim the time and publish the event. Raises Taken."""
        municipality, now, request = booking.calendar.municipality, booking.now, booking.request
        held = appointment_lifecycle.hold(
            booking.identifier, municipality.id, booking.spec, placements, booking.start, now, request.by,
            booking.follows,
        )  # fmt: skip
        booked, event = appointment_lifecycle.book(
            municipality,
            held,
            now=now,
            by=request.actor,
            language=spoken(booking.person.language, municipality.languages),
        )
        event = request.traced(event)
        try:
            self.agendas.book(placements, booked, event, now, booking.hold)
        except AlreadyClaimed:  # a concurrent request with the same key was first
            appointment, claimed = self.agendas.get_claim(card.agenda, card.id)
            return appointment, self.cards.move(card, claimed[0].agenda)
        self.publish(Agendas.NAME, str(placements[0].agenda), [event])
        return booked, card

    def _invitation(self, municipality: str, token: str | None) -> Invitation | None:
        return self.invitations.require_valid(municipality, token) if token else None


def _spec(
    calendar: Calendar, types: Sequence[str], persons: int, location: str | None, request: Request,
    invitation: Invitation | None, specialist_language: str | None,
) -> AppointmentSpec:  # fmt: skip
    """The spec of what this caller may book. Staff may book without a lead time.

    Raises Refusal: as `spec_for`, unknown-appointment-type, invitation-not-valid.
    """
    location = location or (invitation.location if invitation else None)
    spec = for_speakers_of(spec_for(calendar.municipality, types, persons, location), specialist_language)
    if request.is_staff:
        return without_lead_time(spec)
    for kind in spec.types:
        invited = invitation is not None and invitation.appointment_type == kind.id
        if kind.visibility != "public" and not (kind.visibility == "link" and invited):
            raise Refusal("unknown-appointment-type", {"appointment_type": kind.id})
    if invitation is not None and spec.type_ids != (invitation.appointment_type,):
        raise Refusal("invitation-not-valid")
    return spec


def _resource(wanted: str | None, invitation: Invitation | None) -> str | None:
    """The requested specialist: that of the invitation, else that of the command."""
    return invitation.resource if invitation and invitation.resource else wanted
