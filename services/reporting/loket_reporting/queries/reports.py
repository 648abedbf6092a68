"""Reports: the figures of a period, compared with the period before, as series and by part."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from loket_contracts.errors import Refusal
from loket_contracts.figures import FIGURES
from loket_contracts.rpc.reporting.answers import NamedFigures, OpenDataRow, Overview, TablePage, TableRow

from ..domain.daily_counts import ALL, Counts, slice_name
from ..domain.differences import add
from ..domain.disclosure_control import publishable
from ..domain.figures import break_down, calculate, compare, ratios_only
from ..domain.periods import PARTS, Period, first_day, part_of, whole_months
from ..store.projections import Projection
from .counts_since_start import CountsSinceStart

#: by what a table can be divided, and how the slices of each are named
SLICE_PREFIXES = {"team": "team:", "appointment_type": "type:", "location": "location:"}
#: the counts that are open data, and for how many months
OPEN_DATA_COLUMNS = ("completed", "no_show", "cancelled", "other")
OPEN_DATA_MONTHS = 24
#: the number of parts of the period in one page of a table
PARTS_PER_PAGE = 60
#: parts of which every month is of one only
MONTH_BASED_PARTS = ("month", "quarter")


@dataclass(frozen=True)
class Filters:
    """The team or appointment type, and the location, that figures are limited to; None for all."""

    team: str | None = None
    appointment_type: str | None = None
    location: str | None = None

    @property
    def slice(self) -> str:
        """The name of the slice. Raises Refusal: invalid-request for a team and a type together."""
        if self.team and self.appointment_type:
            detail = "Ask for a team or for an appointment type; a type is of one team."
            raise Refusal("invalid-request", errors=[{"parameter": "appointment_type", "detail": detail}])
        rest = f"team:{self.team}" if self.team else f"type:{self.appointment_type}" if self.appointment_type else ALL
        return slice_name(self.location, rest)


def overview(projection: Projection, municipality: str, period: Period, filters: Filters) -> Overview:
    """The figures of a period and of the one before it, their course, the hours, and by team, type and location.

    A period before that began before the municipality did has no counts, and one that is all before it no figures.
    """
    name, part = filters.slice, period.default_part()
    known = CountsSinceStart(projection, municipality)
    course = _series(known, name, period, part)
    before, by_kind = period.before(), _by_slice_kind(known, period, filters)
    counts: Counts = Counter()
    for own in course.values():
        counts.update(own)
    earlier = _totals(known, [name], before)[name]
    figures, figures_before = calculate(counts), calculate(earlier)
    if not known.began_before(before):
        figures_before = ratios_only(figures_before)
    return {
        "municipality": municipality,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "figures": figures,
        "breakdowns": break_down(counts),
        "before": {
            "from": before.first.isoformat(),
            "to": before.last.isoformat(),
            "figures": figures_before,
        },
        "changes": compare(figures, counts, figures_before, earlier),
        "every": part,
        "course": [{"part": each, "figures": calculate(own)} for each, own in course.items()],
        "hours": [[counts[f"hour:{weekday}:{hour}"] for hour in range(24)] for weekday in range(7)],
        "by_team": by_kind["team"],
        "by_appointment_type": by_kind["appointment_type"],
        "by_location": by_kind["location"],
    }


def _by_slice_kind(known: CountsSinceStart, period: Period, filters: Filters) -> dict[str, list[NamedFigures]]:
    """The figures by team, type and location, of those that have any."""
    slices = {by: dict(_named_slices(known, by, filters)) for by in SLICE_PREFIXES}
    totals = _totals(known, {name for own in slices.values() for name in own.values()}, period)
    return {
        by: [{"id": label, "figures": calculate(totals[name])} for label, name in own.items() if name in totals]
        for by, own in slices.items()
    }


def table(
    projection: Projection,
    municipality: str,
    period: Period,
    every: str | None,
    by: str | None,
    after: int,
    filters: Filters,
) -> TablePage:
    """One row for each part of the period, and for each team, type or location when `by` says so.

    A page of them: {figures, rows, after}. `after`: how many parts were given before, None at the end. Raises
    Refusal: invalid-request.
    """
    part = every or period.default_part()
    if part not in PARTS or by not in (None, *SLICE_PREFIXES):
        parameter, possible = ("every", PARTS) if part not in PARTS else ("by", SLICE_PREFIXES)
        raise Refusal(
            "invalid-request", errors=[{"parameter": parameter, "detail": f"Must be one of: {', '.join(possible)}."}]
        )
    known = CountsSinceStart(projection, municipality)
    slices = [("", filters.slice)] if by is None else list(_named_slices(known, by, filters))
    page = period.cut(part, after, PARTS_PER_PAGE)
    if page is None:
        return {"figures": list(FIGURES), "rows": [], "after": None}
    rows: list[TableRow] = [
        {"part": each, "id": label, "figures": calculate(own)}
        for label, name in slices
        for each, own in _series(known, name, page, part).items()
    ]
    return {
        "figures": list(FIGURES),
        "rows": sorted(rows, key=lambda row: (row["part"], row["id"])),
        "after": None if page.last == period.last else after + PARTS_PER_PAGE,
    }


def open_data(projection: Projection, municipality: str, today: dt.date) -> list[OpenDataRow]:
    """What became of appointments, by month and type, of whole months that are over, few people left out."""
    period = whole_months(today, OPEN_DATA_MONTHS)
    rows: dict[str, dict[str, dict[str, int]]] = {part: {} for part in period.parts("month")}
    known = CountsSinceStart(projection, municipality)
    for label, name in _named_slices(known, "appointment_type", Filters()):
        for part, counts in _series(known, name, period, "month").items():
            if counts["appointments"]:
                rows[part][label] = _open_data_counts(counts)
    return [
        {
            "month": part,
            "appointment_type": label,
            "completed": shown["completed"],
            "no_show": shown["no_show"],
            "cancelled": shown["cancelled"],
            "other": shown["other"],
        }
        for part, of_types in rows.items()
        for label, shown in publishable(of_types, OPEN_DATA_COLUMNS).items()
    ]


def _open_data_counts(counts: Counts) -> dict[str, int]:
    known = {name: counts[f"state:{name}"] for name in OPEN_DATA_COLUMNS[:-1]}
    return {**known, "other": counts["appointments"] - sum(known.values())}


def _series(known: CountsSinceStart, name: str, period: Period, part: str) -> dict[str, Counts]:
    """The counts of each part of the period, in order."""
    course: dict[str, Counts] = {each: Counter() for each in period.parts(part)}
    largest = "month" if part in MONTH_BASED_PARTS else "day"
    for _, piece, counts in known.of([name], period, largest):
        add(course[part_of(first_day(piece), part)], counts)
    return course


def _totals(known: CountsSinceStart, names: Iterable[str], period: Period) -> dict[str, Counts]:
    """The counts of the whole period for each of these slices, of which there are none for a slice without any."""
    found: dict[str, Counts] = defaultdict(Counter)
    for name, _, counts in known.of(names, period, "year"):
        add(found[name], counts)
    return found


def _named_slices(known: CountsSinceStart, by: str, filters: Filters) -> Iterator[tuple[str, str]]:
    """What the municipality is divided in, each with the name of its slice at the location that is asked for."""
    names = known.slices(SLICE_PREFIXES[by])
    if by == "location":
        rest = replace(filters, location=None).slice
        for label in sorted({each[len(SLICE_PREFIXES[by]) :].partition("/")[0] for each in names}):
            if filters.location in (None, label):
                yield label, slice_name(label, rest)
        return
    wanted = {"team": filters.team, "appointment_type": filters.appointment_type}[by]
    for name in names:
        label = name[len(SLICE_PREFIXES[by]) :]
        if wanted in (None, label):
            yield label, slice_name(filters.location, name)
