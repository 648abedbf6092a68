"""Layout of a day in columns with rows of five minutes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..agenda_rows import MINUTES

HOUR = 60 // MINUTES
#: hours that are always shown
EARLIEST, LATEST = 8, 17


@dataclass(frozen=True)
class Block:
    """`row`: from 1, `span`: rows."""

    row: int
    span: int
    kind: str
    item: Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    id: str
    title: str
    blocks: list[Block]
    more: Mapping[str, Any]


@dataclass(frozen=True)
class Grid:
    """`hours`: (row, clock time) of each full hour that is shown. `first`: minutes from midnight of the first row."""

    first: int
    hours: list[tuple[int, str]]
    columns: list[Column]


def grid(columns: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Grid:
    """Lay out columns: id, title, and the day of a resource from booking."""
    given = list(columns)
    ends = [(_minute(part["from"]), _minute(part["to"]) or 24 * 60) for _, _, day in given for part in day["open"]] + [
        (_minute(each["taken_from"]), _minute(each["taken_to"]) or 24 * 60)
        for _, _, day in given
        for each in (*day["claims"], *day.get("provisional", ()))
    ]
    first = min([EARLIEST, *(begin // 60 for begin, _ in ends)]) * 60
    last = max([LATEST, *(-(-end // 60) for _, end in ends)]) * 60
    return Grid(
        first,
        [((hour * 60 - first) // MINUTES + 1, f"{hour:02d}:00") for hour in range(first // 60, last // 60)],
        [Column(name, title, _blocks(day, first), day) for name, title, day in given],
    )


def _blocks(day: Mapping[str, Any], first: int) -> list[Block]:
    """Return blocks, open hours first, so that visits are drawn on top."""
    found = [_block(part["from"], part["to"], "open", part, first) for part in day["open"]]
    found += [
        _block(each["taken_from"], each["taken_to"], "provisional", each, first) for each in day.get("provisional", ())
    ]
    for each in day["claims"]:
        kind = each["purpose"] if each["purpose"] != "visit" else each.get("state", "taken")
        if each["purpose"] == "visit" and "start" in each:
            found.append(_block(each["taken_from"], each["taken_to"], "around", each, first))
            found.append(_block(each["start"], each["end"], kind, each, first))
        else:
            found.append(_block(each["taken_from"], each["taken_to"], kind, each, first))
    return found


def _block(begin: str, end: str, kind: str, item: Mapping[str, Any], first: int) -> Block:
    start, stop = _minute(begin), _minute(end) or 24 * 60
    row = (start - first) // MINUTES + 1
    return Block(max(1, row), max(1, (stop - start) // MINUTES), kind, item)


def _minute(moment: str) -> int:
    """Return minutes since midnight by the wall clock, also on days of 23 or 25 hours."""
    local = dt.datetime.fromisoformat(moment)
    return local.hour * 60 + local.minute
