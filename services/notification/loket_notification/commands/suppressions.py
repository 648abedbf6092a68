"""Unreachable addresses: messages to them are suppressed for a time, or until staff lift the suppression."""

from __future__ import annotations

from typing import Any

from loket_chassis.messaging.rpc import ServiceProxy
from loket_contracts.errors import Refusal

from ..context import Context


def of_person(context: Context, mark: str) -> list[dict[str, Any]]:
    """{channel, since, until} of each."""
    return [
        {**each, "since": each["since"].isoformat(), "until": each["until"].isoformat()}
        for each in context.suppressions.unreachable(mark, context.now())
    ]


def of_appointment(
    context: Context, booking: ServiceProxy, municipality: str, appointment: str
) -> list[dict[str, Any]]:
    mark = _mark(booking, municipality, appointment)
    return of_person(context, mark) if mark else []


def lift(context: Context, mark: str, channel: str) -> bool:
    """Lift a suppression. Return False when there is none. An opt-out of the resident stays."""
    return context.suppressions.lift(mark, channel)


def lift_of(context: Context, booking: ServiceProxy, municipality: str, appointment: str, channel: str) -> None:
    """Raises Refusal: address-not-barred."""
    mark = _mark(booking, municipality, appointment)
    if not mark or not lift(context, mark, channel):
        raise Refusal("address-not-barred")


def _mark(booking: ServiceProxy, municipality: str, appointment: str) -> str | None:
    """The mark of the person of an appointment; None when they were erased."""
    (found,) = booking.contact_cards([[municipality, appointment]])
    return found.get("card", {}).get("contact_mark") or None
