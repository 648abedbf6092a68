"""Arrange the visits of a day around the current time. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loket_contracts.rpc.booking.agenda_answers import ClaimedVisit, ResourceDay
from loket_contracts.visits import EXPECTED_STATES, SERVING_STATES

Visit = Mapping[str, Any]


@dataclass(frozen=True)
class VisitsOfDay:
    """`current`: the visits in service, else the next one that is expected. `rows`: visits and file studies, by time.

    `now_before`: the index of the first row that begins after now; None on another day.
    """

    current: list[Visit]
    rows: list[Visit]
    now_before: int | None


def visits_of(resources: Iterable[ResourceDay]) -> list[ClaimedVisit]:
    """The visits in these agendas by start, each once: the agendas of all its resources contain it."""
    once = {
        claim["appointment"]: claim
        for each in resources
        for claim in each["claims"]
        if "state" in claim and claim["purpose"] == "visit"
    }
    return sorted(once.values(), key=lambda visit: (visit["start"], visit["name"] or ""))


def visits_of_day(claims: Iterable[Visit], now: dt.datetime | None) -> VisitsOfDay:
    """Arrange the claims of one or several resources. `now`: None on another day than today."""
    once = {(each["appointment"], each["purpose"]): each for each in claims if "state" in each}
    rows = sorted(once.values(), key=_begin)
    if now is None:
        return VisitsOfDay([], rows, None)
    visits = [each for each in rows if each["purpose"] == "visit"]
    current = [each for each in visits if each["state"] in SERVING_STATES] or _next(visits, now)
    coming = (index for index, each in enumerate(rows) if _begin(each) > now)
    return VisitsOfDay(current, rows, next(coming, len(rows)))


def _next(visits: Sequence[Visit], now: dt.datetime) -> list[Visit]:
    """The first visit that is expected and whose time is not over; those who checked in come first."""
    expected = [each for each in visits if each["state"] in EXPECTED_STATES and _moment(each["end"]) > now]
    return sorted(expected, key=lambda each: (each["state"] == "booked", each["start"]))[:1]


def _begin(row: Visit) -> dt.datetime:
    return _moment(row["start"] if row["purpose"] == "visit" else row["taken_from"])


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
