"""For staff: the agenda, the dossier of an appointment, and the steps of a visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from loket_chassis.messaging.rpc import rpc
from loket_contracts.errors import Refusal
from loket_contracts.fields import parse_day_parameter
from loket_contracts.rpc.booking.agenda_answers import AgendaDay, Dossier, ResourceEntry
from loket_contracts.rpc.booking.answers import AppointmentView
from loket_contracts.rpc.booking.book import BookFollowUp
from loket_contracts.rpc.booking.slot_answers import BookedAppointment
from loket_contracts.rpc.booking.staff_answers import FoundVisit
from loket_contracts.rpc.booking.steps import AddNote, AskResident, TakeStep
from loket_contracts.rpc.caller import StaffCaller

from .requests import RpcDependencies, request_of, scope_of

#: the channels whose addresses can be blocked
CHANNELS = ("email", "sms")


class DeskRpc(RpcDependencies):
    """Another team's appointment is refused as appointment-not-found."""

    @rpc(version=2)
    def agenda(
        self, municipality: str, date: str, caller: StaffCaller, team: str | None = None, resource: str | None = None
    ) -> AgendaDay:
        request, day = request_of(self, caller), parse_day_parameter(date, "date")
        if team is not None:
            request = replace(request, teams=(team,) if request.may_see(team) else ())
        return self.use_cases.day.agenda(municipality, day, resource, request)

    @rpc(version=2)
    def resources(self, municipality: str, caller: StaffCaller) -> list[ResourceEntry]:
        return self.use_cases.catalogue.resources(municipality, caller.teams)

    @rpc(version=2)
    def find_visits(self, municipality: str, text: str, caller: StaffCaller) -> list[FoundVisit]:
        """By reference, or by the beginnings of words of a name."""
        return self.use_cases.search.find_visits(municipality, text, request_of(self, caller))

    @rpc
    def unclosed_visits(self, municipality: str, resources: Sequence[str], caller: StaffCaller) -> list[FoundVisit]:
        """The visits that are over and not closed."""
        return self.use_cases.day.unclosed(municipality, resources, request_of(self, caller))

    @rpc(version=2)
    def dossier(self, municipality: str, identifier: str, caller: StaffCaller) -> Dossier:
        """`identifier`: the id of the appointment, or its reference."""
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        appointment = self.use_cases.appointments.appointment(card)
        return self.use_cases.dossiers.dossier(card, appointment, request_of(self, caller))

    @rpc(version=2)
    def book_follow_up(
        self, municipality: str, identifier: str, command: BookFollowUp, caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> BookedAppointment:  # fmt: skip
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        request = request_of(self, caller, idempotency_key)
        booked, new_card = self.use_cases.booking.follow_up(card, command, request)
        return self.use_cases.appointments.describe_with_link(booked, new_card)

    @rpc(version=2)
    def step(
        self, municipality: str, identifier: str, step: str, command: TakeStep, caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> AppointmentView:  # fmt: skip
        """check_in, start, recall, park, resume, complete, no_show, undo_check_in, undo_no_show."""
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        changed = self.idempotency.once_without_result(
            idempotency_key, scope_of("step", municipality, caller, card.id, step), command,
            lambda: self.use_cases.lifecycle.take_step(card, step, command, request_of(self, caller)),
        )  # fmt: skip
        appointment = changed or self.use_cases.appointments.appointment(card)
        return self.use_cases.dossiers.describe_for(caller, appointment, card)

    @rpc(version=2)
    def ask(
        self, municipality: str, identifier: str, command: AskResident, caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> AppointmentView:  # fmt: skip
        """Ask the resident for something before the visit."""
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        asked = self.idempotency.once_without_result(
            idempotency_key, scope_of("ask", municipality, caller, card.id), command,
            lambda: self.use_cases.preparation.ask_resident(card, command, request_of(self, caller)),
        )  # fmt: skip
        appointment = self.use_cases.appointments.appointment(card)
        return self.use_cases.dossiers.describe_for(caller, appointment, asked or card)

    @rpc
    def add_note(
        self, municipality: str, identifier: str, command: AddNote, caller: StaffCaller,
        idempotency_key: str | None = None,
    ) -> None:  # fmt: skip
        """Add an internal note about a visit."""
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        self.idempotency.once_without_result(
            idempotency_key, scope_of("add_note", municipality, caller, card.id), command,
            lambda: self.use_cases.preparation.add_note(card, command, request_of(self, caller)),
        )  # fmt: skip

    @rpc
    def replace_link(self, municipality: str, identifier: str, caller: StaffCaller) -> str:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        self.use_cases.link_replacement.replace_link(card, request_of(self, caller))
        return card.id

    @rpc(version=2)
    def note_address_lifted(self, municipality: str, identifier: str, channel: str, caller: StaffCaller) -> str:
        """Record, before it is done, that staff unblock an address. Returns the appointment's id.

        Raises Refusal: address-not-barred when there is no such channel.
        """
        if channel not in CHANNELS:
            raise Refusal("address-not-barred")
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        self.use_cases.dossiers.record_address_lifted(card, channel, request_of(self, caller))
        return card.id
