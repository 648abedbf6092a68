"""For callers who may see an appointment: its resident, the portal that booked it, and staff of its team."""

from __future__ import annotations

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.answers import AppointmentView
from loket_contracts.rpc.booking.changes import AnswerQuestions, RescheduleAppointment
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.booking.slot_answers import FileContent
from loket_contracts.rpc.caller import Caller, ResidentOrStaff, ResidentPortalOrStaff

from ..domain.appointment import Appointment
from ..store.cards import Card
from .requests import RpcDependencies, request_of


class AppointmentRpc(RpcDependencies):
    """`caller` decides which appointments are found, and what the answer shows."""

    @rpc(version=2)
    def appointment(self, municipality: str, identifier: str, caller: ResidentOrStaff) -> AppointmentView:
        """Reading by staff is audited."""
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        if caller.kind == "staff":
            self.use_cases.dossiers.record_read(card, request_of(self, caller))
        return self._describe(caller, self.use_cases.appointments.appointment(card), card)

    @rpc(version=2)
    def answer_questions(
        self, municipality: str, identifier: str, command: AnswerQuestions, caller: ResidentOrStaff
    ) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        card = self.use_cases.preparation.answer_questions(card, command, request_of(self, caller))
        return self._describe(caller, self.use_cases.appointments.appointment(card), card)

    @rpc(version=2)
    def reschedule(
        self, municipality: str, identifier: str, command: RescheduleAppointment, caller: ResidentOrStaff
    ) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        return self._describe(
            caller, self.use_cases.lifecycle.reschedule(card, command, request_of(self, caller)), card
        )

    @rpc(version=2)
    def cancel(
        self, municipality: str, identifier: str, command: CancelAppointment, caller: ResidentPortalOrStaff
    ) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        return self._describe(caller, self.use_cases.lifecycle.cancel(card, command, request_of(self, caller)), card)

    @rpc(version=2)
    def read_file(self, municipality: str, identifier: str, file: str, caller: ResidentOrStaff) -> FileContent:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        return self.use_cases.attachments.read_file(card, file, request_of(self, caller))

    def _describe(self, caller: Caller, appointment: Appointment, card: Card) -> AppointmentView:
        return self.use_cases.dossiers.describe_for(caller, appointment, card)
