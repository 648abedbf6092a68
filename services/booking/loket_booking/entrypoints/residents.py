"""For residents: the catalogue, slots, booking, and an appointment by its link."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from loket_chassis.messaging.rpc import rpc
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.answers import (
    AppointmentView,
    CardOrRefusal,
    Catalogue,
    CompanionEntry,
    ContactEntry,
    FileEntry,
    MunicipalityEntry,
    OwnAppointment,
    RefusedForm,
    TeamContact,
    WaitingEntry,
)
from loket_contracts.rpc.booking.book import FillIn
from loket_contracts.rpc.booking.changes import (
    CorrectContact,
    GiveFeedback,
    InviteCompanion,
    JoinWaitingList,
    OfferPreferences,
)
from loket_contracts.rpc.booking.queue_answers import PersonEntry, Queue, WalkInTopics
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
from loket_contracts.rpc.caller import ANYONE, ResidentCaller, ResidentOrStaff

from ..commands.attachments import describe_file
from ..commands.companions import MAX_INVITED
from ..queries.appointments import describe_entry, describe_hold
from ..store.agendas import HeldSlot
from .requests import RpcDependencies, request_of


class ResidentRpc(RpcDependencies):
    """A resident has the token of an appointment, or the id of a hold."""

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
    def documents_due(self, municipality: str, appointment_types: Sequence[str], day: str) -> dict[str, str]:
        return self.use_cases.slots.documents_due(municipality, appointment_types, day)

    @rpc(version=2)
    def hold(
        self, municipality: str, command: HoldSlot, caller: ResidentCaller, idempotency_key: str | None = None
    ) -> HoldEntry:
        request = request_of(self, caller, idempotency_key)
        return describe_hold(self.use_cases.booking.hold(municipality, command, request))

    @rpc
    def held(self, municipality: str, identifier: str) -> HoldEntry:
        return describe_hold(self.use_cases.appointments.find_hold(municipality, identifier))

    @rpc(version=2)
    def hold_instead(self, municipality: str, before: str, command: HoldSlot, caller: ResidentCaller) -> HoldEntry:
        """Hold another slot for the same visit, and move the form to it."""
        request, earlier = request_of(self, caller), self.use_cases.appointments.find_hold(municipality, before)
        held = self.use_cases.booking.hold(municipality, command, request)
        self.use_cases.drafts.carry_over(earlier, held, request)
        return describe_hold(held)

    @rpc
    def fill_in(self, municipality: str, hold: str, body: FillIn) -> FormEntry:
        """Store a part of the form: `answers`, `contact`."""
        held = self.use_cases.appointments.find_hold(municipality, hold)
        self.use_cases.drafts.fill_in(held, body)
        return self._form(held)

    @rpc
    def attach(self, municipality: str, hold: str, question: str, name: str, content: str) -> FormEntry:
        """Store a file with the form. `content` is base64 (RFC 4648)."""
        held = self.use_cases.appointments.find_hold(municipality, hold)
        self.use_cases.drafts.attach(held, question, name, content)
        return self._form(held)

    @rpc
    def detach(self, municipality: str, hold: str, file: str) -> FormEntry:
        held = self.use_cases.appointments.find_hold(municipality, hold)
        self.use_cases.drafts.detach(held, file)
        return self._form(held)

    @rpc
    def save_refused_form(self, municipality: str, owner: str, page: str, form: RefusedForm | None) -> None:
        appointments = self.use_cases.appointments
        try:
            identifier = appointments.find_hold(municipality, owner).appointment.id
        except Refusal:
            identifier = appointments.find_card_by_link(municipality, owner).id
        self.use_cases.drafts.save_refused(identifier, municipality, page, form)

    @rpc
    def booked_with(self, municipality: str, hold: str) -> str:
        return self.use_cases.links.token(self.use_cases.drafts.booked_with(municipality, hold).id)

    @rpc
    def filled_in(self, municipality: str, hold: str) -> FormEntry:
        """The hold and its form so far."""
        return self._form(self.use_cases.appointments.find_hold(municipality, hold))

    @rpc(version=2)
    def book_filled_in(
        self, municipality: str, hold: str, caller: ResidentCaller, invitation: str | None = None
    ) -> BookedAppointment:
        booked, card = self.use_cases.drafts.book_draft(municipality, hold, invitation, request_of(self, caller))
        return self.use_cases.appointments.describe_with_link(booked, card)

    @rpc
    def invitation(self, municipality: str, token: str) -> InvitationOffer:
        return self.use_cases.appointments.describe_invitation(municipality, token)

    @rpc(version=2)
    def appointment_calendar(self, municipality: str, identifier: str, caller: ResidentCaller, url: str = "") -> str:
        """`url`: the page of the appointment, to which the calendar entry links."""
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        return self.use_cases.appointments.calendar(self.use_cases.appointments.appointment(card), card, url)

    @rpc
    def appointment_by_link(self, municipality: str, token: str) -> OwnAppointment:
        card = self.use_cases.appointments.find_card_by_link(municipality, token)
        appointment = self.use_cases.appointments.appointment(card)
        described = self.use_cases.appointments.describe(appointment, card)
        refused = self.use_cases.drafts.get_refused(card.id)
        return {
            **described, "contact": cast("ContactEntry", card.contact), "refused": refused,
            "fixed": self.use_cases.preparation.fixed_contact(card),
            "companion": cast("CompanionEntry | None", card.companion),
            "may_invite": card.companion is None and len(card.companions) < MAX_INVITED,
            "restorable_until": self.use_cases.appointments.restorable_until(appointment),
            "rated": described["state"] == "completed" and self.use_cases.feedback.is_given(card),
        }  # fmt: skip

    @rpc
    def restore(self, municipality: str, identifier: str, caller: ResidentCaller) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        restored = self.use_cases.lifecycle.restore(card, request_of(self, caller))
        return self.use_cases.appointments.describe(restored, card)

    @rpc
    def correct_contact(
        self, municipality: str, identifier: str, command: CorrectContact, caller: ResidentOrStaff
    ) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        card = self.use_cases.preparation.correct_contact(card, command, request_of(self, caller))
        return self.use_cases.appointments.describe(self.use_cases.appointments.appointment(card), card)

    @rpc
    def invite_companion(
        self, municipality: str, identifier: str, command: InviteCompanion, caller: ResidentCaller
    ) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        card = self.use_cases.companions.invite(card, command, request_of(self, caller))
        return self.use_cases.appointments.describe(self.use_cases.appointments.appointment(card), card)

    @rpc
    def withdraw_companion(self, municipality: str, identifier: str, caller: ResidentCaller) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        card = self.use_cases.companions.withdraw(card, request_of(self, caller))
        return self.use_cases.appointments.describe(self.use_cases.appointments.appointment(card), card)

    @rpc
    def coming_appointments(self, municipality: str, email: str) -> list[str]:
        return self.use_cases.lost_links.coming_appointments(municipality, email)

    @rpc(version=2)
    def check_in(self, municipality: str, identifier: str, caller: ResidentCaller) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        changed = self.use_cases.lifecycle.apply_command(card, "check_in", request_of(self, caller))
        return self.use_cases.appointments.describe(changed, card)

    @rpc(version=2)
    def add_file(
        self, municipality: str, identifier: str, question: str | None, name: str, content: str, caller: ResidentCaller
    ) -> FileEntry:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        file = self.use_cases.attachments.add_file(card, question, name, content, request_of(self, caller))
        return describe_file(file)

    @rpc(version=2)
    def drop_file(self, municipality: str, identifier: str, file: str, caller: ResidentCaller) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        card = self.use_cases.attachments.drop_file(card, file, request_of(self, caller))
        return self.use_cases.appointments.describe(self.use_cases.appointments.appointment(card), card)

    @rpc(version=2)
    def join_waiting_list(self, municipality: str, command: JoinWaitingList, caller: ResidentCaller) -> WaitingEntry:
        card = self.use_cases.access.find_card(municipality, command.appointment, caller)
        entry = self.use_cases.waiting_list.join(card, command, request_of(self, caller))
        return describe_entry(entry, self.use_cases.appointments.appointment(card))

    @rpc
    def change_offer_preferences(
        self, municipality: str, identifier: str, command: OfferPreferences, caller: ResidentCaller
    ) -> WaitingEntry:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        entry = self.use_cases.waiting_list.change_preferences(card, command)
        return describe_entry(entry, self.use_cases.appointments.appointment(card))

    @rpc(version=2)
    def leave_waiting_list(self, municipality: str, identifier: str, caller: ResidentCaller) -> None:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        self.use_cases.waiting_list.withdraw(card, request_of(self, caller))

    @rpc(version=2)
    def accept_offer(self, municipality: str, identifier: str, caller: ResidentCaller) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        moved = self.use_cases.waiting_list.accept(card, request_of(self, caller))
        return self.use_cases.appointments.describe(moved, card)

    @rpc(version=2)
    def decline_offer(self, municipality: str, identifier: str, caller: ResidentCaller) -> WaitingEntry:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        entry = self.use_cases.waiting_list.decline(card, request_of(self, caller))
        return describe_entry(entry, self.use_cases.appointments.appointment(card))

    @rpc(version=2)
    def give_feedback(self, municipality: str, identifier: str, command: GiveFeedback, caller: ResidentCaller) -> None:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        self.use_cases.feedback.give_feedback(card, command, request_of(self, caller))

    @rpc
    def issue_ticket(self, municipality: str, body: IssueTicket, idempotency_key: str | None = None) -> PersonEntry:
        def issue_ticket() -> PersonEntry:
            issued = self.use_cases.queue.issue_ticket(municipality, body, request_of(self, ANYONE))
            return self.use_cases.waiting_room.describe_person(issued)

        return self.idempotency.once(idempotency_key, ("issue_ticket", municipality), body, issue_ticket)

    @rpc
    def queue(self, municipality: str, location: str) -> Queue:
        """Numbers and references, without personal data, for the display in the waiting room."""
        return self.use_cases.waiting_room.queue(municipality, location)

    @rpc
    def walk_in_topics(self, municipality: str, location: str) -> WalkInTopics:
        """For which topics visitors without an appointment get a number now."""
        return self.use_cases.waiting_room.walk_in_topics(municipality, location)

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

    def _form(self, held: HeldSlot) -> FormEntry:
        draft, files = self.use_cases.drafts.get_draft(held), self.use_cases.drafts.list_files(held)
        return {
            **describe_hold(held), "answers": draft.answers, "contact": draft.contact,
            "files": [describe_file(each) for each in files], "refused": self.use_cases.drafts.get_refused(draft.id),
        }  # fmt: skip
