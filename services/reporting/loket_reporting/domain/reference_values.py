"""What figures are compared with: a baseline from before Loket, and the targets of the municipality.

A baseline is typed in as CSV, from the counters that were used before, or it is the first weeks of Loket itself.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO

from loket_contracts.errors import Refusal
from loket_contracts.figures import FIGURES
from loket_contracts.unknown_fields import PreservesUnknownFields

HEADER = ("figure", "value")
SEPARATORS = (";", ",", "\t")
MAX_WEEKS = 52
MAX_CHARACTERS = 20_000
#: the highest value of each unit, and the lowest
RANGES = {"percent": (0.0, 100.0), "score": (1.0, 5.0), "minutes": (0.0, 1440.0), "days": (0.0, 366.0)}


@dataclass(frozen=True)
class ReferenceValues(PreservesUnknownFields):
    """Those of one municipality, by figure. `id`: the municipality. `weeks`: the first weeks of Loket are the baseline.

    `version`: rises with every change. `by`: who made the last one.
    """

    id: str
    baseline: Mapping[str, float] = field(default_factory=dict)
    weeks: int | None = None
    targets: Mapping[str, float] = field(default_factory=dict)
    version: int = 0
    by: str = ""


def read_baseline(text: str) -> dict[str, float]:
    """The values by figure, of a CSV file with the columns figure and value.

    Columns are separated by semicolons, commas or tabs; a decimal comma is right where commas do not separate. Raises
    Refusal: invalid-request, with the line of each mistake.
    """
    if len(text) > MAX_CHARACTERS:
        raise _invalid(["The text is longer than 20000 characters."])
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines()]
    first = next((line for line in lines if line), "")
    separator = next((each for each in SEPARATORS if each in first), SEPARATORS[0])
    mistakes: list[str] = []
    found: dict[str, float] = {}
    rows = [
        (number, [cell.strip() for cell in row])
        for number, line in enumerate(lines, 1)
        if line
        for row in csv.reader(StringIO(line), delimiter=separator)
    ]
    if not rows or tuple(cell.lower() for cell in rows[0][1]) != HEADER:
        raise _invalid([f"The first line must be: {';'.join(HEADER)}."])
    for number, row in rows[1:]:
        name, value = (row[0].lower(), row[1]) if len(row) == len(HEADER) else (row[0].lower(), "")
        if name in found:
            mistakes.append(f"A figure is given twice, on line {number}: {name}.")
        elif (mistake := _mistake(name, value, number)) is not None:
            mistakes.append(mistake)
        else:
            found[name] = _number(value)
    if mistakes:
        raise _invalid(mistakes)
    if not found:
        raise _invalid(["There is no figure below the first line."])
    return found


def checked_targets(targets: Mapping[str, str]) -> dict[str, float]:
    """The targets as numbers, without empty ones. Raises Refusal: invalid-request, with the figure of each mistake."""
    given = {name: value.strip() for name, value in targets.items() if value.strip()}
    errors = [
        {"pointer": f"/{name}", "detail": mistake}
        for name, value in given.items()
        if (mistake := _mistake(name, value, None)) is not None
    ]
    if errors:
        raise Refusal("invalid-request", errors=errors)
    return {name: _number(value) for name, value in given.items()}


def checked_weeks(weeks: int) -> int:
    """Raises Refusal: invalid-request."""
    if not 1 <= weeks <= MAX_WEEKS:
        detail = f"From 1 to {MAX_WEEKS} weeks can be the baseline."
        raise Refusal("invalid-request", errors=[{"pointer": "/weeks", "detail": detail}])
    return weeks


def _mistake(name: str, value: str, line: int | None) -> str | None:
    place = f" on line {line}" if line is not None else ""
    figure = FIGURES.get(name)
    if figure is None:
        return f"There is no such figure{place}: {name}."
    if figure.unit == "count":
        return f"A count depends on the length of the period and cannot be compared{place}: {name}."
    try:
        number = _number(value)
    except ValueError:
        return f"This is not a number{place}: {value}." if value else f"A number is missing{place}: {name}."
    lowest, highest = RANGES[figure.unit]
    if not lowest <= number <= highest:
        return f"From {lowest:g} to {highest:g} is possible{place}: {value}."
    return None


def _number(value: str) -> float:
    """Raises ValueError. A percent sign and a decimal comma are right."""
    number = float(value.removesuffix("%").strip().replace(",", "."))
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(value)
    return number


def _invalid(mistakes: list[str]) -> Refusal:
    return Refusal("invalid-request", errors=[{"pointer": "/csv", "detail": each} for each in mistakes])
