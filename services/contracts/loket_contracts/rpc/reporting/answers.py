"""Answers of reporting, which are JSON as they are. Days are local, YYYY-MM-DD."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NotRequired, TypedDict

#: every figure by name; None when there is nothing to calculate it from
Figures = dict[str, int | float | None]


class PartFigures(TypedDict):
    """The figures of one part of the period, such as a week."""

    part: str
    figures: Figures


class NamedFigures(TypedDict):
    """The figures of one team, appointment type or location."""

    id: str
    figures: Figures


#: the period, by the names that it has in an address
PeriodFigures = TypedDict("PeriodFigures", {"from": str, "to": str, "figures": Figures})


class Change(TypedDict):
    """The change of a figure since the period before, in its unit.

    `margin`: the half width of the 95 % interval of the difference; None when it is unknown.
    """

    difference: float
    margin: float | None


#: the figures of the baseline. `from` and `to`: its period; None when it was typed in
Baseline = TypedDict("Baseline", {"from": str | None, "to": str | None, "figures": Mapping[str, int | float]})


class References(TypedDict):
    """What figures are compared with. `baseline`: None when there is none for this part of the municipality."""

    baseline: Baseline | None
    targets: dict[str, float]


class StoredReferences(TypedDict):
    """The baseline and the targets as they were set. `weeks`: the first weeks of Loket are the baseline."""

    baseline: dict[str, float]
    weeks: int | None
    targets: dict[str, float]


class Overview(PeriodFigures):
    """The figures of a period and of the one before it.

    `every`: the parts of `course`. `breakdowns`: how many of each kind. `hours`: visits by weekday and hour.
    `changes`: of the figures that both periods have. Release 0.1 gives neither these nor `references`.
    """

    municipality: str
    breakdowns: dict[str, dict[str, int]]
    before: PeriodFigures
    changes: NotRequired[dict[str, Change]]
    references: NotRequired[References]
    every: str
    course: list[PartFigures]
    hours: list[list[int]]
    by_team: list[NamedFigures]
    by_appointment_type: list[NamedFigures]
    by_location: list[NamedFigures]


class TableRow(TypedDict):
    """The figures of one part of the period. `id`: the team, type or location, "" for all."""

    part: str
    id: str
    figures: Figures


class TablePage(TypedDict):
    """`figures`: their names, in order. `after`: asks for the next page; None at the end."""

    figures: list[str]
    rows: list[TableRow]
    after: int | None


class OpenDataRow(TypedDict):
    """What became of the appointments of one type in one month. None: a small count, which is not published."""

    month: str
    appointment_type: str
    completed: int | None
    no_show: int | None
    cancelled: int | None
    other: int | None


class RebuildProgress(TypedDict):
    """`state`: never, running, done, failed, overtaken or died. `events`: those applied so far. `of`: their total."""

    state: str
    at: str | None
    events: int
    of: int
    days: int
    why: NotRequired[str]
