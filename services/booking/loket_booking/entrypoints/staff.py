"""For staff. `who`: the code of the account; the gateway has checked its permissions.

`teams`: those that the account works for, None for all. Another team's appointment is refused as appointment-not-found.
"""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.rpc import rpc
from loket_contracts.commands import (
    AskResident,
    CallNext,
    TakeStep,
)
from loket_contracts.errors import Refusal, load
from loket_contracts.fields import parse_day_parameter
from loket_contracts.rpc.booking.answers import AppointmentView
from loket_contracts.rpc.booking.book import BookFollowUp, BookForResident
from loket_contracts.rpc.booking.changes import AnswerQuestions, RescheduleAppointment
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.booking.staff_answers import FoundVisit
from loket_contracts.rpc.caller import Caller

from ..domain.appointment import Appointment
from ..domain.teams import Teams
from ..queries.appointments import describe_file
from ..store.cards import Card
from .requests import RpcDependencies, by_staff

_call_next = CallNext()
_command_details, _ask_resident = TakeStep(), AskResident()

#: the channels whose addresses can be blocked
CHANNELS = ("email", "sms")


class StaffRpc(RpcDependencies):
    """The agenda, the queue, one appointment, and requests to residents."""

    @rpc
    def agenda(
        self, municipality: str, who: str, date: str, team: str | None = None, resource: str | None = None,
        teams: Teams = None,
    ) -> dict[str, Any]:  # fmt: skip
        if team is not None:
            teams = [team] if teams is None or team in teams else []
        day = parse_day_parameter(date, "date")
        return self.use_cases.day.agenda(municipality, day, teams, resource, by_staff(self, who))

    @rpc
    def resources(self, municipality: str, teams: Teams = None) -> list[dict[str, Any]]:
        return self.use_cases.catalogue.resources(municipality, teams)

    @rpc
    def find_visits(self, municipality: str, who: str, text: str, teams: Teams = None) -> list[FoundVisit]:
        """By reference, or by the beginnings of words of a name."""
        return self.use_cases.search.find_visits(municipality, text, teams, by_staff(self, who))

    @rpc
    def dossier(self, municipality: str, who: str, identifier: str, teams: Teams = None) -> dict[str, Any]:
        """`identifier`: the id of the appointment, or its reference."""
        card = self._card_for_staff(municipality, identifier, teams)
        return self.use_cases.dossiers.dossier(card, self._staff_appointment(card), by_staff(self, who))

    @rpc
    def staff_appointment(self, municipality: str, who: str, identifier: str, teams: Teams = None) -> AppointmentView:
        """As the resident sees it, with the commands that staff may give. It is audited."""
        card = self._card_for_staff(municipality, identifier, teams)
        self.use_cases.dossiers.record_read(card, by_staff(self, who))
        return self._describe_to_staff(self._staff_appointment(card), card)

    @rpc
    def staff_answer(
        self, municipality: str, who: str, identifier: str, body: AnswerQuestions, teams: Teams = None
    ) -> AppointmentView:
        """Store answers that a resident gives by telephone."""
        card = self._card_for_staff(municipality, identifier, teams)
        card = self.use_cases.preparation.answer_questions(card, body, by_staff(self, who))
        return self._describe_to_staff(self._staff_appointment(card), card)

    @rpc
    def staff_slots(self, municipality: str, criteria: FindSlots) -> dict[str, Any]:
        """As `free_slots`, without a lead time."""
        return self.use_cases.slots.free_slots(municipality, criteria, for_staff=True)

    @rpc
    def explain_to_staff(self, municipality: str, criteria: FindSlots) -> dict[str, Any]:
        return self.use_cases.slots.explain(municipality, criteria, for_staff=True)

    @rpc
    def staff_book(
        self, municipality: str, who: str, body: BookForResident, idempotency_key: str | None = None,
        teams: Teams = None,
    ) -> dict[str, Any]:  # fmt: skip
        """Book for a resident at the counter or on the telephone: any type, no lead time, an optional address."""
        request = by_staff(self, who, idempotency_key)
        self.use_cases.access.require_types(municipality, body.appointment_types or (), Caller.staff(who, teams))
        booked, card = self.use_cases.booking.book(municipality, body, request)
        return self.use_cases.appointments.describe_with_link(booked, card)

    @rpc
    def book_follow_up(
        self, municipality: str, who: str, identifier: str, body: BookFollowUp, idempotency_key: str | None = None,
        teams: Teams = None,
    ) -> dict[str, Any]:  # fmt: skip
        request = by_staff(self, who, idempotency_key)
        card = self._card_for_staff(municipality, identifier, teams)
        booked, new_card = self.use_cases.booking.follow_up(card, body, request)
        return self.use_cases.appointments.describe_with_link(booked, new_card)

    @rpc
    def step(
        self, municipality: str, who: str, identifier: str, command: str, body: dict[str, Any] | None = None,
        teams: Teams = None, idempotency_key: str | None = None,
    ) -> AppointmentView:  # fmt: skip
        """check_in, start, park, resume, complete, no_show, undo_check_in, undo_no_show."""
        details = load(_command_details, body or {})
        card = self._card_for_staff(municipality, identifier, teams)
        names = {"start": ("desk",), "complete": ("outcome",)}.get(command, ())
        changes = {name: details[name] for name in names if details[name] is not None}
        changed = self.idempotency.once_without_result(
            idempotency_key, ("step", municipality, who, card.id, command), body,
            lambda: self.use_cases.lifecycle.apply_command(
                card, command, by_staff(self, who), details["reason"], changes
            ),
        )  # fmt: skip
        return self._describe_to_staff(changed or self._staff_appointment(card), card)

    @rpc
    def staff_reschedule(
        self, municipality: str, who: str, identifier: str, body: RescheduleAppointment, teams: Teams = None
    ) -> AppointmentView:
        card = self._card_for_staff(municipality, identifier, teams)
        return self._describe_to_staff(self.use_cases.lifecycle.reschedule(card, body, by_staff(self, who)), card)

    @rpc
    def ask(
        self, municipality: str, who: str, identifier: str, body: dict[str, Any], teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> AppointmentView:  # fmt: skip
        """Ask the resident for something before the visit: `text`."""
        text = load(_ask_resident, body)["text"]
        card = self._card_for_staff(municipality, identifier, teams)
        asked = self.idempotency.once_without_result(
            idempotency_key, ("ask", municipality, who, card.id), body,
            lambda: self.use_cases.preparation.ask_resident(card, text, by_staff(self, who)),
        )  # fmt: skip
        card = asked or self._card_for_staff(municipality, card.id, teams)
        return self._describe_to_staff(self._staff_appointment(card), card)

    @rpc
    def note_address_lifted(
        self, municipality: str, who: str, identifier: str, channel: str, teams: Teams = None
    ) -> str:
        """Record, before it is done, that staff unblock an address. Returns the appointment's id.

        Raises Refusal: address-not-barred when there is no such channel.
        """
        if channel not in CHANNELS:
            raise Refusal("address-not-barred")
        card = self._card_for_staff(municipality, identifier, teams)
        self.use_cases.dossiers.record_address_lifted(card, channel, by_staff(self, who))
        return card.id

    @rpc
    def staff_read_file(
        self, municipality: str, who: str, identifier: str, file: str, teams: Teams = None
    ) -> dict[str, Any]:
        card = self._card_for_staff(municipality, identifier, teams)
        found = self.use_cases.attachments.read_file(card, file, by_staff(self, who))
        return {**describe_file(found), "content": found["content"]}

    @rpc
    def call_next(
        self, municipality: str, who: str, body: dict[str, Any], teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        command = load(_call_next, body)
        self.use_cases.access.require_resource(municipality, command["resource"], Caller.staff(who, teams))

        def call_next() -> dict[str, Any]:
            called = self.use_cases.queue.call_next(municipality, command, by_staff(self, who))
            return self.use_cases.waiting_room.describe_person(called)

        return self.idempotency.once(idempotency_key, ("call_next", municipality, who), body, call_next)

    @rpc
    def ticket_step(
        self, municipality: str, who: str, identifier: str, command: str, body: dict[str, Any] | None = None,
        teams: Teams = None, idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        """call, park, resume, transfer, complete, leave."""
        details = load(_command_details, body or {})

        def apply_command() -> dict[str, Any]:
            # not before: after a transfer the ticket is another team's, and a repeat must not be refused
            self.use_cases.access.require_ticket(municipality, identifier, Caller.staff(who, teams))
            changed = self.use_cases.queue.apply_ticket_command(
                municipality, identifier, command, details, by_staff(self, who)
            )
            return self.use_cases.waiting_room.describe_person(changed)

        scope = ("ticket_step", municipality, who, identifier, command)
        return self.idempotency.once(idempotency_key, scope, body, apply_command)

    @rpc
    def transfer(
        self, municipality: str, who: str, identifier: str, body: dict[str, Any], teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:  # fmt: skip
        card, command = self._card_for_staff(municipality, identifier, teams), load(_command_details, body)

        def transfer() -> dict[str, Any]:
            issued = self.use_cases.queue.transfer(card, command, by_staff(self, who))
            return self.use_cases.waiting_room.describe_person(issued)

        return self.idempotency.once(idempotency_key, ("transfer", municipality, who, card.id), body, transfer)

    def _card_for_staff(self, municipality: str, identifier: str, teams: Teams) -> Card:
        return self.use_cases.access.find_card_for_staff(municipality, identifier, teams)

    def _staff_appointment(self, card: Card) -> Appointment:
        return self.use_cases.appointments.appointment(card)

    def _describe_to_staff(self, appointment: Appointment, card: Card) -> AppointmentView:
        return self.use_cases.dossiers.describe_for_staff(appointment, card)
