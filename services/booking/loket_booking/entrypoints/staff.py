"""For staff. `who`: the code of the account; the gateway has checked its permissions.

`teams`: those that the account works for, None for all. Another team's appointment is refused as appointment-not-found.
"""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.answers import AppointmentView
from loket_contracts.rpc.booking.book import BookForResident
from loket_contracts.rpc.booking.changes import AnswerQuestions, RescheduleAppointment
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.caller import Caller

from ..domain.appointment import Appointment
from ..domain.teams import Teams
from ..queries.appointments import describe_file
from ..store.cards import Card
from .requests import RpcDependencies, by_staff


class StaffRpc(RpcDependencies):
    """Appointments, as their residents see them."""

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
    def staff_reschedule(
        self, municipality: str, who: str, identifier: str, body: RescheduleAppointment, teams: Teams = None
    ) -> AppointmentView:
        card = self._card_for_staff(municipality, identifier, teams)
        return self._describe_to_staff(self.use_cases.lifecycle.reschedule(card, body, by_staff(self, who)), card)

    @rpc
    def staff_read_file(
        self, municipality: str, who: str, identifier: str, file: str, teams: Teams = None
    ) -> dict[str, Any]:
        card = self._card_for_staff(municipality, identifier, teams)
        found = self.use_cases.attachments.read_file(card, file, by_staff(self, who))
        return {**describe_file(found), "content": found["content"]}

    def _card_for_staff(self, municipality: str, identifier: str, teams: Teams) -> Card:
        return self.use_cases.access.find_card_for_staff(municipality, identifier, teams)

    def _staff_appointment(self, card: Card) -> Appointment:
        return self.use_cases.appointments.appointment(card)

    def _describe_to_staff(self, appointment: Appointment, card: Card) -> AppointmentView:
        return self.use_cases.dossiers.describe_for_staff(appointment, card)
