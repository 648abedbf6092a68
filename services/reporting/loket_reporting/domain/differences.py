"""What a change of facts adds to the counts of days, months and years, and takes from them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from .daily_counts import Counts, count_fact, slices_of
from .facts import CapacityFact, Fact

#: municipality, day and slice
CountKey = tuple[str, str, str]
Difference = dict[CountKey, Counts]
#: the resources that are persons, by municipality and day
People = Mapping[tuple[str, str], set[str]]


def difference(before: Fact | None, people_before: People, after: Fact, people_after: People) -> Difference:
    """What the counts lack when a fact was counted as `before`, and is now `after`."""
    found: Difference = defaultdict(Counter)
    for fact, people, sign in ((before, people_before, -1), (after, people_after, 1)):
        if fact is None or fact.newest is None or fact.day is None:
            continue  # feedback can come before the appointment that it is about
        counts = count_fact(fact, people.get((fact.municipality, fact.day), set()))
        for name in slices_of(fact):
            add(found[fact.municipality, fact.day, name], counts, sign)
    return without_zeros(found)


def people_with(people: People, changed: Iterable[Fact]) -> dict[tuple[str, str], set[str]]:
    """The people once these facts are stored."""
    found = {day: set(own) for day, own in people.items()}
    for fact in changed:
        if isinstance(fact, CapacityFact) and fact.day is not None:
            own = found.setdefault((fact.municipality, fact.day), set())
            (own.add if fact.is_person else own.discard)(fact.resource)
    return found


def add(counts: Counts, more: Mapping[str, int], sign: int = 1) -> None:
    """Add to counts, which may become negative."""
    if not counts and sign == 1:
        dict.update(counts, more)  # a report adds up thousands of documents, and Counter.update is a loop in Python
        return
    known = counts.get  # a Counter looks up a missing name in Python
    for name, number in more.items():
        counts[name] = known(name, 0) + sign * number


def without_zeros(found: Mapping[CountKey, Counts]) -> Difference:
    changed = {place: {name: number for name, number in counts.items() if number} for place, counts in found.items()}
    return {place: Counter(counts) for place, counts in changed.items() if counts}
