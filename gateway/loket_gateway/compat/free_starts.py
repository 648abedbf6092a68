"""Free starts over any period, in as many searches as booking needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from zoneinfo import ZoneInfo

from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import AppointmentTypeEntry
from loket_contracts.rpc.booking.slots import MAX_PERSONS, MAX_TYPES, FindSlots

#: days of one search
AT_ONCE = 60


def criteria_of(kinds: list[AppointmentTypeEntry], location: str, persons: int) -> FindSlots | None:
    """Return the search for booking; None for too many persons or topics, for which nothing is ever free."""
    if not 1 <= persons <= MAX_PERSONS or not 1 <= len(kinds) <= MAX_TYPES:
        return None
    return FindSlots(appointment_types=tuple(kind["id"] for kind in kinds), location=location, persons=persons)


def days(booking: Booking, municipality: str, criteria: FindSlots, first: dt.date, last: dt.date) -> list[str]:
    """Return the local days with a free start, both ends included, as YYYY-MM-DD."""
    found = []
    for part in _searches(criteria, first, last):
        with _nothing_when_not_combinable():
            counted = booking.day_counts(municipality, part)
            found += [each["date"] for each in counted["days"] if each["starts"]]
    return found


def starts(booking: Booking, municipality: str, criteria: FindSlots, first: dt.date, last: dt.date) -> list[str]:
    """Return free starts, both days included, as RFC 3339 with the offset of the location."""
    found = []
    for part in _searches(criteria, first, last):
        with _nothing_when_not_combinable():
            found += [each["start"] for each in booking.free_slots(municipality, part)["slots"]]
    return found


def _searches(criteria: FindSlots, first: dt.date, last: dt.date) -> Iterator[FindSlots]:
    """Return the searches of at most `AT_ONCE` days that cover this period."""
    while first <= last:
        end = min(last, first + dt.timedelta(days=AT_ONCE - 1))
        yield replace(criteria, first=first, last=end)
        first = end + dt.timedelta(days=1)


@contextmanager
def _nothing_when_not_combinable() -> Iterator[None]:
    """Topics that cannot be combined have no free starts."""
    try:
        yield
    except Refusal as refusal:
        if refusal.code not in ("types-not-combinable", "unknown-location"):
            raise


def moment(date: str, clock: str, time_zone: str) -> str:
    """Return a local time as RFC 3339, the first of an ambiguous one. Raises Refusal: slot-not-offered."""
    try:
        naive = dt.datetime.fromisoformat(f"{date}T{clock}")
    except ValueError as error:
        raise Refusal("slot-not-offered", {"start": f"{date} {clock}"}) from error
    return naive.replace(tzinfo=ZoneInfo(time_zone)).isoformat()


def naive(moment: str, time_zone: str) -> str:
    """Return a time as local time without offset, to the second."""
    return dt.datetime.fromisoformat(moment).astimezone(ZoneInfo(time_zone)).replace(tzinfo=None).isoformat()
