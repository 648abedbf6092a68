"""Free starts over any period, in as many searches as booking needs."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from loket_contracts.commands import MAX_PERSONS, MAX_TYPES
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking

#: days of one search
AT_ONCE = 60


def criteria_of(kinds: list[dict[str, Any]], location: str, persons: int) -> dict[str, Any] | None:
    """Return the search for booking; None for too many persons or topics, for which nothing is ever free."""
    if not 1 <= persons <= MAX_PERSONS or not 1 <= len(kinds) <= MAX_TYPES:
        return None
    return {"appointment_types": [kind["id"] for kind in kinds], "location": location, "persons": persons}


def today(time_zone: str) -> dt.date:
    return dt.datetime.now(ZoneInfo(time_zone)).date()


def days(booking: Booking, municipality: str, criteria: dict[str, Any], first: dt.date, last: dt.date) -> list[str]:
    """Return the local days with a free start, both ends included, as YYYY-MM-DD."""
    found = []
    while first <= last:
        end = min(last, first + dt.timedelta(days=AT_ONCE - 1))
        counted = _asked(booking, "day_counts", municipality, criteria, first, end)
        found += [each["date"] for each in counted.get("days", ()) if each["starts"]]
        first = end + dt.timedelta(days=1)
    return found


def starts(booking: Booking, municipality: str, criteria: dict[str, Any], first: dt.date, last: dt.date) -> list[str]:
    """Return free starts, both days included, as RFC 3339 with the offset of the location."""
    found = []
    while first <= last:
        end = min(last, first + dt.timedelta(days=AT_ONCE - 1))
        found += [
            each["start"] for each in _asked(booking, "free_slots", municipality, criteria, first, end).get("slots", ())
        ]
        first = end + dt.timedelta(days=1)
    return found


def _asked(
    booking: Booking, method: str, municipality: str, criteria: dict[str, Any], first: dt.date, last: dt.date
) -> dict[str, Any]:
    """Search; topics that cannot be combined have no free starts."""
    try:
        answer: dict[str, Any] = getattr(booking, method)(
            municipality, {**criteria, "from": first.isoformat(), "to": last.isoformat()}
        )
    except Refusal as refusal:
        if refusal.code in ("types-not-combinable", "unknown-location"):
            return {}
        raise
    return answer


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
