"""Appointments of a portal that are not cancelled, the only ones that these dialects have."""

from __future__ import annotations

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.slot_answers import PortalAppointment


def require_active(booking: Booking, municipality: str, who: str, identifier: str) -> PortalAppointment:
    """Return an appointment. Raises Refusal: appointment-not-found, also for a cancelled one or another portal's."""
    found = booking.portal_appointment(municipality, who, identifier)
    if found["state"] == "cancelled":
        raise Refusal("appointment-not-found")
    return found
