"""For residents: the catalogue, slots, booking, and an appointment by its link."""

from __future__ import annotations

from collections.abc import Sequence

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.answers import (
    AppointmentView,
    CardOrRefusal,
    Catalogue,
    FileEntry,
    MunicipalityEntry,
    TeamContact,
    WaitingEntry,
)
from loket_contracts.rpc.booking.book import FillIn
from loket_contracts.rpc.booking.changes import (
    GiveFeedback,
    JoinWaitingList,
)
from loket_contracts.rpc.booking.queue_answers import PersonEntry, Queue
from loket_contracts.rpc.booking.slot_answers import (
    BookedAppointment,
    DayCounts,
    FirstSlots,
    FormEntry,
    HoldEntry,
    InvitationOffer,
)
from loket_contracts.rpc.booking.slots import FindSlots, HoldSlot
from loket_contracts.rpc.booking.tickets import IssueTicket
from loket_contracts.rpc.message import to_json

from ..domain.appointment import Appointment
from ..queries.appointments import describe_entry, describe_file, describe_hold
from ..store.agendas import HeldSlot
from ..store.cards import Card
from .requests import RpcDependencies, by_resident


class ResidentRpc(RpcDependencies):
    """`token`: the secret of the appointment's link."""

    @rpc
    def municipalities(self) -> list[MunicipalityEntry]:
        return self.use_cases.catalogue.municipalities()

    @rpc
    def catalogue(self, municipality: str) -> Catalogue:
        return self.use_cases.catalogue.catalogue(municipality)

    @rpc
    def day_counts(self, municipality: str, criteria: FindSlots) -> DayCounts:
        return self.use_cases.slots.day_counts(municipality, criteria)

    @rpc
    def first_available(self, municipality: str, criteria: FindSlots) -> FirstSlots:
        return self.use_cases.slots.first_available(municipality, criteria)

    @rpc
    def hold(
        self, municipality: str, body: HoldSlot, idempotency_key: str | None = None, client: str | None = None
    ) -> HoldEntry:
        request = by_resident(self, idempotency_key, client)
        return describe_hold(self.use_cases.booking.hold(municipality, body, request))

    @rpc
    def held(self, municipality: str, identifier: str) -> HoldEntry:
        return describe_hold(self._hold_by_id(municipality, identifier))

    @rpc
    def hold_instead(self, municipality: str, before: str, body: HoldSlot, client: str | None = None) -> HoldEntry:
        """Hold another slot for the same visit, and move the form to it."""
        request = by_resident(self, None, client)
        held = self.use_cases.booking.hold(municipality, body, request)
        self.use_cases.drafts.carry_over(self._hold_by_id(municipality, before), held, request)
        return describe_hold(held)

    @rpc
    def fill_in(self, municipality: str, hold: str, body: FillIn) -> FormEntry:
        """Store a part of the form: `answers`, `contact`."""
        held = self._hold_by_id(municipality, hold)
        self.use_cases.drafts.fill_in(held, body)
        return self._form(held)

    @rpc
    def attach(self, municipality: str, hold: str, question: str, name: str, content: str) -> FormEntry:
        """Store a file with the form. `content` is base64 (RFC 4648)."""
        held = self._hold_by_id(municipality, hold)
        self.use_cases.drafts.attach(held, question, name, content)
        return self._form(held)

    @rpc
    def detach(self, municipality: str, hold: str, file: str) -> FormEntry:
        held = self._hold_by_id(municipality, hold)
        self.use_cases.drafts.detach(held, file)
        return self._form(held)

    @rpc
    def filled_in(self, municipality: str, hold: str) -> FormEntry:
        """The hold and its form so far."""
        return self._form(self._hold_by_id(municipality, hold))

    @rpc
    def book_filled_in(
        self, municipality: str, hold: str, invitation: str | None = None, client: str | None = None
    ) -> BookedAppointment:
        request = by_resident(self, client=client)
        booked, card = self.use_cases.drafts.book_draft(municipality, hold, invitation, request)
        return self.use_cases.appointments.describe_with_link(booked, card)

    @rpc
    def invitation(self, municipality: str, token: str) -> InvitationOffer:
        return self.use_cases.appointments.describe_invitation(municipality, token)

    @rpc
    def appointment_calendar(self, municipality: str, identifier: str, token: str, url: str = "") -> str:
        """`url`: the page of the appointment, to which the calendar entry links."""
        card = self._card_by_token(municipality, identifier, token)
        return self.use_cases.appointments.calendar(self._resident_appointment(card), card, url)

    @rpc
    def appointment_by_link(self, municipality: str, token: str) -> AppointmentView:
        card = self.use_cases.appointments.find_card_by_link(municipality, token)
        return self._describe_to_resident(self._resident_appointment(card), card)

    @rpc
    def check_in(self, municipality: str, identifier: str, token: str) -> AppointmentView:
        card = self._card_by_token(municipality, identifier, token)
        return self._describe_to_resident(
            self.use_cases.lifecycle.apply_command(card, "check_in", by_resident(self)), card
        )

    @rpc
    def add_file(
        self, municipality: str, identifier: str, token: str, question: str | None, name: str, content: str
    ) -> FileEntry:
        card = self._card_by_token(municipality, identifier, token)
        file = self.use_cases.attachments.add_file(card, question, name, content, by_resident(self))
        return describe_file(file)

    @rpc
    def drop_file(self, municipality: str, identifier: str, token: str, file: str) -> AppointmentView:
        card = self._card_by_token(municipality, identifier, token)
        card = self.use_cases.attachments.drop_file(card, file, by_resident(self))
        return self._describe_to_resident(self._resident_appointment(card), card)

    @rpc
    def join_waiting_list(self, municipality: str, token: str, body: JoinWaitingList) -> WaitingEntry:
        card = self._card_by_token(municipality, body.appointment, token)
        entry = self.use_cases.waiting_list.join(card, body, by_resident(self))
        return describe_entry(entry, self._resident_appointment(card))

    @rpc
    def leave_waiting_list(self, municipality: str, identifier: str, token: str) -> None:
        card = self._card_by_token(municipality, identifier, token)
        self.use_cases.waiting_list.withdraw(card, by_resident(self))

    @rpc
    def accept_offer(self, municipality: str, identifier: str, token: str) -> AppointmentView:
        card = self._card_by_token(municipality, identifier, token)
        return self._describe_to_resident(self.use_cases.waiting_list.accept(card, by_resident(self)), card)

    @rpc
    def decline_offer(self, municipality: str, identifier: str, token: str) -> WaitingEntry:
        card = self._card_by_token(municipality, identifier, token)
        entry = self.use_cases.waiting_list.decline(card, by_resident(self))
        return describe_entry(entry, self._resident_appointment(card))

    @rpc
    def give_feedback(self, municipality: str, identifier: str, token: str, body: GiveFeedback) -> None:
        card = self._card_by_token(municipality, identifier, token)
        self.use_cases.feedback.give_feedback(card, body, by_resident(self))

    @rpc
    def issue_ticket(self, municipality: str, body: IssueTicket, idempotency_key: str | None = None) -> PersonEntry:
        def issue_ticket() -> PersonEntry:
            issued = self.use_cases.queue.issue_ticket(municipality, body, by_resident(self))
            return self.use_cases.waiting_room.describe_person(issued)

        return self.idempotency.once(idempotency_key, ("issue_ticket", municipality), to_json(body), issue_ticket)

    @rpc
    def queue(self, municipality: str, location: str) -> Queue:
        """Numbers and references, without personal data, for the display in the waiting room."""
        return self.use_cases.waiting_room.queue(municipality, location)

    @rpc
    def feed(self, municipality: str, token: str) -> str:
        return self.use_cases.calendar_feed.feed(municipality, token)

    @rpc
    def contact_cards(self, wanted: Sequence[Sequence[str]]) -> list[CardOrRefusal]:
        """For the notification service, at the time of sending."""
        return self.use_cases.contact_cards.contact_cards(wanted)

    @rpc
    def team_contact(self, municipality: str, team: str) -> TeamContact | None:
        """For the notification service."""
        return self.use_cases.contact_cards.team_contact(municipality, team)

    @rpc
    def contact_mark(self, municipality: str, token: str) -> str:
        return self.use_cases.contact_cards.contact_mark(municipality, token)

    def _hold_by_id(self, municipality: str, identifier: str) -> HeldSlot:
        return self.use_cases.appointments.find_hold(municipality, identifier)

    def _card_by_token(self, municipality: str, identifier: str, token: str) -> Card:
        return self.use_cases.appointments.find_card(municipality, identifier, token)

    def _resident_appointment(self, card: Card) -> Appointment:
        return self.use_cases.appointments.appointment(card)

    def _describe_to_resident(self, appointment: Appointment, card: Card) -> AppointmentView:
        return self.use_cases.appointments.describe(appointment, card)

    def _form(self, held: HeldSlot) -> FormEntry:
        draft, files = self.use_cases.drafts.get_draft(held), self.use_cases.drafts.list_files(held)
        return {
            **describe_hold(held), "answers": draft.answers, "contact": draft.contact,
            "files": [describe_file(each) for each in files],
        }  # fmt: skip
