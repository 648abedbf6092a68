"""Coordinates of bars and lines in charts.

Charts are SVG in the page: they need no script, and print well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 34, 4, 10, 22
#: shades of the heat map above zero
SHADES = 6
MAX_LABELS = 6


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True)
class Label:
    at: float
    text: str


@dataclass(frozen=True)
class Mark:
    """A horizontal line at a value to compare with. `kind`: baseline or target."""

    y: float
    kind: str
    title: str


@dataclass(frozen=True)
class Chart:
    """A chart of WIDTH by HEIGHT units. `ticks`: height and text of each horizontal line."""

    ticks: list[Label]
    labels: list[Label]
    bars: list[Bar] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    dots: list[tuple[float, float, str]] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def stacked(labels: Sequence[str], series: Sequence[tuple[str, str, Sequence[float]]]) -> Chart:
    """Return a stacked bar chart. `series`: kind, title and values, the lowest series first."""
    totals = [sum(values[each] for _, _, values in series) for each in range(len(labels))]
    top = ceiling(max(totals, default=0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    bars = []
    for part, label in enumerate(labels):
        base = 0.0
        for kind, title, values in series:
            if values[part]:
                height = (HEIGHT - TOP - BOTTOM) * values[part] / top
                bars.append(
                    Bar(
                        _short(LEFT + part * step + step * 0.12), _short(_y(base, top) - height), _short(step * 0.76),
                        _short(height), kind, f"{label}: {title} {values[part]:g}",
                    )
                )  # fmt: skip
            base += values[part]
    return Chart(_ticks(top), _labels(labels, step), bars=bars)


def line(
    labels: Sequence[str], values: Sequence[float | None], references: Sequence[tuple[str, str, float]] = ()
) -> Chart:
    """Return a line chart with gaps where values are missing. `references`: kind, title and value of each mark."""
    compared = [value for _, _, value in references]
    top = ceiling(max([*(value for value in values if value is not None), *compared], default=0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    lines, dots, current = [], [], ""
    for part, value in enumerate(values):
        if value is None:
            lines.append(current)
            current = ""
            continue
        x, y = _short(LEFT + (part + 0.5) * step), _short(_y(value, top))
        current += f"{'L' if current else 'M'}{x} {y}"
        dots.append((x, y, f"{labels[part]}: {value:g}"))
    marks = [Mark(_short(_y(value, top)), kind, title) for kind, title, value in references]
    drawn = [each for each in (*lines, current) if each]
    return Chart(_ticks(top), _labels(labels, step), lines=drawn, dots=dots, marks=marks)


def shade(number: int, most: int) -> int:
    """Return 0 for zero, else 1 to SHADES."""
    return 0 if not number else max(1, round(SHADES * number / most))


def ceiling(value: float) -> float:
    """Return the next round number from `value`: 1, 2, 4, 5 or 10 times a power of ten."""
    if value <= 0:
        return 1
    power = 1.0
    while power * 10 < value:
        power *= 10
    while power > value:
        power /= 10
    return next(each * power for each in (1, 2, 4, 5, 10) if each * power >= value)


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _ticks(top: float) -> list[Label]:
    return [Label(_short(_y(top * each / 2, top)), f"{top * each / 2:g}") for each in range(3)]


def _labels(labels: Sequence[str], step: float) -> list[Label]:
    every = -(-len(labels) // MAX_LABELS) if labels else 1
    return [Label(_short(LEFT + (at + 0.5) * step), text) for at, text in enumerate(labels) if at % every == 0]


def _short(number: float) -> float:
    return round(number, 1)
