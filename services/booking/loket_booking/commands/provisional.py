"""Book for callers without an account: provisionally, until they confirm their e-mail address or telephone number."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.book import BookAppointment
from loket_contracts.rpc.message import from_json

from ..domain import provisional
from ..domain.appointment import Appointment
from ..domain.provisional import Provisional, required_confirmation
from ..store.agendas import Agendas, HeldSlot
from ..store.cards import Card, Cards
from ..store.configurations import Configurations
from ..store.links import Links
from ..store.provisional_bookings import ProvisionalBookings
from .attachments import AttachmentCommands
from .booking import BookingCommands, ResolvedBooking
from .drafts import DraftCommands
from .fingerprint import fingerprint
from .limits import Limits
from .ports import Clock, Publish
from .request import ATTEMPTS, Request


@dataclass(frozen=True)
class ToConfirm:
    """A provisional booking, with the hold of its time."""

    booking: Provisional
    held: HeldSlot


Booked = tuple[Appointment, Card]


@dataclass(frozen=True)
class ProvisionalCommands:
    agendas: Agendas
    cards: Cards
    bookings: ProvisionalBookings
    configurations: Configurations
    attachments: AttachmentCommands
    booking: BookingCommands
    drafts: DraftCommands
    limits: Limits
    links: Links
    clock: Clock
    publish: Publish

    def request(
        self, municipality: str, command: BookAppointment, request: Request, proofs: Sequence[str]
    ) -> Booked | ToConfirm:
        """Book, provisionally when a type requires a confirmation that `proofs` do not give.

        An invitation proves who books. Raises Refusal: as `BookingCommands.book`, too-many-codes, invalid-request.
        """
        calendar, now = self.configurations.calendar(municipality), self.clock()
        held = self.agendas.find_hold(command.hold) if command.hold is not None else None
        types = held.appointment.appointment_types if held is not None else command.appointment_types or ()
        confirm_by = required_confirmation(calendar.municipality, types)
        if command.invitation is not None or confirm_by == "none":
            return self.booking.book(municipality, command, request, held=held)
        once = replace(request, idempotency_key=request.idempotency_key or uuid.uuid4().hex)
        identifier = once.identifier("appointment", municipality)
        if self.cards.get(identifier) is not None:
            return self.booking.book(municipality, command, once, held=held)
        resolved = self.booking.resolve(identifier, calendar, command, once, now, fingerprint(command), held=held)
        destination = provisional.destination_of(resolved.person, confirm_by)
        if any(self.links.is_proof(municipality, destination, proof, now.date()) for proof in proofs):
            return self.booking.book(municipality, command, once, held=held)
        before = self.bookings.get(identifier)
        if before is not None and before.is_open(now):
            if before.fingerprint == resolved.fingerprint:  # a repeat sends nothing
                return self._to_confirm(before)
            if before.hold != command.hold:
                raise Refusal("idempotency-key-reused")
        with self.limits.booking_permit(calendar.municipality, once, identifier, now):
            return self._store(resolved, before, confirm_by, destination)

    def request_draft(
        self, municipality: str, hold: str, invitation: str | None, request: Request, proofs: Sequence[str]
    ) -> Booked | ToConfirm:
        """As `request`, for a stored draft. Its answers and files are stored as long as the slot is held.

        Raises Refusal: as `request`, hold-not-found.
        """
        command, once = self.drafts.command(municipality, hold, invitation, request)
        found = self.request(municipality, command, once, proofs)
        if not isinstance(found, ToConfirm):
            booked, card = found
            return booked, self.attachments.adopt_pending(card, booked)
        self.drafts.prolong(found.held)
        return found

    def send_again(self, municipality: str, hold: str) -> ToConfirm:
        """Send the code once more. Raises Refusal: confirmation-over, too-many-codes."""
        for _ in range(ATTEMPTS):
            found = self.of_hold(municipality, hold)
            if found.booking.confirmed_at is not None:
                return found
            with self._code_permit(found.booking):
                if self._send(found.booking, found.held.appointment):
                    return self.of_hold(municipality, hold)
        raise Refusal("changed-meanwhile")

    def confirm(self, municipality: str, identifier: str, code: str, request: Request) -> tuple[Appointment, Card, str]:
        """Book a provisional booking. Returns the appointment, its card, and a proof for later bookings. Idempotent.

        Raises Refusal: confirmation-over, wrong-code, code-used-up; as `BookingCommands.book`.
        """
        now = self.clock()
        before = self._open(municipality, identifier)
        booking = self.bookings.take_attempt(before, provisional.MAX_ATTEMPTS)
        if booking is None:
            raise Refusal("code-used-up")
        if not self.links.is_code_or_confirmation(booking.secret, code):
            raise Refusal("wrong-code", {"left": provisional.MAX_ATTEMPTS - booking.attempts})
        self.bookings.return_attempt(booking)
        booked, card = self._booked(booking) or self._book(booking, request)
        card = self.attachments.adopt_pending(card, booked)
        self.bookings.mark_confirmed(booking, now)
        destination = card.contact.get(provisional.DESTINATIONS[booking.confirm_by]) or ""
        return booked, card, self.links.proof(municipality, destination, (now + provisional.PROOF_VALID).date())

    def of_hold(self, municipality: str, hold: str) -> ToConfirm:
        """The booking of a hold, whose id is a secret of the resident. Raises Refusal: confirmation-over."""
        found = self.bookings.find_by_hold(hold)
        if found is None:
            raise Refusal("confirmation-over")
        return self._to_confirm(self._open(municipality, found.id))

    def of_link(self, municipality: str, identifier: str, token: str) -> ToConfirm:
        """The booking with this link. Raises Refusal: confirmation-over."""
        found = self._open(municipality, identifier)
        if not self.links.is_code_or_confirmation(found.secret, token):
            raise Refusal("confirmation-over")
        return self._to_confirm(found)

    def _open(self, municipality: str, identifier: str) -> Provisional:
        found = self.bookings.get(identifier)
        if found is None or found.municipality != municipality or not found.is_open(self.clock()):
            raise Refusal("confirmation-over")
        return found

    def _booked(self, booking: Provisional) -> Booked | None:
        """The appointment, when it was confirmed before."""
        card = self.cards.get(booking.id)
        booked = self.booking.find_booked(card) if card is not None else None
        return (booked, card) if booked is not None and card is not None else None

    def _book(self, booking: Provisional, request: Request) -> Booked:
        """Book what was requested, under its own idempotency key. The limit of the client applied to that request."""
        body = {"hold": booking.hold, "contact": booking.contact, "answers": booking.answers}
        once = replace(request, idempotency_key=booking.key, client=None)
        try:
            return self.booking.book(
                booking.municipality, from_json(BookAppointment, body), once, confirms=booking.fingerprint
            )
        except Refusal as refusal:
            if refusal.code == "hold-not-found":
                raise Refusal("confirmation-over") from refusal
            raise

    def _store(
        self, resolved: ResolvedBooking, before: Provisional | None, confirm_by: str, destination: str
    ) -> ToConfirm:
        """Hold the time, store the booking, and have its code sent. An open booking is not prolonged."""
        known, request, now = resolved.calendar.municipality, resolved.request, resolved.now
        expires = now + dt.timedelta(minutes=known.online.confirm_minutes)
        if before is not None and before.is_open(now):
            expires = before.expires
        elif before is not None:
            before = provisional.reopen(before)
        contact, hold = asdict(resolved.person), resolved.hold or uuid.uuid4().hex
        made = before or Provisional(
            resolved.identifier, known.id, hold, request.idempotency_key or "", resolved.fingerprint, confirm_by,
            expires, salt=secrets.token_hex(8),
        )  # fmt: skip
        made = replace(
            provisional.send_to(made, destination), fingerprint=resolved.fingerprint, confirm_by=confirm_by,
            expires=expires, contact=contact, answers=resolved.answers,
            contact_mark=self.links.contact_of(known.id, contact),
        )  # fmt: skip
        with self._code_permit(made):
            held = self.booking.hold_provisionally(resolved, hold, expires)
            if not self._send(made, held):
                if resolved.hold is None:
                    self.agendas.drop_hold(hold)
                raise Refusal("changed-meanwhile")
        self.limits.release_hold(known, request, hold)
        return self._to_confirm(self._open(known.id, made.id))

    def _send(self, booking: Provisional, appointment: Appointment) -> bool:
        """Store the booking with an event, for which the code is sent. False if it was changed meanwhile."""
        sent, event = provisional.send(booking, appointment, self.clock())
        if not self.bookings.save(sent, event):
            return False
        self.publish(ProvisionalBookings.NAME, booking.id, [event])
        return True

    def _code_permit(self, booking: Provisional) -> AbstractContextManager[None]:
        """Permission for the next code of a booking. Raises Refusal: too-many-codes."""
        permit, now = f"{booking.id}.{booking.sequence + 1}", self.clock()
        provisional.require_sends_left(booking, now)
        return self.limits.code_permit(booking.municipality, booking.confirm_by, booking.destination, permit, now)

    def _to_confirm(self, booking: Provisional) -> ToConfirm:
        if booking.confirmed_at is not None and (found := self._booked(booking)):
            return ToConfirm(booking, HeldSlot(found[0], [], booking.expires))
        held = self.agendas.find_hold(booking.hold)
        if held is None:
            raise Refusal("confirmation-over")
        return ToConfirm(booking, held)
