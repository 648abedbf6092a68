"""Appointments that no longer fit what is said about hours and closures, and where they could go instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from loket_contracts.errors import Refusal

from .appointment import Appointment
from .availability import Availability, Slot, keys
from .booked import visit_to_move
from .grid import local_date
from .opening_hours import Calendar
from .resource_day import EMPTY, Agenda, AgendaKey, Placement
from .visit import at_any_notice, candidates

#: how far a proposal may lie from where the appointment was
LONGEST_MOVE = dt.timedelta(days=30)
#: a specialist whom the resident knows is worth so much delay
WORTH_OF_THE_SAME = dt.timedelta(days=2)


@dataclass(frozen=True)
class Clash:
    """An appointment with the reason why it cannot stay: closed, resource-gone, type-gone or location-gone."""

    appointment: Appointment
    resource: str
    reason: str


@dataclass(frozen=True)
class Proposal:
    """Where an appointment could go; None when there is nothing near."""

    appointment: Appointment
    start: dt.datetime | None
    resources: tuple[str, ...] = ()


def clashes(calendar: Calendar, taken: Iterable[tuple[Appointment, Placement]]) -> Iterator[Clash]:
    """Those of these claims that lie outside of the time that their resource now gives."""
    for appointment, placement in taken:
        reason = _why(calendar, appointment, placement)
        if reason is not None:
            yield Clash(appointment, placement.agenda.resource, reason)


def _why(calendar: Calendar, appointment: Appointment, placement: Placement) -> str | None:
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
    """The local days on which a proposal for it may lie."""
    first = max(now, appointment.start - LONGEST_MOVE)
    days = (appointment.start + LONGEST_MOVE - first).days + 1
    begin = local_date(first, appointment.time_zone)
    return [begin + dt.timedelta(days=n) for n in range(days)]


def agendas_needed(calendar: Calendar, appointments: Sequence[Appointment], now: dt.datetime) -> set[AgendaKey]:
    """What must be read before `propose`."""
    needed: set[AgendaKey] = set()
    for appointment in appointments:
        try:
            visit = visit_to_move(calendar.municipality, appointment)
        except Refusal:  # its type or location is gone: there is nothing to propose
            continue
        needed |= keys(calendar, visit, candidates(calendar.municipality, visit), dates_around(appointment, now))
    return needed


def propose(
    calendar: Calendar, appointments: Sequence[Appointment], agendas: dict[AgendaKey, Agenda], now: dt.datetime
) -> list[Proposal]:
    """A new moment for each, the nearest to the old one; no two proposals take the same time.

    The same specialist is preferred when the delay is small. `agendas` is used up.
    """
    found = []
    for appointment in sorted(appointments, key=lambda each: (each.start, each.id)):
        try:
            visit = at_any_notice(visit_to_move(calendar.municipality, appointment))
        except Refusal:
            found.append(Proposal(appointment, None))
            continue
        options = []
        for same in (appointment.resources[0], None):
            try:
                groups = candidates(calendar.municipality, visit, same)
            except Refusal:  # the specialist is gone
                continue
            availability = Availability(calendar, visit, groups, agendas, now)
            slots = availability.slots(dates_around(appointment, now))
            nearest = min(slots, key=partial(_distance, appointment), default=None)
            if nearest is not None:
                worth = WORTH_OF_THE_SAME if same else dt.timedelta()
                options.append((_distance(appointment, nearest) - worth, nearest, availability))
        if not options:
            found.append(Proposal(appointment, None))
            continue
        _, slot, availability = min(options, key=lambda option: option[0])
        start = slot.on.moment(slot.cell)
        placements = availability.place(start)
        for placement in placements:
            before = agendas.get(placement.agenda, EMPTY)
            agendas[placement.agenda] = replace(before, booked=before.booked | placement.cells)
        found.append(Proposal(appointment, start, tuple(each.agenda.resource for each in placements)))
    return found


def _distance(appointment: Appointment, slot: Slot) -> dt.timedelta:
    return abs(slot.on.moment(slot.cell) - appointment.start)
