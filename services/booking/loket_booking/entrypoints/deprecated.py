"""Earlier versions of methods, for callers of the previous release. They are removed with the next release."""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.answers import AppointmentView
from loket_contracts.rpc.booking.book import BookAppointment, BookForResident
from loket_contracts.rpc.booking.changes import AnswerQuestions, RescheduleAppointment
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.booking.slot_answers import BookedAppointment, Explanation, FileContent, FreeSlots
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

from ..domain.teams import Teams
from .appointments import AppointmentRpc
from .bookings import BookingRpc

#: staff of unknown teams: a search shows them no hidden types
STAFF = Caller.staff("", ())


class DeprecatedRpc(AppointmentRpc):
    """Each calls the version that replaced it."""

    @rpc(name="cancel")
    def resident_cancel(
        self, municipality: str, identifier: str, token: str, body: CancelAppointment
    ) -> AppointmentView:
        return self.cancel(municipality, identifier, body, Caller.resident(token))

    @rpc
    def portal_cancel(self, municipality: str, who: str, identifier: str, body: CancelAppointment) -> AppointmentView:
        return self.cancel(municipality, identifier, body, Caller.portal(who))

    @rpc
    def staff_cancel(
        self, municipality: str, who: str, identifier: str, body: dict[str, Any], teams: Teams = None
    ) -> AppointmentView:
        command = from_json(CancelAppointment, {"reason": "by-municipality", **body})
        return self.cancel(municipality, identifier, command, Caller.staff(who, teams))

    @rpc(name="appointment")
    def resident_appointment(self, municipality: str, identifier: str, token: str) -> AppointmentView:
        return self.appointment(municipality, identifier, Caller.resident(token))

    @rpc
    def staff_appointment(self, municipality: str, who: str, identifier: str, teams: Teams = None) -> AppointmentView:
        return self.appointment(municipality, identifier, Caller.staff(who, teams))

    @rpc(name="answer_questions")
    def resident_answer(
        self, municipality: str, identifier: str, token: str, body: AnswerQuestions
    ) -> AppointmentView:  # fmt: skip
        return self.answer_questions(municipality, identifier, body, Caller.resident(token))

    @rpc
    def staff_answer(
        self, municipality: str, who: str, identifier: str, body: AnswerQuestions, teams: Teams = None
    ) -> AppointmentView:
        return self.answer_questions(municipality, identifier, body, Caller.staff(who, teams))

    @rpc(name="reschedule")
    def resident_reschedule(
        self, municipality: str, identifier: str, token: str, body: RescheduleAppointment
    ) -> AppointmentView:
        return self.reschedule(municipality, identifier, body, Caller.resident(token))

    @rpc
    def staff_reschedule(
        self, municipality: str, who: str, identifier: str, body: RescheduleAppointment, teams: Teams = None
    ) -> AppointmentView:
        return self.reschedule(municipality, identifier, body, Caller.staff(who, teams))

    @rpc(name="read_file")
    def resident_read_file(self, municipality: str, identifier: str, token: str, file: str) -> FileContent:
        return self.read_file(municipality, identifier, file, Caller.resident(token))

    @rpc
    def staff_read_file(
        self, municipality: str, who: str, identifier: str, file: str, teams: Teams = None
    ) -> FileContent:
        return self.read_file(municipality, identifier, file, Caller.staff(who, teams))


class DeprecatedBookingRpc(BookingRpc):
    """Each calls the version that replaced it."""

    @rpc(name="free_slots")
    def resident_slots(self, municipality: str, criteria: FindSlots) -> FreeSlots:
        return self.free_slots(municipality, criteria)

    @rpc
    def staff_slots(self, municipality: str, criteria: FindSlots) -> FreeSlots:
        return self.free_slots(municipality, criteria, STAFF)

    @rpc(name="explain")
    def explain_to_resident(self, municipality: str, criteria: FindSlots) -> Explanation:
        return self.explain(municipality, criteria)

    @rpc
    def explain_to_staff(self, municipality: str, criteria: FindSlots) -> Explanation:
        return self.explain(municipality, criteria, STAFF)

    @rpc(name="book")
    def resident_book(
        self, municipality: str, body: BookAppointment, idempotency_key: str | None = None, client: str | None = None
    ) -> BookedAppointment:
        return self.book(municipality, body, Caller.resident(client=client), idempotency_key)

    @rpc
    def portal_book(
        self, municipality: str, who: str, body: BookAppointment, idempotency_key: str | None = None,
        notes: str = "", answers_later: bool = False,
    ) -> BookedAppointment:  # fmt: skip
        return self.book(municipality, body, Caller.portal(who), idempotency_key, notes, answers_later)

    @rpc
    def staff_book(
        self, municipality: str, who: str, body: BookForResident, idempotency_key: str | None = None,
        teams: Teams = None,
    ) -> BookedAppointment:  # fmt: skip
        return self.book_for_resident(municipality, body, Caller.staff(who, teams), idempotency_key)
