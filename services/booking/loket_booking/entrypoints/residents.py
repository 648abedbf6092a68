"""For residents and portals: the catalogue, slots, booking, and one appointment for who has its link."""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.rpc import rpc
from loket_contracts.commands import (
    AnswerQuestions,
    BookAppointment,
    CancelAppointment,
    FillIn,
    FindSlots,
    GiveFeedback,
    HoldSlot,
    IssueTicket,
    JoinWaitingList,
    RescheduleAppointment,
)
from loket_contracts.errors import load

from ..commands import attachments, booking, drafts, feedback, lifecycle, preparation, queue, waiting_list
from ..queries import appointments, catalogue, contact_cards, desk, slots, waiting_room
from ..store.holds import HeldSlot
from .actors import Desk, by_resident

_find_slots, _hold_slot, _book_appointment = FindSlots(), HoldSlot(), BookAppointment()
_cancel_appointment, _reschedule_appointment = CancelAppointment(), RescheduleAppointment()
_join_waiting_list, _answer_questions, _fill_in = JoinWaitingList(), AnswerQuestions(), FillIn()
_give_feedback, _issue_ticket = GiveFeedback(), IssueTicket()


class ForResidents(Desk):
    """`token` is the secret of the appointment's link."""

    @rpc
    def municipalities(self) -> list[dict[str, Any]]:
        return catalogue.municipalities(self.stores)

    @rpc
    def catalogue(self, municipality: str) -> dict[str, Any]:
        return catalogue.catalogue(self.stores, municipality)

    @rpc
    def free_slots(self, municipality: str, wish: dict[str, Any]) -> dict[str, Any]:
        return slots.free_slots(self.stores, municipality, load(_find_slots, wish))

    @rpc
    def day_counts(self, municipality: str, wish: dict[str, Any]) -> dict[str, Any]:
        return slots.day_counts(self.stores, municipality, load(_find_slots, wish))

    @rpc
    def first_available(self, municipality: str, wish: dict[str, Any]) -> dict[str, Any]:
        return slots.first_available(self.stores, municipality, load(_find_slots, wish))

    @rpc
    def explain(self, municipality: str, wish: dict[str, Any]) -> dict[str, Any]:
        return slots.explain(self.stores, municipality, load(_find_slots, wish), for_staff=False)

    @rpc
    def hold(
        self, municipality: str, body: dict[str, Any], idempotency_key: str | None = None, client: str | None = None
    ) -> dict[str, Any]:
        request = by_resident(self, idempotency_key, client)
        return appointments.describe_hold(booking.hold(self.stores, municipality, load(_hold_slot, body), request))

    @rpc
    def held(self, municipality: str, identifier: str) -> dict[str, Any]:
        return appointments.describe_hold(appointments.find_hold(self.stores, municipality, identifier))

    @rpc
    def hold_instead(
        self, municipality: str, before: str, body: dict[str, Any], client: str | None = None
    ) -> dict[str, Any]:
        """Another moment for the same visit: what was filled in goes along."""
        request = by_resident(self, None, client)
        held = booking.hold(self.stores, municipality, load(_hold_slot, body), request)
        drafts.carry_over(self.stores, appointments.find_hold(self.stores, municipality, before), held, request)
        return appointments.describe_hold(held)

    @rpc
    def fill_in(self, municipality: str, hold: str, body: dict[str, Any]) -> dict[str, Any]:
        """Keep a part of the form: `answers`, `contact`."""
        held = appointments.find_hold(self.stores, municipality, hold)
        drafts.fill_in(self.stores, held, load(_fill_in, body))
        return self._form(held)

    @rpc
    def attach(self, municipality: str, hold: str, question: str, name: str, content: str) -> dict[str, Any]:
        """A file with the form. `content` is base64 (RFC 4648)."""
        held = appointments.find_hold(self.stores, municipality, hold)
        drafts.attach(self.stores, held, question, name, content)
        return self._form(held)

    @rpc
    def detach(self, municipality: str, hold: str, file: str) -> dict[str, Any]:
        held = appointments.find_hold(self.stores, municipality, hold)
        drafts.detach(self.stores, held, file)
        return self._form(held)

    @rpc
    def filled_in(self, municipality: str, hold: str) -> dict[str, Any]:
        """The hold with what was filled in so far."""
        return self._form(appointments.find_hold(self.stores, municipality, hold))

    def _form(self, held: HeldSlot) -> dict[str, Any]:
        draft, files = drafts.of(self.stores, held), drafts.files(self.stores, held)
        return {
            **appointments.describe_hold(held), "answers": draft.answers, "contact": draft.contact,
            "files": [appointments.describe_file(each) for each in files],
        }  # fmt: skip

    @rpc
    def book_filled_in(
        self, municipality: str, hold: str, invitation: str | None = None, client: str | None = None
    ) -> dict[str, Any]:
        request = by_resident(self, client=client)
        booked, card = drafts.book(self.stores, self.announce, municipality, hold, invitation, request)
        return appointments.describe_with_link(self.stores, booked, card)

    @rpc
    def book(
        self, municipality: str, body: dict[str, Any], idempotency_key: str | None = None, client: str | None = None
    ) -> dict[str, Any]:
        wish, request = load(_book_appointment, body), by_resident(self, idempotency_key, client)
        booked, card = booking.book(self.stores, self.announce, municipality, wish, request)
        return appointments.describe_with_link(self.stores, booked, card)

    @rpc
    def invitation(self, municipality: str, token: str) -> dict[str, Any]:
        return appointments.describe_invitation(self.stores, municipality, token)

    @rpc
    def appointment(self, municipality: str, identifier: str, token: str) -> dict[str, Any]:
        card = appointments.find_card(self.stores, municipality, identifier, token)
        return appointments.describe(self.stores, appointments.appointment(self.stores, card), card)

    @rpc
    def appointment_calendar(self, municipality: str, identifier: str, token: str, url: str = "") -> str:
        """`url`: the page of the appointment, which the calendar entry links to."""
        card = appointments.find_card(self.stores, municipality, identifier, token)
        return appointments.calendar(self.stores, appointments.appointment(self.stores, card), card, url)

    @rpc
    def appointment_by_link(self, municipality: str, token: str) -> dict[str, Any]:
        card = appointments.find_card_by_link(self.stores, municipality, token)
        return appointments.describe(self.stores, appointments.appointment(self.stores, card), card)

    @rpc
    def cancel(self, municipality: str, identifier: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        wish = load(_cancel_appointment, body)
        card = appointments.find_card(self.stores, municipality, identifier, token)
        cancelled = lifecycle.cancel(
            self.stores, self.announce, card, wish["reason"], by_resident(self), wish["sequence"]
        )
        return appointments.describe(self.stores, cancelled, card)

    @rpc
    def reschedule(self, municipality: str, identifier: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        wish = load(_reschedule_appointment, body)
        card = appointments.find_card(self.stores, municipality, identifier, token)
        moved = lifecycle.reschedule(self.stores, self.announce, card, wish, by_resident(self))
        return appointments.describe(self.stores, moved, card)

    @rpc
    def check_in(self, municipality: str, identifier: str, token: str) -> dict[str, Any]:
        card = appointments.find_card(self.stores, municipality, identifier, token)
        changed = lifecycle.step(self.stores, self.announce, card, "check_in", by_resident(self))
        return appointments.describe(self.stores, changed, card)

    @rpc
    def answer_questions(self, municipality: str, identifier: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        given = load(_answer_questions, body)
        card = appointments.find_card(self.stores, municipality, identifier, token)
        card = preparation.answer(self.stores, card, given, by_resident(self))
        return appointments.describe(self.stores, appointments.appointment(self.stores, card), card)

    @rpc
    def add_file(
        self, municipality: str, identifier: str, token: str, question: str | None, name: str, content: str
    ) -> dict[str, Any]:
        card = appointments.find_card(self.stores, municipality, identifier, token)
        kept = attachments.add_file(self.stores, card, question, name, content, by_resident(self))
        return appointments.describe_file(kept)

    @rpc
    def read_file(self, municipality: str, identifier: str, token: str, file: str) -> dict[str, Any]:
        card = appointments.find_card(self.stores, municipality, identifier, token)
        found = attachments.read_file(self.stores, card, file, by_resident(self))
        return {**appointments.describe_file(found), "content": found["content"]}

    @rpc
    def drop_file(self, municipality: str, identifier: str, token: str, file: str) -> dict[str, Any]:
        card = appointments.find_card(self.stores, municipality, identifier, token)
        card = attachments.drop_file(self.stores, card, file, by_resident(self))
        return appointments.describe(self.stores, appointments.appointment(self.stores, card), card)

    @rpc
    def join_waiting_list(self, municipality: str, token: str, body: dict[str, Any]) -> dict[str, Any]:
        wish = load(_join_waiting_list, body)
        card = appointments.find_card(self.stores, municipality, wish["appointment"], token)
        entry = waiting_list.join(self.stores, self.announce, card, wish, by_resident(self))
        return appointments.describe_entry(entry, appointments.appointment(self.stores, card))

    @rpc
    def leave_waiting_list(self, municipality: str, identifier: str, token: str) -> None:
        card = appointments.find_card(self.stores, municipality, identifier, token)
        waiting_list.withdraw(self.stores, self.announce, card, by_resident(self))

    @rpc
    def accept_offer(self, municipality: str, identifier: str, token: str) -> dict[str, Any]:
        card = appointments.find_card(self.stores, municipality, identifier, token)
        moved = waiting_list.accept(self.stores, self.announce, card, by_resident(self))
        return appointments.describe(self.stores, moved, card)

    @rpc
    def decline_offer(self, municipality: str, identifier: str, token: str) -> dict[str, Any]:
        card = appointments.find_card(self.stores, municipality, identifier, token)
        entry = waiting_list.decline(self.stores, self.announce, card, by_resident(self))
        return appointments.describe_entry(entry, appointments.appointment(self.stores, card))

    @rpc
    def give_feedback(self, municipality: str, identifier: str, token: str, body: dict[str, Any]) -> None:
        given = load(_give_feedback, body)
        card = appointments.find_card(self.stores, municipality, identifier, token)
        feedback.give(self.stores, self.announce, card, given["score"], given["comment"], by_resident(self))

    @rpc
    def issue_ticket(
        self, municipality: str, body: dict[str, Any], idempotency_key: str | None = None
    ) -> dict[str, Any]:
        wish = load(_issue_ticket, body)

        def issue() -> dict[str, Any]:
            issued = queue.issue(self.stores, self.announce, municipality, wish, by_resident(self))
            return waiting_room.describe_person(self.stores, issued)

        return self.idempotency.once(idempotency_key, ("issue_ticket", municipality), body, issue)

    @rpc
    def queue(self, municipality: str, location: str) -> dict[str, Any]:
        """Numbers and references, no names: the display in the waiting room shows it."""
        return waiting_room.line(self.stores, municipality, location)

    @rpc
    def feed(self, municipality: str, token: str) -> str:
        return desk.feed(self.stores, municipality, token)

    @rpc
    def contact_cards(self, wanted: list[list[str]]) -> list[dict[str, Any]]:
        """For notification, at the moment that it sends."""
        return contact_cards.contact_cards(self.stores, wanted)

    @rpc
    def team_contact(self, municipality: str, team: str) -> dict[str, Any] | None:
        """For notification, when it writes to a team."""
        return contact_cards.team_contact(self.stores, municipality, team)

    @rpc
    def contact_mark(self, municipality: str, token: str) -> str:
        return contact_cards.contact_mark(self.stores, municipality, token)
