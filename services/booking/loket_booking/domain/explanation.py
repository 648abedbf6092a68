"""Why there is no slot: for staff by resource and day, for residents the main reason."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .appointment_spec import AppointmentSpec
from .availability import Availability
from .catalogue import Resource
from .grid import MINUTES, Day, span

#: the order in which one of several reasons is chosen for residents: most actionable first
REASON_PRIORITY = (
    "full", "alone", "no-study-time", "lead-time", "horizon", "leave", "holiday", "closed", "too-short", "past",
)  # fmt: skip


@dataclass(frozen=True)
class ResourceDay:
    """The free time of one resource on a day.

    `reason`: one of `event_data.REASONS_WITHOUT_SLOT`, or None when a visit with this resource can start.
    """

    resource: str
    reason: str | None
    open_minutes: int
    taken_minutes: int
    starts: int


@dataclass(frozen=True)
class ExplainedDay:
    """The number of starts on one day, and why there are no more."""

    date: dt.date
    starts: int
    resources: tuple[ResourceDay, ...]


def explain_days(availability: Availability, dates: Sequence[dt.date]) -> list[ExplainedDay]:
    """Every day, with every candidate."""
    found = []
    for on, starts in availability.days(dates):
        resources = tuple(
            _explain(availability, resource, on, starts.cells)
            for resource in availability.assignment.resources.values()
        )
        found.append(ExplainedDay(on.date, starts.cells.bit_count(), resources))
    return found


def main_reason(days: Sequence[ExplainedDay]) -> str | None:
    """The main reason why no start is free on these days. None when one is free."""
    if any(each.starts for each in days):
        return None
    reasons = Counter(each.reason for explained in days for each in explained.resources)
    return next((reason for reason in REASON_PRIORITY if reasons[reason]), "closed")


def why_no_candidate(resource: Resource, spec: AppointmentSpec) -> str | None:
    """Why this resource is no candidate: other-kind, other-location, other-team or missing-skill; None when it is."""
    if not any(need.kind == resource.kind for need in spec.needs):
        return "other-kind"
    if spec.location.id not in resource.locations:
        return "other-location"
    if any(need.is_met_by(resource, spec.team) for need in spec.needs):
        return None
    teams = {need.team or spec.team for need in spec.needs}
    return "other-team" if resource.team is not None and resource.team not in teams else "missing-skill"


def _explain(availability: Availability, resource: Resource, on: Day, together: int) -> ResourceDay:
    open_ = availability.open(resource, on.date)
    taken = availability.busy(resource, on.date) & open_
    fits = availability.fits(resource, on)
    mine = fits & together
    return ResourceDay(
        resource=resource.id,
        reason=None if mine else _reason(availability, resource, on, open_, open_ & ~taken, fits),
        open_minutes=open_.bit_count() * MINUTES,
        taken_minutes=taken.bit_count() * MINUTES,
        starts=mine.bit_count(),
    )


def _reason(availability: Availability, resource: Resource, on: Day, open_: int, free: int, fits: int) -> str:
    calendar, spec = availability.calendar, availability.spec
    if on.moment(on.cells) <= availability.now:
        return "past"
    if on.date > spec.last_date(availability.now):
        return "horizon"
    if not open_:
        if calendar.is_holiday(on.date):
            return "holiday"
        return "leave" if calendar.hours(resource, on, spec.type_ids) else "closed"
    if not availability.fits_in(open_, resource):
        return "too-short"
    if not availability.fits_in(free, resource):
        return "full"
    if not fits:
        return "no-study-time"
    return "alone" if fits & span(max(0, on.first_cell_from(availability.earliest)), on.cells) else "lead-time"
