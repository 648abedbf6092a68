"""Free slots, and why there are none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from loket_contracts.errors import Refusal
from loket_contracts.fields import parse_day_parameter
from loket_contracts.rpc.booking.slot_answers import (
    DayCounts,
    Explanation,
    FirstSlot,
    FirstSlots,
    FreeSlots,
    ResourceReason,
    SearchEntry,
    SlotEntry,
)
from loket_contracts.rpc.booking.slots import FindSlots

from ..commands.ports import Clock
from ..domain import explanation
from ..domain.appointment_spec import AppointmentSpec, candidates, for_speakers_of, spec_for, without_lead_time
from ..domain.availability import Availability, Slot, keys, preference_of
from ..domain.grid import local_date, zone
from ..domain.intake_form import last_days
from ..domain.opening_hours import Calendar
from ..store.agendas import Agendas
from ..store.configurations import Configurations

#: the most days of one search, and the days it covers by default
MAX_DAYS = 62
DEFAULT_DAYS = 14


@dataclass(frozen=True)
class SlotQueries:
    agendas: Agendas
    configurations: Configurations
    clock: Clock

    def documents_due(self, municipality: str, types: Sequence[str], day: str) -> dict[str, str]:
        """The last day of each required document, by question. Raises Refusal: invalid-request."""
        calendar = self.configurations.calendar(municipality)
        known, date = calendar.municipality.appointment_types, parse_day_parameter(day, "day")
        questions = [question for name in types if name in known for question in known[name].questions]
        return {name: last.isoformat() for name, last in last_days(calendar, questions, date).items()}

    def free_slots(self, municipality: str, criteria: FindSlots, for_staff: bool = False) -> FreeSlots:
        """The free slots of a visit. Starts have the offset of the location. Staff may book without a lead time.

        Raises Refusal: unknown names, invalid-request for the dates.
        """
        calendar, spec = self._spec(municipality, criteria, for_staff)
        dates = self._dates(spec, criteria)
        availability = self._availability(calendar, spec, criteria, dates)
        return {
            **_describe_search(spec, dates),
            "slots": [_describe_slot(slot) for slot in availability.slots(dates, preference_of(criteria))],
        }

    def day_counts(self, municipality: str, criteria: FindSlots) -> DayCounts:
        """The number of free starts per day, for a calendar. Raises Refusal: as `free_slots`."""
        calendar, spec = self._spec(municipality, criteria)
        dates = self._dates(spec, criteria)
        availability = self._availability(calendar, spec, criteria, dates)
        return {
            **_describe_search(spec, dates),
            "days": [
                {"date": on.date.isoformat(), "starts": starts.cells.bit_count()}
                for on, starts in availability.days(dates, preference_of(criteria))
            ],
        }

    def first_available(self, municipality: str, criteria: FindSlots) -> FirstSlots:
        """The first free slot at each location of the types. Raises Refusal: as `free_slots`."""
        known = self.configurations.calendar(municipality).municipality
        asked = known.appointment_types.get(criteria.appointment_types[0])
        places = [criteria.location] if criteria.location or asked is None else asked.locations
        found: list[FirstSlot] = []
        for place in places:
            try:
                calendar, spec = self._spec(municipality, replace(criteria, location=place))
            except Refusal:
                if criteria.location or len(places) == 1:
                    raise
                continue  # another of the types is not offered there
            slot = next(self._free(calendar, spec, criteria), None)
            found.append({"location": spec.location.id, "slot": _describe_slot(slot) if slot else None})
        return {"locations": found}

    def first_days(self, municipality: str, criteria: FindSlots, most: int) -> list[dt.date]:
        """The local days of the first free slots, at most `most`. Raises Refusal: as `free_slots`."""
        calendar, spec = self._spec(municipality, criteria)
        return [slot.on.date for slot in islice(self._free(calendar, spec, criteria), most)]

    def explain(self, municipality: str, criteria: FindSlots, for_staff: bool) -> Explanation:
        """Why there are no slots, or no more. Residents get the main reason, staff every resource and day.

        Raises Refusal: as `free_slots`.
        """
        calendar, spec = self._spec(municipality, criteria)
        dates = self._dates(spec, criteria)
        availability = self._availability(calendar, spec, criteria, dates)
        days = explanation.explain_days(availability, dates)
        nearest = next(self._free(calendar, spec, criteria), None)
        summary: Explanation = {
            **_describe_search(spec, dates),
            "reason": explanation.main_reason(days),
            "nearest": _describe_slot(nearest) if nearest else None,
            "earliest": availability.earliest.astimezone(zone(spec.location.time_zone)).isoformat(),
        }
        if not for_staff:
            return summary
        return {
            **summary,
            "days": [
                {
                    "date": each.date.isoformat(),
                    "starts": each.starts,
                    "resources": [_describe_resource(resource) for resource in each.resources],
                }
                for each in days
            ],
            "never": [
                {"resource": resource.id, "reason": reason}
                for resource in calendar.municipality.resources.values()
                if (reason := explanation.why_no_candidate(resource, spec))
            ],
        }

    def _spec(
        self, municipality: str, criteria: FindSlots, for_staff: bool = False
    ) -> tuple[Calendar, AppointmentSpec]:
        calendar = self.configurations.calendar(municipality)
        spec = spec_for(calendar.municipality, criteria.appointment_types, criteria.persons, criteria.location)
        spec = for_speakers_of(spec, criteria.language)
        return calendar, without_lead_time(spec) if for_staff else spec

    def _dates(self, spec: AppointmentSpec, criteria: FindSlots) -> list[dt.date]:
        return _dates(criteria.first, criteria.last, local_date(self.clock(), spec.location.time_zone))

    def _availability(
        self, calendar: Calendar, spec: AppointmentSpec, criteria: FindSlots, dates: Sequence[dt.date]
    ) -> Availability:
        groups = candidates(calendar.municipality, spec, criteria.resource)
        agendas = self.agendas.cache.read(keys(calendar, spec, groups, dates))
        return Availability(calendar, spec, groups, agendas, self.clock())

    def _free(self, calendar: Calendar, spec: AppointmentSpec, criteria: FindSlots) -> Iterator[Slot]:
        """The free slots from the first day of the criteria on. Reads two weeks at a time."""
        today = local_date(self.clock(), spec.location.time_zone)
        begin = max(criteria.first or today, today)
        preference = preference_of(criteria)
        for dates in _fortnights(begin, spec.last_date(self.clock())):
            yield from self._availability(calendar, spec, criteria, dates).slots(dates, preference)


def _fortnights(begin: dt.date, last: dt.date) -> Iterator[list[dt.date]]:
    while begin <= last:
        dates = [begin + dt.timedelta(days=n) for n in range(DEFAULT_DAYS)]
        yield dates
        begin = dates[-1] + dt.timedelta(days=1)


def _describe_search(spec: AppointmentSpec, dates: Sequence[dt.date]) -> SearchEntry:
    return {
        "appointment_types": list(spec.type_ids),
        "location": spec.location.id,
        "persons": spec.persons,
        "time_zone": spec.location.time_zone,
        "from": dates[0].isoformat(),
        "to": dates[-1].isoformat(),
    }


def _describe_resource(each: explanation.ResourceDay) -> ResourceReason:
    return {
        "resource": each.resource, "reason": each.reason, "open_minutes": each.open_minutes,
        "taken_minutes": each.taken_minutes, "starts": each.starts,
    }  # fmt: skip


def _describe_slot(slot: Slot) -> SlotEntry:
    return {"start": slot.on.local(slot.cell), "end": slot.on.local(slot.end), "capacity": slot.capacity}


def _dates(first: dt.date | None, last: dt.date | None, today: dt.date) -> list[dt.date]:
    """The days from `first`, but not before today, until `last`. Raises Refusal: invalid-request."""
    start = max(first or today, today)
    end = last if last is not None else start + dt.timedelta(days=DEFAULT_DAYS - 1)
    if first is not None and last is not None and last < first:
        raise Refusal("invalid-request", errors=[{"parameter": "to", "detail": "This lies before `from`."}])
    if end < start:
        end = start
    if (end - start).days >= MAX_DAYS:
        raise Refusal("invalid-request", errors=[{"parameter": "to", "detail": f"Ask for {MAX_DAYS} days at most."}])
    return [start + dt.timedelta(days=n) for n in range((end - start).days + 1)]
