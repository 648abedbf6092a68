"""Earlier versions of methods for the desk, the queue and kiosks. See `deprecated_calendar`."""

from __future__ import annotations

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.agenda_answers import AgendaDay, Dossier, ResourceEntry
from loket_contracts.rpc.booking.answers import AppointmentView
from loket_contracts.rpc.booking.book import BookFollowUp
from loket_contracts.rpc.booking.queue_answers import ArrivedPerson, PersonEntry
from loket_contracts.rpc.booking.slot_answers import BookedAppointment
from loket_contracts.rpc.booking.staff_answers import FoundVisit
from loket_contracts.rpc.booking.steps import AskResident, CallNext, TakeStep
from loket_contracts.rpc.caller import Caller

from ..domain.teams import Teams
from .desk import DeskRpc
from .kiosks import KioskRpc
from .queue import QueueRpc


class DeprecatedDeskRpc(DeskRpc):
    """Each calls the version that replaced it."""

    @rpc(name="agenda")
    def agenda_v1(
        self, municipality: str, who: str, date: str, team: str | None = None, resource: str | None = None,
        teams: Teams = None,
    ) -> AgendaDay:  # fmt: skip
        return self.agenda(municipality, date, Caller.staff(who, teams), team, resource)

    @rpc(name="resources")
    def resources_v1(self, municipality: str, teams: Teams = None) -> list[ResourceEntry]:
        return self.resources(municipality, Caller.staff("", teams))

    @rpc(name="find_visits")
    def find_visits_v1(self, municipality: str, who: str, text: str, teams: Teams = None) -> list[FoundVisit]:
        return self.find_visits(municipality, text, Caller.staff(who, teams))

    @rpc(name="dossier")
    def dossier_v1(self, municipality: str, who: str, identifier: str, teams: Teams = None) -> Dossier:
        return self.dossier(municipality, identifier, Caller.staff(who, teams))

    @rpc(name="book_follow_up")
    def book_follow_up_v1(
        self, municipality: str, who: str, identifier: str, body: BookFollowUp, idempotency_key: str | None = None,
        teams: Teams = None,
    ) -> BookedAppointment:  # fmt: skip
        return self.book_follow_up(municipality, identifier, body, Caller.staff(who, teams), idempotency_key)

    @rpc(name="step")
    def step_v1(
        self, municipality: str, who: str, identifier: str, command: str, body: TakeStep | None = None,
        teams: Teams = None, idempotency_key: str | None = None,
    ) -> AppointmentView:  # fmt: skip
        caller = Caller.staff(who, teams)
        return self.step(municipality, identifier, command, body or TakeStep(), caller, idempotency_key)

    @rpc(name="ask")
    def ask_v1(
        self, municipality: str, who: str, identifier: str, body: AskResident, teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> AppointmentView:  # fmt: skip
        return self.ask(municipality, identifier, body, Caller.staff(who, teams), idempotency_key)

    @rpc(name="note_address_lifted")
    def note_address_lifted_v1(
        self, municipality: str, who: str, identifier: str, channel: str, teams: Teams = None
    ) -> str:
        return self.note_address_lifted(municipality, identifier, channel, Caller.staff(who, teams))


class DeprecatedQueueRpc(QueueRpc, KioskRpc):
    """Each calls the version that replaced it."""

    @rpc(name="call_next")
    def call_next_v1(
        self, municipality: str, who: str, body: CallNext, teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> PersonEntry:  # fmt: skip
        return self.call_next(municipality, body, Caller.staff(who, teams), idempotency_key)

    @rpc(name="ticket_step")
    def ticket_step_v1(
        self, municipality: str, who: str, identifier: str, command: str, body: TakeStep | None = None,
        teams: Teams = None, idempotency_key: str | None = None,
    ) -> PersonEntry:  # fmt: skip
        caller = Caller.staff(who, teams)
        return self.ticket_step(municipality, identifier, command, body or TakeStep(), caller, idempotency_key)

    @rpc(name="transfer")
    def transfer_v1(
        self, municipality: str, who: str, identifier: str, body: TakeStep, teams: Teams = None,
        idempotency_key: str | None = None,
    ) -> PersonEntry:  # fmt: skip
        return self.transfer(municipality, identifier, body, Caller.staff(who, teams), idempotency_key)

    @rpc(name="arrive")
    def arrive_v1(self, municipality: str, who: str, location: str, appointment: str, text: str) -> ArrivedPerson:
        return self.arrive(municipality, location, appointment, text, Caller.kiosk(who))
