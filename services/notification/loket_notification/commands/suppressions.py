"""Unreachable addresses: messages to them are suppressed for a time, or until staff lift the suppression."""

from __future__ import annotations

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.notification.answers import SuppressedAddress

from ..context import Context


def of_person(context: Context, mark: str) -> list[SuppressedAddress]:
    """The suppressed addresses of a person."""
    return [
        {"channel": each["channel"], "since": each["since"].isoformat(), "until": each["until"].isoformat()}
        for each in context.suppressions.unreachable(mark, context.now())
    ]


def of_appointment(context: Context, booking: Booking, municipality: str, appointment: str) -> list[SuppressedAddress]:
    mark = _mark(booking, municipality, appointment)
    return of_person(context, mark) if mark else []


def lift(context: Context, mark: str, channel: str) -> bool:
    """Lift a suppression. Return False when there is none. An opt-out of the resident stays."""
    return context.suppressions.lift(mark, channel)


def lift_of(context: Context, booking: Booking, municipality: str, appointment: str, channel: str) -> None:
    """Raises Refusal: address-not-barred."""
    mark = _mark(booking, municipality, appointment)
    if not mark or not lift(context, mark, channel):
        raise Refusal("address-not-barred")


def _mark(booking: Booking, municipality: str, appointment: str) -> str | None:
    """The mark of the person of an appointment; None when they were erased."""
    (found,) = booking.contact_cards([[municipality, appointment]])
    return found["card"]["contact_mark"] if "card" in found else None
