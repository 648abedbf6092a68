"""Assign different resources to the needs of an appointment, at the same time.

By Hall's theorem, n equal visits can take place at once exactly when every set of their needs has enough candidates (P.
Hall, On Representatives of Subsets, 1935). Needs without a common candidate do not compete, so only connected sets
matter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from . import grid
from .catalogue import Resource

Groups = Sequence[Sequence[Resource]]


@dataclass(frozen=True)
class Starts:
    """The cells at which visits can start, and how many at each."""

    cells: int
    bounds: Sequence[tuple[int, Sequence[int]]] = ()

    def capacity(self, cell: int) -> int:
        size, planes = self.bounds[0]
        least = grid.count_at(planes, cell) // size
        for size, planes in self.bounds[1:]:
            least = min(least, grid.count_at(planes, cell) // size)
        return least


NOWHERE = Starts(0)


class Assignment:
    """The candidates for each need of an appointment."""

    def __init__(self, groups: Groups) -> None:
        self.groups = groups
        self.resources = {resource.id: resource for group in groups for resource in group}
        self._bounds = [
            (len(needs), sorted(set().union(*needs)))
            for size in range(1, len(groups) + 1)
            for needs in combinations([{resource.id for resource in group} for group in groups], size)
            if _is_connected(needs)
        ]

    def starts(self, free: Mapping[str, int]) -> Starts:
        """The cells at which all needs are met. `free`: by resource, the cells at which it could start."""
        cells, bounds = -1, []
        for size, names in self._bounds:
            planes = grid.count_sets([free[name] for name in names])
            cells &= grid.at_least(planes, size)
            if not cells:
                return NOWHERE
            bounds.append((size, planes))
        return Starts(cells, bounds) if bounds else NOWHERE

    def choose(self, able: Mapping[str, int]) -> list[Resource] | None:
        """A different resource for each need; None when that is impossible. `able`: the load of each free resource.

        Prefers the least loaded, by id when equal. A resource is reassigned when a later need has no other candidate
        (augmenting paths: H. Kuhn, The Hungarian Method, 1955).
        """
        chosen: dict[str, int] = {}

        def assign(need: int, tried: set[str]) -> bool:
            for resource in sorted(self.groups[need], key=lambda each: (able.get(each.id, 0), each.id)):
                if resource.id not in able or resource.id in tried:
                    continue
                tried.add(resource.id)
                if resource.id not in chosen or assign(chosen[resource.id], tried):
                    chosen[resource.id] = need
                    return True
            return False

        if not all(assign(need, set()) for need in range(len(self.groups))):
            return None
        by_need = {need: name for name, need in chosen.items()}
        return [self.resources[by_need[need]] for need in range(len(self.groups))]


def _is_connected(needs: Sequence[set[str]]) -> bool:
    """Whether a chain of common candidates connects all needs."""
    reached, waiting = needs[0], list(needs[1:])
    while waiting:
        touching = [need for need in waiting if need & reached]
        if not touching:
            return False
        waiting = [need for need in waiting if not need & reached]
        reached = reached.union(*touching)
    return True
