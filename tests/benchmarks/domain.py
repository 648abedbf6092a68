"""The slot search alone, in pure Python: how its cost grows with resources, days and fill."""

from __future__ import annotations

import datetime as dt
import random
import time

from rich.table import Table

from loket_booking.domain.appointment_spec import candidates, spec_for
from loket_booking.domain.availability import Availability
from loket_booking.domain.catalogue import AppointmentType, Location, Municipality, Need, OpeningRule, Resource, Team
from loket_booking.domain.grid import span
from loket_booking.domain.opening_hours import Calendar
from loket_booking.domain.resource_day import Agenda, AgendaKey

RESOURCES = (1, 10, 50, 200)
DAYS = (14, 60)
FILLS = (0.1, 0.5, 0.9)
FIRST = dt.date(2026, 11, 30)
NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
OFFICE = (OpeningRule(frozenset(range(7)), dt.time(9), dt.time(17)),)
#: cells of half an hour each between nine and five, in winter time
HALF_HOURS = range(108, 204, 6)
REPEATS = 7


def municipality(resources: int) -> Municipality:
    return Municipality(
        id="m",
        name={"nl": "M"},
        time_zone="Europe/Brussels",
        languages=("nl",),
        locations={"hal": Location("hal", {"nl": "Hal"}, "on_site", "Europe/Brussels")},
        teams={"t": Team("t", {"nl": "T"})},
        resources={
            f"r{n}": Resource(f"r{n}", "person", "R", frozenset({"hal"}), OFFICE, "t", frozenset({"x"}))
            for n in range(resources)
        },
        appointment_types={
            "visit": AppointmentType("visit", {"nl": "V"}, "t", ("hal",), 30, (Need("person", "x"),), interval=30)
        },
    )


def milliseconds(resources: int, days: int, fill: float) -> tuple[float, int]:
    """The best of several runs with the opening hours known, as they are after the first; and the slots found."""
    chance = random.Random(resources * days)
    known = municipality(resources)
    calendar, spec = Calendar(known), spec_for(known, ["visit"], 1, None)
    groups = candidates(known, spec)
    dates = [FIRST + dt.timedelta(n) for n in range(days)]
    agendas = {
        AgendaKey("m", name, date): Agenda(sum(span(cell, cell + 6) for cell in HALF_HOURS if chance.random() < fill))
        for name in known.resources
        for date in dates
    }
    took, found = [], 0
    for _ in range(REPEATS):
        began = time.perf_counter()
        found = len(list(Availability(calendar, spec, groups, agendas, NOW).slots(dates)))
        took.append(time.perf_counter() - began)
    return min(took) * 1000, found


def growth() -> Table:
    table = Table("resources", "days", "booked", "ms", "slots found", title="slot search, the domain alone")
    for resources in RESOURCES:
        for days in DAYS:
            for fill in FILLS:
                took, found = milliseconds(resources, days, fill)
                table.add_row(str(resources), str(days), f"{fill:.0%}", f"{took:.2f}", str(found))
    return table
