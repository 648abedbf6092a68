"""Appointments of a portal that are not cancelled, the only ones that these dialects have."""

from __future__ import annotations

from typing import Any

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking


def require_active(booking: Booking, municipality: str, who: str, identifier: str) -> dict[str, Any]:
    """Return an appointment. Raises Refusal: appointment-not-found, also for a cancelled one or another portal's."""
    found: dict[str, Any] = booking.portal_appointment(municipality, who, identifier)
    if found["state"] == "cancelled":
        raise Refusal("appointment-not-found")
    return found
