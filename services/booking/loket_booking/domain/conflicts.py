"""Appointments that no longer fit the hours and closures, and proposals to move them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from loket_contracts.errors import Refusal

from .appointment import Appointment
from .appointment_spec import candidates, without_lead_time
from .availability import Availability, Slot, keys
from .booked import spec_to_move
from .grid import local_date
from .opening_hours import Calendar
from .resource_day import EMPTY, Agenda, AgendaKey, Placement

#: the farthest that a proposal may be from the appointment
LONGEST_MOVE = dt.timedelta(days=30)
#: the extra distance that is acceptable to stay with the same specialist
SAME_SPECIALIST_BONUS = dt.timedelta(days=2)


@dataclass(frozen=True)
class Conflict:
    """`reason`: closed, resource-gone, type-gone or location-gone."""

    appointment: Appointment
    resource: str
    reason: str


@dataclass(frozen=True)
class Proposal:
    """A new start for an appointment; None when there is none near."""

    appointment: Appointment
    start: dt.datetime | None
    resources: tuple[str, ...] = ()


def find_conflicts(calendar: Calendar, taken: Iterable[tuple[Appointment, Placement]]) -> Iterator[Conflict]:
    """The claims outside of the open hours of their resource."""
    for appointment, placement in taken:
        reason = _conflict_reason(calendar, appointment, placement)
        if reason is not None:
            yield Conflict(appointment, placement.agenda.resource, reason)


def _conflict_reason(calendar: Calendar, appointment: Appointment, placement: Placement) -> str | None:
    known = calendar.municipality
    resource = known.resources.get(placement.agenda.resource)
    location = known.locations.get(appointment.location)
    if resource is None:
        return "resource-gone"
    if location is None or appointment.location not in resource.locations:
        return "location-gone"
    if any(name not in known.appointment_types for name in appointment.appointment_types):
        return "type-gone"
    open_ = calendar.open(resource, location, placement.agenda.date, appointment.appointment_types)
    return "closed" if placement.cells & ~open_ else None


def dates_around(appointment: Appointment, now: dt.datetime) -> list[dt.date]:
    """The local days to search for a proposal."""
    first = max(now, appointment.start - LONGEST_MOVE)
    days = (appointment.start + LONGEST_MOVE - first).days + 1
    begin = local_date(first, appointment.time_zone)
    return [begin + dt.timedelta(days=n) for n in range(days)]


def agendas_needed(calendar: Calendar, appointments: Sequence[Appointment], now: dt.datetime) -> set[AgendaKey]:
    """The agendas to read before `propose_moves`."""
    needed: set[AgendaKey] = set()
    for appointment in appointments:
        try:
            spec = spec_to_move(calendar.municipality, appointment)
        except Refusal:  # its type or location was removed
            continue
        needed |= keys(calendar, spec, candidates(calendar.municipality, spec), dates_around(appointment, now))
    return needed


def propose_moves(
    calendar: Calendar, appointments: Sequence[Appointment], agendas: dict[AgendaKey, Agenda], now: dt.datetime
) -> Iterator[Proposal]:
    """The nearest new start for each appointment; no two proposals overlap.

    Prefers the same specialist within SAME_SPECIALIST_BONUS. Books the proposals in `agendas`.
    """
    for appointment in sorted(appointments, key=lambda each: (each.start, each.id)):
        try:
            spec = without_lead_time(spec_to_move(calendar.municipality, appointment))
        except Refusal:
            yield Proposal(appointment, None)
            continue
        options = []
        for same in (appointment.resources[0], None):
            try:
                groups = candidates(calendar.municipality, spec, same)
            except Refusal:  # the specialist was removed, or no longer speaks the language
                continue
            availability = Availability(calendar, spec, groups, agendas, now)
            slots = availability.slots(dates_around(appointment, now))
            nearest = min(slots, key=partial(_distance, appointment), default=None)
            if nearest is not None:
                worth = SAME_SPECIALIST_BONUS if same else dt.timedelta()
                options.append((_distance(appointment, nearest) - worth, nearest, availability))
        if not options:
            yield Proposal(appointment, None)
            continue
        _, slot, availability = min(options, key=lambda option: option[0])
        start = slot.on.moment(slot.cell)
        placements = availability.place(start)
        for placement in placements:
            before = agendas.get(placement.agenda, EMPTY)
            agendas[placement.agenda] = replace(before, booked=before.booked | placement.cells)
        yield Proposal(appointment, start, tuple(each.agenda.resource for each in placements))


def _distance(appointment: Appointment, slot: Slot) -> dt.timedelta:
    return abs(slot.on.moment(slot.cell) - appointment.start)
