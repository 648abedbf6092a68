"""Earlier versions of methods for residents and portals. See `deprecated`.

`token`: the secret of an appointment's link. `who`: the code of a portal's key.
"""

from __future__ import annotations

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.answers import AppointmentView, FileEntry, WaitingEntry
from loket_contracts.rpc.booking.changes import GiveFeedback, JoinWaitingList
from loket_contracts.rpc.booking.slot_answers import BookedAppointment, HoldEntry, PortalAppointment
from loket_contracts.rpc.booking.slots import HoldSlot
from loket_contracts.rpc.caller import Caller

from .portals import PortalRpc
from .residents import ResidentRpc


class DeprecatedResidentRpc(ResidentRpc, PortalRpc):
    """Each calls the version that replaced it."""

    @rpc(name="hold")
    def hold_v1(
        self, municipality: str, body: HoldSlot, idempotency_key: str | None = None, client: str | None = None
    ) -> HoldEntry:
        return self.hold(municipality, body, Caller.resident(client=client), idempotency_key)

    @rpc(name="hold_instead")
    def hold_instead_v1(self, municipality: str, before: str, body: HoldSlot, client: str | None = None) -> HoldEntry:
        return self.hold_instead(municipality, before, body, Caller.resident(client=client))

    @rpc(name="book_filled_in")
    def book_filled_in_v1(
        self, municipality: str, hold: str, invitation: str | None = None, client: str | None = None
    ) -> BookedAppointment:
        return self.book_filled_in(municipality, hold, Caller.resident(client=client), invitation)

    @rpc(name="appointment_calendar")
    def appointment_calendar_v1(self, municipality: str, identifier: str, token: str, url: str = "") -> str:
        return self.appointment_calendar(municipality, identifier, Caller.resident(token), url)

    @rpc(name="check_in")
    def check_in_v1(self, municipality: str, identifier: str, token: str) -> AppointmentView:
        return self.check_in(municipality, identifier, Caller.resident(token))

    @rpc(name="add_file")
    def add_file_v1(
        self, municipality: str, identifier: str, token: str, question: str | None, name: str, content: str
    ) -> FileEntry:
        return self.add_file(municipality, identifier, question, name, content, Caller.resident(token))

    @rpc(name="drop_file")
    def drop_file_v1(self, municipality: str, identifier: str, token: str, file: str) -> AppointmentView:
        return self.drop_file(municipality, identifier, file, Caller.resident(token))

    @rpc(name="join_waiting_list")
    def join_waiting_list_v1(self, municipality: str, token: str, body: JoinWaitingList) -> WaitingEntry:
        return self.join_waiting_list(municipality, body, Caller.resident(token))

    @rpc(name="leave_waiting_list")
    def leave_waiting_list_v1(self, municipality: str, identifier: str, token: str) -> None:
        self.leave_waiting_list(municipality, identifier, Caller.resident(token))

    @rpc(name="accept_offer")
    def accept_offer_v1(self, municipality: str, identifier: str, token: str) -> AppointmentView:
        return self.accept_offer(municipality, identifier, Caller.resident(token))

    @rpc(name="decline_offer")
    def decline_offer_v1(self, municipality: str, identifier: str, token: str) -> WaitingEntry:
        return self.decline_offer(municipality, identifier, Caller.resident(token))

    @rpc(name="give_feedback")
    def give_feedback_v1(self, municipality: str, identifier: str, token: str, body: GiveFeedback) -> None:
        self.give_feedback(municipality, identifier, body, Caller.resident(token))

    @rpc(name="portal_appointment")
    def portal_appointment_v1(self, municipality: str, who: str, identifier: str) -> PortalAppointment:
        return self.portal_appointment(municipality, identifier, Caller.portal(who))
