"""For strangers, who confirm their address or number before their appointment is booked."""

from __future__ import annotations

from collections.abc import Sequence

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.book import BookAppointment
from loket_contracts.rpc.booking.slot_answers import ConfirmedBooking, ProvisionalBooking, RequestedBooking
from loket_contracts.rpc.caller import ResidentCaller

from ..commands.provisional import Booked, ToConfirm
from ..queries.appointments import describe_provisional
from .requests import RpcDependencies, request_of


class ProvisionalRpc(RpcDependencies):
    """Only a resident without an account or key is asked to confirm."""

    @rpc
    def request_booking(
        self, municipality: str, command: BookAppointment, caller: ResidentCaller, idempotency_key: str | None = None,
        proofs: Sequence[str] = (),
    ) -> RequestedBooking:  # fmt: skip
        request = request_of(self, caller, idempotency_key)
        return self._describe_requested(self.use_cases.provisional.request(municipality, command, request, proofs))

    @rpc
    def request_filled_in(
        self, municipality: str, hold: str, caller: ResidentCaller, invitation: str | None = None,
        proofs: Sequence[str] = (),
    ) -> RequestedBooking:  # fmt: skip
        request = request_of(self, caller)
        return self._describe_requested(
            self.use_cases.provisional.request_draft(municipality, hold, invitation, request, proofs)
        )

    @rpc
    def provisional_of_hold(self, municipality: str, hold: str) -> ProvisionalBooking:
        return describe_provisional(self.use_cases.provisional.of_hold(municipality, hold))

    @rpc
    def provisional_of_link(self, municipality: str, identifier: str, token: str) -> ProvisionalBooking:
        return describe_provisional(self.use_cases.provisional.of_link(municipality, identifier, token))

    @rpc
    def send_code_again(self, municipality: str, hold: str) -> ProvisionalBooking:
        return describe_provisional(self.use_cases.provisional.send_again(municipality, hold))

    @rpc
    def confirm(self, municipality: str, identifier: str, code: str, caller: ResidentCaller) -> ConfirmedBooking:
        booked, card, proof = self.use_cases.provisional.confirm(
            municipality, identifier, code, request_of(self, caller)
        )
        return {**self.use_cases.appointments.describe_with_link(booked, card), "proof": proof}

    def _describe_requested(self, found: Booked | ToConfirm) -> RequestedBooking:
        if isinstance(found, ToConfirm):
            return {"booked": None, "provisional": describe_provisional(found)}
        return {"booked": self.use_cases.appointments.describe_with_link(*found), "provisional": None}
