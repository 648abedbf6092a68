"""An appointment that a portal booked, while it stands: these dialects know nothing of one that was cancelled."""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.rpc import ServiceProxy
from loket_contracts.errors import Refusal


def require_active(booking: ServiceProxy, municipality: str, who: str, identifier: str) -> dict[str, Any]:
    """Raises Refusal: appointment-not-found, also for another portal's and for one that was cancelled."""
    found: dict[str, Any] = booking.portal_appointment(municipality, who, identifier)
    if found["state"] == "cancelled":
        raise Refusal("appointment-not-found")
    return found
