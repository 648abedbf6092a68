"""Disclosure control: hide the small counts of a table before it is published.

A count of 1 to FEW - 1 is hidden. Where a row or a column has a total, a single hidden count could be worked out from
the rest, so the smallest of the others is hidden with it, and again until every line hides none or two at least. This
is complementary cell suppression (Hundepool et al., Statistical Disclosure Control, chapter 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

FEW = 5
HIDDEN = None
Table = Mapping[str, Mapping[str, int]]


def publishable(table: Table, columns: Sequence[str]) -> dict[str, dict[str, int | None]]:
    """The table, row by row, with None for what is hidden. The sums of its rows and columns may be known to all."""
    hidden = {(row, column) for row, own in table.items() for column in columns if 0 < own.get(column, 0) < FEW}
    lines = [[(row, column) for column in columns] for row in table]
    lines += [[(row, column) for row in table] for column in columns]
    changed = bool(hidden)
    while changed:
        changed = False
        for line in lines:
            if len(hidden.intersection(line)) != 1:
                continue
            others = [cell for cell in line if cell not in hidden]
            if others:
                hidden.add(min(others, key=lambda cell: (not _count(table, cell), _count(table, cell), cell)))
                changed = True
    return {
        row: {column: HIDDEN if (row, column) in hidden else own.get(column, 0) for column in columns}
        for row, own in table.items()
    }


def _count(table: Table, cell: tuple[str, str]) -> int:
    return table[cell[0]].get(cell[1], 0)
