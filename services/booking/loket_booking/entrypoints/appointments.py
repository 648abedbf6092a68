"""For callers who may see an appointment: its resident, the portal that booked it, and staff of its team."""

from __future__ import annotations

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.answers import AppointmentView
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.caller import Caller

from .requests import RpcDependencies, request_of


class AppointmentRpc(RpcDependencies):
    """`caller` decides which appointments are found, and what the answer shows."""

    @rpc(version=2)
    def cancel(self, municipality: str, identifier: str, command: CancelAppointment, caller: Caller) -> AppointmentView:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        request = request_of(self, caller)
        cancelled = self.use_cases.lifecycle.cancel(card, command, request)
        return self.use_cases.dossiers.describe_for(caller, cancelled, card)
