"""For portals that book for residents. A portal sees only its own appointments."""

from __future__ import annotations

from loket_chassis.messaging.rpc import rpc
from loket_contracts.rpc.booking.slot_answers import PortalAppointment
from loket_contracts.rpc.caller import PortalCaller

from .requests import RpcDependencies


class PortalRpc(RpcDependencies):
    """A portal also sees the contact data and the notes, which it gave."""

    @rpc(version=2)
    def portal_appointment(self, municipality: str, identifier: str, caller: PortalCaller) -> PortalAppointment:
        card = self.use_cases.access.find_card(municipality, identifier, caller)
        appointments = self.use_cases.appointments
        found = appointments.describe(appointments.appointment(card), card)
        return {**found, "contact": card.contact, "notes": card.notes, "created_at": card.created_at.isoformat()}
