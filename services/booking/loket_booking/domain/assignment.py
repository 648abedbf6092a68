"""Who can serve together: needs that must be met by different people and rooms at the same moment.

By Hall's theorem a number of equal visits can be served at once exactly when every set of their needs has enough
candidates among them (P. Hall, On Representatives of Subsets, 1935). Needs without a common candidate do not compete,
so only sets that hang together are looked at.
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
    """Where visits can start: the cells, and how many at each."""

    cells: int
    bounds: Sequence[tuple[int, Sequence[int]]] = ()

    def capacity(self, cell: int) -> int:
        size, planes = self.bounds[0]
        least = grid.count_at(planes, cell) // size
        for size, planes in self.bounds[1:]:
            least = min(least, grid.count_at(planes, cell) // size)
        return least


NOWHERE = Starts(0)


class Staffing:
    """The candidates for each need of a visit."""

    def __init__(self, groups: Groups) -> None:
        self.groups = groups
        self.resources = {resource.id: resource for group in groups for resource in group}
        self._bounds = [
            (len(needs), sorted(set().union(*needs)))
            for size in range(1, len(groups) + 1)
            for needs in combinations([{resource.id for resource in group} for group in groups], size)
            if _hang_together(needs)
        ]

    def starts(self, free: Mapping[str, int]) -> Starts:
        """Where all needs are met at once. `free`: by resource, the cells at which it could start."""
        cells, bounds = -1, []
        for size, names in self._bounds:
            planes = grid.count([free[name] for name in names])
            cells &= grid.at_least(planes, size)
            if not cells:
                return NOWHERE
            bounds.append((size, planes))
        return Starts(cells, bounds) if bounds else NOWHERE

    def choose(self, able: Mapping[str, int]) -> list[Resource] | None:
        """One resource for each need, no one twice; None when that cannot be. `able`: the load of each who is free.

        The least loaded come first, by id when equal. Who is chosen first makes way when a later need has nobody else
        (augmenting paths: H. Kuhn, The Hungarian Method, 1955).
        """
        chosen: dict[str, int] = {}

        def find(need: int, asked: set[str]) -> bool:
            for resource in sorted(self.groups[need], key=lambda each: (able.get(each.id, 0), each.id)):
                if resource.id not in able or resource.id in asked:
                    continue
                asked.add(resource.id)
                if resource.id not in chosen or find(chosen[resource.id], asked):
                    chosen[resource.id] = need
                    return True
            return False

        if not all(find(need, set()) for need in range(len(self.groups))):
            return None
        by_need = {need: name for name, need in chosen.items()}
        return [self.resources[by_need[need]] for need in range(len(self.groups))]


def _hang_together(needs: Sequence[set[str]]) -> bool:
    """Whether one comes from every need to every other over common candidates."""
    reached, waiting = needs[0], list(needs[1:])
    while waiting:
        touching = [need for need in waiting if need & reached]
        if not touching:
            return False
        waiting = [need for need in waiting if not need & reached]
        reached = reached.union(*touching)
    return True
