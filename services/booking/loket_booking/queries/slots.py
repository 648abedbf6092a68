"""Free slots, and why there are none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from loket_contracts.errors import Refusal

from ..commands.waiting_list import preference_of
from ..context import Stores
from ..domain import explanation
from ..domain.availability import Availability, Preference, Slot, keys
from ..domain.grid import local_date, zone
from ..domain.opening_hours import Calendar
from ..domain.visit import Visit, at_any_notice, candidates, plan

#: the longest stretch that one search covers, and the one it covers when none is given
MAX_DAYS = 62
USUAL_DAYS = 14


def free_slots(stores: Stores, municipality: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The free starts of a visit. Starts are given with the offset of the location.

    `wish`: as contracts' FindSlots reads it. Raises Refusal: unknown names, invalid-request for the dates.
    """
    calendar, visit = _visit(stores, municipality, wish)
    dates = _dates(wish["first"], wish["last"], local_date(stores.now(), visit.location.time_zone))
    availability = _availability(stores, calendar, visit, wish, dates)
    return {
        **_about(visit, dates),
        "slots": [_said(slot) for slot in availability.slots(dates, preference_of(wish))],
    }


def day_counts(stores: Stores, municipality: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    """How many starts each day has, for a view by month. `wish` and refusals as for `free_slots`."""
    calendar, visit = _visit(stores, municipality, wish)
    dates = _dates(wish["first"], wish["last"], local_date(stores.now(), visit.location.time_zone))
    availability = _availability(stores, calendar, visit, wish, dates)
    return {
        **_about(visit, dates),
        "days": [
            {"date": on.date.isoformat(), "starts": starts.cells.bit_count()}
            for on, starts in availability.days(dates, preference_of(wish))
        ],
    }


def first_available(stores: Stores, municipality: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    """The first free start at each location where the visit is given. `wish` and refusals as for `free_slots`."""
    known = stores.configurations.calendar(municipality).municipality
    asked = known.appointment_types.get(wish["appointment_types"][0])
    places = [wish["location"]] if wish["location"] or asked is None else asked.locations
    found = []
    for place in places:
        try:
            calendar, visit = _visit(stores, municipality, {**wish, "location": place})
        except Refusal:
            if wish["location"] or len(places) == 1:
                raise
            continue  # the other types are not given there
        slot = _first(stores, calendar, visit, wish, preference_of(wish))
        found.append({"location": place, "slot": slot and _said(slot)})
    return {"locations": found}


def first_days(stores: Stores, municipality: str, wish: Mapping[str, Any], most: int) -> list[dt.date]:
    """The local days of the first free starts, at most so many. `wish` and refusals as for `free_slots`."""
    calendar, visit = _visit(stores, municipality, wish)
    found = _free(stores, calendar, visit, wish, preference_of(wish))
    return [slot.on.date for slot in islice(found, most)]


def explain(stores: Stores, municipality: str, wish: Mapping[str, Any], for_staff: bool) -> dict[str, Any]:
    """Why there is no slot, or not more. `wish` and refusals as for `free_slots`.

    A resident is told the main reason and the nearest start; staff see every resource and day.
    """
    calendar, visit = _visit(stores, municipality, wish)
    dates = _dates(wish["first"], wish["last"], local_date(stores.now(), visit.location.time_zone))
    availability = _availability(stores, calendar, visit, wish, dates)
    days = explanation.explain(availability, dates)
    nearest = _first(stores, calendar, visit, wish, preference_of(wish))
    told = {
        **_about(visit, dates),
        "reason": explanation.in_one_word(days),
        "nearest": nearest and _said(nearest),
        "earliest": availability.earliest.astimezone(zone(visit.location.time_zone)).isoformat(),
    }
    if not for_staff:
        return told
    return {
        **told,
        "days": [
            {
                "date": each.date.isoformat(),
                "starts": each.starts,
                "resources": [vars(resource) for resource in each.resources],
            }
            for each in days
        ],
        "never": [
            {"resource": resource.id, "reason": reason}
            for resource in calendar.municipality.resources.values()
            if (reason := explanation.why_no_candidate(resource, visit))
        ],
    }


def _visit(stores: Stores, municipality: str, wish: Mapping[str, Any]) -> tuple[Calendar, Visit]:
    calendar = stores.configurations.calendar(municipality)
    visit = plan(calendar.municipality, wish["appointment_types"], wish["persons"], wish["location"])
    return calendar, at_any_notice(visit) if wish.get("staff") else visit


def _availability(
    stores: Stores, calendar: Calendar, visit: Visit, wish: Mapping[str, Any], dates: Sequence[dt.date]
) -> Availability:
    groups = candidates(calendar.municipality, visit, wish["resource"], wish["language"])
    agendas = stores.agendas.memory.recall(keys(calendar, visit, groups, dates))
    return Availability(calendar, visit, groups, agendas, stores.now())


def _first(
    stores: Stores, calendar: Calendar, visit: Visit, wish: Mapping[str, Any], preference: Preference
) -> Slot | None:
    """The first free start from `from` on."""
    return next(_free(stores, calendar, visit, wish, preference), None)


def _free(
    stores: Stores, calendar: Calendar, visit: Visit, wish: Mapping[str, Any], preference: Preference
) -> Iterator[Slot]:
    """The free starts from `from` on, looked for two weeks at a time."""
    today = local_date(stores.now(), visit.location.time_zone)
    begin = max(wish["first"] or today, today)
    for dates in _fortnights(begin, visit.last_date(stores.now())):
        yield from _availability(stores, calendar, visit, wish, dates).slots(dates, preference)


def _fortnights(begin: dt.date, last: dt.date) -> Iterator[list[dt.date]]:
    while begin <= last:
        dates = [begin + dt.timedelta(days=n) for n in range(USUAL_DAYS)]
        yield dates
        begin = dates[-1] + dt.timedelta(days=1)


def _about(visit: Visit, dates: Sequence[dt.date]) -> dict[str, Any]:
    return {
        "appointment_types": list(visit.type_ids),
        "location": visit.location.id,
        "persons": visit.persons,
        "time_zone": visit.location.time_zone,
        "from": dates[0].isoformat(),
        "to": dates[-1].isoformat(),
    }


def _said(slot: Slot) -> dict[str, Any]:
    return {"start": slot.on.local(slot.cell), "end": slot.on.local(slot.end), "capacity": slot.capacity}


def _dates(first: dt.date | None, last: dt.date | None, today: dt.date) -> list[dt.date]:
    start = max(first or today, today)
    end = last if last is not None else start + dt.timedelta(days=USUAL_DAYS - 1)
    if first is not None and last is not None and last < first:
        raise Refusal("invalid-request", errors=[{"parameter": "to", "detail": "This lies before `from`."}])
    if end < start:
        end = start
    if (end - start).days >= MAX_DAYS:
        raise Refusal("invalid-request", errors=[{"parameter": "to", "detail": f"Ask for {MAX_DAYS} days at most."}])
    return [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]
