"""Provisional bookings: those of strangers, until the address or number is confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from loket_contracts import events, telephone
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.book import ContactAtDesk
from loket_contracts.unknown_fields import PreservesUnknownFields

from .appointment import Appointment
from .catalogue import Municipality
from .online import CONFIRMATIONS

#: wrong codes before a code can no longer be used
MAX_ATTEMPTS = 5
#: how often the code of one booking is sent, to one address
MAX_SENDS = 3
#: how long a resident need not confirm the same address or number again
PROOF_VALID = dt.timedelta(days=365)


@dataclass(frozen=True)
class Provisional(PreservesUnknownFields):
    """A booking to be confirmed. `id`: of the appointment to be. `hold`: the id of the hold that reserves its time.

    `key`: the idempotency key of the request, from which the id follows; `fingerprint`: of the request.
    `contact_mark`: as in a card. `destination`: the address or number; it gets the code. `salt`: random. `round`:
    increases with each new code. `attempts`: with the present code. `sends`: of a code to this destination. `sequence`
    counts the events. `confirmed_at`: then it was booked, and its card has the personal data.
    """

    id: str
    municipality: str
    hold: str
    key: str
    fingerprint: str
    confirm_by: str
    expires: dt.datetime
    contact: dict[str, str | None] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    contact_mark: str | None = None
    destination: str = ""
    salt: str = ""
    round: int = 1
    attempts: int = 0
    sends: int = 0
    sequence: int = 0
    confirmed_at: dt.datetime | None = None

    @property
    def sends_left(self) -> int:
        return max(0, MAX_SENDS - self.sends)

    @property
    def attempts_left(self) -> int:
        return max(0, MAX_ATTEMPTS - self.attempts)

    @property
    def secret(self) -> str:
        """What its code and the token of its link are derived from."""
        return f"{self.id}/{self.salt}/{self.round}"

    def is_open(self, now: dt.datetime) -> bool:
        """Whether it can be confirmed, or was."""
        return now < self.expires


def required_confirmation(known: Municipality, types: Iterable[str]) -> str:
    """One of CONFIRMATIONS: the strictest of these appointment types. Unknown ones require none."""
    kinds = [known.appointment_types[name] for name in types if name in known.appointment_types]
    return max((kind.confirm or known.online.confirm for kind in kinds), key=CONFIRMATIONS.index, default="none")


#: the field of the contact data with the address or number, by channel
DESTINATIONS = {"email": "email", "sms": "phone"}


def destination_of(person: ContactAtDesk, confirm_by: str) -> str:
    """Where the code is sent. Raises Refusal: invalid-request, when there is no mobile number for an SMS."""
    if confirm_by == "email" and person.email:
        return person.email
    if confirm_by == "sms" and person.phone and telephone.may_be_mobile(person.phone):
        return person.phone
    wrong = {
        "email": ("/contact/email", "We send a code to this address, so we need it."),
        "sms": ("/contact/phone", "We send a code by SMS, so we need your mobile number."),
    }
    pointer, detail = wrong[confirm_by]
    raise Refusal("invalid-request", errors=[{"pointer": pointer, "detail": detail}])


def masked(destination: str) -> str:
    """The address or number with most of it hidden: l***@example.org, +32 *** 56."""
    name, at, domain = destination.partition("@")
    return f"{name[:1]}***@{domain}" if at else f"{destination[:3]} *** {destination[-2:]}"


def send(before: Provisional, appointment: Appointment, now: dt.datetime) -> tuple[Provisional, Event]:
    """Send the code once more: a new one when the attempts are used up. Raises Refusal: too-many-codes."""
    require_sends_left(before, now)
    changed = replace(before, sends=before.sends + 1, sequence=before.sequence + 1)
    if before.attempts >= MAX_ATTEMPTS:
        changed = replace(changed, round=before.round + 1, attempts=0)
    return changed, _event(changed, appointment, now)


def require_sends_left(booking: Provisional, now: dt.datetime) -> None:
    """Raises Refusal: too-many-codes."""
    if not booking.sends_left:
        raise Refusal("too-many-codes", {"seconds": max(1, int((booking.expires - now).total_seconds()))})


def send_to(before: Provisional, destination: str) -> Provisional:
    """The booking with another destination, whose code is another one."""
    if destination == before.destination:
        return before
    return replace(before, destination=destination, sends=0, attempts=0, round=before.round + 1)


def reopen(expired: Provisional) -> Provisional:
    """An expired booking that is requested again, with another code."""
    return replace(expired, sends=0, attempts=0, round=expired.round + 1)


def _event(provisional: Provisional, appointment: Appointment, now: dt.datetime) -> Event:
    data: Mapping[str, object] = {
        "appointment": provisional.id,
        "state": appointment.state,
        "appointment_types": list(appointment.appointment_types),
        "team": appointment.team,
        "location": appointment.location,
        "start": appointment.local(appointment.start),
        "end": appointment.local(appointment.end),
        "time_zone": appointment.time_zone,
        "confirm_by": provisional.confirm_by,
        "expires_at": appointment.local(provisional.expires),
    }
    return events.make(
        "appointment.provisional",
        municipality=provisional.municipality,
        subject=f"provisional-{provisional.id}",
        sequence=provisional.sequence,
        time=now,
        data=data,
    )
