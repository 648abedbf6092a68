"""How a figure is calculated from counts: a total, a share, a percentile or a mean, each with its variance."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from .uncertainty import variance_of_mean, variance_of_percentile, variance_of_share

Number = int | float | None


class GroupedCounts:
    """Counts, those of one kind together: `waited:12` is under 12 in the kind `waited`."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts
        self._kinds: dict[str, dict[str, int]] = defaultdict(dict)
        self._values: dict[str, dict[int, int]] = {}
        for name, number in counts.items():
            kind, is_one, each = name.partition(":")
            if is_one and number:
                self._kinds[kind][each] = number

    def total(self, name: str) -> int:
        return self._counts.get(name, 0)

    def kind(self, name: str) -> Mapping[str, int]:
        """How many there are of each of this kind."""
        return self._kinds.get(name, {})

    def values(self, name: str) -> dict[int, int]:
        """How often each value of a measure was counted, from the smallest."""
        if name not in self._values:
            self._values[name] = dict(sorted((int(value), number) for value, number in self.kind(name).items()))
        return self._values[name]


class Calculation(Protocol):
    """One figure."""

    def __call__(self, counts: GroupedCounts) -> Number:
        """The figure; None where there is nothing to calculate it from."""
        ...

    def variance(self, counts: GroupedCounts) -> float | None:
        """How far chance moves it, in its unit squared; None when that is unknown."""
        ...


class Total:
    """The sum of some counts. Its variance is that of a Poisson distribution."""

    def __init__(self, *names: str) -> None:
        self._names = names

    def __call__(self, counts: GroupedCounts) -> int:
        if len(self._names) == 1:
            return counts.total(self._names[0])
        return sum([counts.total(name) for name in self._names])

    def variance(self, counts: GroupedCounts) -> float | None:
        return float(self(counts))


@dataclass(frozen=True)
class AllOfKind:
    """The number of all of one kind."""

    kind: str

    def __call__(self, counts: GroupedCounts) -> int:
        return sum(counts.kind(self.kind).values())

    def variance(self, counts: GroupedCounts) -> float | None:
        return float(self(counts))


@dataclass(frozen=True)
class Share:
    """In percent. `of_minutes`: it counts minutes and not people, so its variance does not follow from the counts."""

    part: Total | AllOfKind
    whole: Total | AllOfKind
    of_minutes: bool = False

    def __call__(self, counts: GroupedCounts) -> Number:
        of = self.whole(counts)
        return round(100 * self.part(counts) / of, 1) if of else None

    def variance(self, counts: GroupedCounts) -> float | None:
        return None if self.of_minutes else variance_of_share(self.part(counts), self.whole(counts))


@dataclass(frozen=True)
class Percentile:
    """The smallest value of a kind that at least `share` of all do not exceed. `unit`: of a value."""

    kind: str
    share: float
    unit: float = 1

    def __call__(self, counts: GroupedCounts) -> Number:
        found = percentile(counts.values(self.kind), self.share)
        return None if found is None else found * self.unit

    def variance(self, counts: GroupedCounts) -> float | None:
        return variance_of_percentile(counts.values(self.kind), self.share, self.unit)


@dataclass(frozen=True)
class Mean:
    """The mean of the values of a kind."""

    kind: str

    def __call__(self, counts: GroupedCounts) -> Number:
        values = counts.values(self.kind)
        number = sum(values.values())
        return round(sum(value * times for value, times in values.items()) / number, 2) if number else None

    def variance(self, counts: GroupedCounts) -> float | None:
        return variance_of_mean(counts.values(self.kind))


def percentile(values: Mapping[int, int], share: float) -> int | None:
    """The smallest value that at least `share` of all do not exceed (nearest rank); None without values.

    `values`: from the smallest.
    """
    needed, seen = share * sum(values.values()), 0
    for value, number in values.items():
        seen += number
        if seen >= needed and number:
            return value
    return None
