"""Appointments of a portal that are not cancelled, the only ones that these dialects have."""

from __future__ import annotations

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.slot_answers import PortalAppointment
from loket_contracts.rpc.caller import Caller


def require_active(booking: Booking, municipality: str, caller: Caller, identifier: str) -> PortalAppointment:
    """Return an appointment. Raises Refusal: appointment-not-found, also for a cancelled one or another portal's."""
    found = booking.portal_appointment(municipality, identifier, caller)
    if found["state"] == "cancelled":
        raise Refusal("appointment-not-found")
    return found
