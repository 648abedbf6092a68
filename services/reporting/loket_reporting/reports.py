"""What can be asked of reporting: figures of a period, beside the period before, as series and by part."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

from loket_contracts.errors import Refusal

from .domain.counting import ALL, Counts, name_of
from .domain.figures import FIGURES, break_down, work_out
from .domain.openness import publishable
from .domain.periods import PARTS, Period, part_of, whole_months
from .store.days import Days

#: by what a table can be divided, and how the slices of each are named
BY = {"team": "team:", "appointment_type": "type:", "location": "location:"}
#: the counts that are open data, and for how many months
OPEN_COLUMNS = ("completed", "no_show", "cancelled", "other")
OPEN_MONTHS = 24
#: a table is given in pages of so many parts of its period
PARTS_AT_ONCE = 60
Asked = dict[str, str | None]


def slice_of(asked: Asked) -> str:
    """The slice that is asked for. Raises Refusal: invalid-request for a team and a type at once."""
    team, kind = asked.get("team"), asked.get("appointment_type")
    if team and kind:
        detail = "Ask for a team or for an appointment type; a type is of one team."
        raise Refusal("invalid-request", errors=[{"parameter": "appointment_type", "detail": detail}])
    return name_of(asked.get("location"), f"team:{team}" if team else f"type:{kind}" if kind else ALL)


def overview(days: Days, municipality: str, period: Period, asked: Asked) -> dict[str, Any]:
    """The figures of a period and of the one before it, their course, the hours, and by team, type and location."""
    name, part = slice_of(asked), period.usual_part()
    counts, course, hours = _course(days, municipality, name, period, part)
    before = period.before()
    return {
        "municipality": municipality,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "figures": work_out(counts),
        "breakdowns": break_down(counts),
        "before": {
            "from": before.first.isoformat(),
            "to": before.last.isoformat(),
            "figures": work_out(_sum(days, municipality, name, before)),
        },
        "every": part,
        "course": [{"part": each, "figures": work_out(own)} for each, own in course.items()],
        "hours": hours,
        **{
            f"by_{dimension}": [
                {"id": each, "figures": work_out(own)}
                for each, own in _divided(days, municipality, period, dimension, asked)
            ]
            for dimension in BY
        },
    }


def table(
    days: Days, municipality: str, period: Period, every: str | None, by: str | None, after: int, asked: Asked
) -> dict[str, Any]:
    """One row for each part of the period, and for each team, type or location when `by` says so.

    A page of them: {figures, rows, after}. `after`: how many parts were given before, None at the end. Raises
    Refusal: invalid-request.
    """
    part = every or period.usual_part()
    if part not in PARTS or by not in (None, *BY):
        parameter, possible = ("every", PARTS) if part not in PARTS else ("by", BY)
        raise Refusal("invalid-request", errors=[{"parameter": parameter, "detail": f"One of {', '.join(possible)}."}])
    slices = [("", slice_of(asked))] if by is None else list(_slices(days, municipality, by, asked))
    page = period.cut(part, after, PARTS_AT_ONCE)
    if page is None:
        return {"figures": list(FIGURES), "rows": [], "after": None}
    rows = []
    for label, name in slices:
        _, course, _ = _course(days, municipality, name, page, part)
        rows += [{"part": each, "id": label, "figures": work_out(own)} for each, own in course.items()]
    return {
        "figures": list(FIGURES),
        "rows": sorted(rows, key=lambda row: (row["part"], row["id"])),
        "after": None if page.last == period.last else after + PARTS_AT_ONCE,
    }


def open_data(days: Days, municipality: str, today: dt.date) -> list[dict[str, Any]]:
    """What became of appointments, by month and type, of whole months that are over, few people left out."""
    period = whole_months(today, OPEN_MONTHS)
    rows: dict[str, dict[str, dict[str, int]]] = {part: {} for part in period.parts("month")}
    for label, name in _slices(days, municipality, "appointment_type", {}):
        for part, counts in _course(days, municipality, name, period, "month")[1].items():
            if counts["appointments"]:
                rows[part][label] = _open_counts(counts)
    return [
        {"month": part, "appointment_type": label, **shown}
        for part, of_types in rows.items()
        for label, shown in publishable(of_types, OPEN_COLUMNS).items()
    ]


def _open_counts(counts: Counts) -> dict[str, int]:
    known = {name: counts[f"state:{name}"] for name in OPEN_COLUMNS[:-1]}
    return {**known, "other": counts["appointments"] - sum(known.values())}


def _course(
    days: Days, municipality: str, name: str, period: Period, part: str
) -> tuple[Counts, dict[str, Counts], list[list[int]]]:
    """All counts of the period, those of each of its parts, and appointments by weekday (from Monday) and hour."""
    course: dict[str, Counts] = {each: Counter() for each in period.parts(part)}
    hours = [[0] * 24 for _ in range(7)]
    for day, counts in days.of(municipality, name, *_ends(period)):
        date = dt.date.fromisoformat(day)
        course[part_of(date, part)].update(counts)
        for key, number in counts.items():
            if key.startswith("hour:"):
                hours[date.weekday()][int(key[5:])] += number
    everything: Counts = Counter()
    for own in course.values():
        everything.update(own)
    return everything, course, hours


def _sum(days: Days, municipality: str, name: str, period: Period) -> Counts:
    found: Counts = Counter()
    for _, counts in days.of(municipality, name, *_ends(period)):
        found.update(counts)
    return found


def _slices(days: Days, municipality: str, by: str, asked: Asked) -> Iterator[tuple[str, str]]:
    """What the municipality is divided in, each with the name of its slice at the location that is asked for."""
    if by == "location":
        of_one = asked.get("location")
        rest = slice_of({**asked, "location": None})
        labels = sorted({each[len(BY[by]) :].partition("/")[0] for each in days.slices(municipality, BY[by])})
        yield from ((each, name_of(each, rest)) for each in labels if of_one in (None, each))
        return
    for name in days.slices(municipality, BY[by]):
        label = name[len(BY[by]) :]
        if asked.get(by) in (None, label):
            yield label, name_of(asked.get("location"), name)


def _divided(days: Days, municipality: str, period: Period, by: str, asked: Asked) -> Iterator[tuple[str, Counts]]:
    for label, name in _slices(days, municipality, by, asked):
        counts = _sum(days, municipality, name, period)
        if counts:
            yield label, counts


def _ends(period: Period) -> tuple[str, str]:
    return period.first.isoformat(), period.last.isoformat()


def figures_and_units() -> dict[str, dict[str, Any]]:
    """What there is to ask for: unit, formula, and which way is better."""
    return {each.name: {"unit": each.unit, "formula": each.formula, "better": each.better} for each in FIGURES.values()}
