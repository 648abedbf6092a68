"""Apply events to facts, and count the difference that they make, in one transaction.

A fact whose days are marked as stale is not counted by difference: its days are recounted, as an instance of an earlier
release has changed it, or a rebuild.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from pymongo import MongoClient
from pymongo.client_session import ClientSession

from loket_chassis.runtime.cooperative import cooperatively
from loket_chassis.storage.connection import Document
from loket_chassis.storage.transactions import run_in_transaction
from loket_contracts.envelope import Event

from ..domain.daily_counts import Counts, count_day
from ..domain.differences import CountKey, Difference, add, difference, people_with, without_zeros
from ..domain.facts import APPOINTMENT, AppointmentFact, CapacityFact, Fact
from ..domain.periods import parts_within
from .counts import CountsByDifference
from .facts import FactKey, Facts


class Counting:
    """The facts of one projection and their counts."""

    def __init__(self, client: MongoClient[Document], facts: Facts, counts: CountsByDifference) -> None:
        self.client, self.facts, self.counts = client, facts, counts

    def apply(self, events: Sequence[Event]) -> bool:
        """Apply events; those that were applied before change nothing. Return whether days must be recounted."""
        return run_in_transaction(self.client, partial(self._apply, events))

    def recount(self, municipality: str, days: Sequence[str]) -> Difference:
        """Count days from their facts. Return what their counts lacked."""
        return run_in_transaction(self.client, partial(self._recount, municipality, days))

    def count_year(self, municipality: str, year: str) -> None:
        """Count the days of a year, with its months, from their facts, where nothing is counted yet.

        A fact that changes meanwhile needs a mark on its days, which are then recounted.
        """
        of_year: dict[tuple[str, str], Counts] = defaultdict(Counter)
        for month in parts_within(year, "month"):
            of_days: dict[tuple[str, str], Counts] = {}
            of_month: dict[tuple[str, str], Counts] = defaultdict(Counter)
            facts_of = self.facts.of_days(municipality, parts_within(month, "day"))
            for day, facts in cooperatively(facts_of.items()):
                for name, counts in count_day(facts).items():
                    of_days[day, name] = counts
                    add(of_month[month, name], counts)
            for (_, name), counts in of_month.items():
                add(of_year[year, name], counts)
            self.counts.insert(municipality, of_days | of_month)
        self.counts.insert(municipality, of_year)

    def _apply(self, events: Sequence[Event], session: ClientSession) -> bool:
        changes = self.facts.changes(events, session)
        if not changes:
            return False
        is_stale = False
        before, after = dict[FactKey, Fact](), dict[FactKey, Fact]()
        for key, (known, fact) in changes.items():
            if known is not None and known.stale_days:
                is_stale = True
                after[key] = fact
            else:
                after[key] = replace(fact, stale_days=())
                if known is not None:
                    before[key] = known
        people_before = self._people([*before.values(), *after.values()], session)
        people_after = people_with(people_before, after.values())
        made: dict[CountKey, Counts] = defaultdict(Counter)
        for key, fact in after.items():
            if not fact.stale_days:
                _add(made, difference(before.get(key), people_before, fact, people_after))
        changed_days = [day for day, people in people_after.items() if people != people_before.get(day, set())]
        for visit in self.facts.appointments_of(changed_days, session):
            if (APPOINTMENT.name, visit.id) not in after and not visit.stale_days:
                _add(made, difference(visit, people_before, visit, people_after))
        self.facts.save(after.values(), session)
        self.counts.add(without_zeros(made), session)
        return is_stale

    def _people(self, facts: Iterable[Fact], session: ClientSession) -> dict[tuple[str, str], set[str]]:
        """The people of the days whose counts depend on them."""
        days: dict[str, set[str]] = defaultdict(set)
        for fact in facts:
            if fact.day is not None and isinstance(fact, (AppointmentFact, CapacityFact)):
                days[fact.municipality].add(fact.day)
        return self.facts.people_of(days, session) if days else {}

    def _recount(self, municipality: str, days: Sequence[str], session: ClientSession) -> Difference:
        lacking: dict[CountKey, Counts] = defaultdict(Counter)
        for day, facts in self.facts.of_days(municipality, days, session).items():
            for name, counts in count_day(facts).items():
                add(lacking[municipality, day, name], counts)
        for place, counts in self.counts.of_days(municipality, days, session).items():
            add(lacking[place], counts, -1)
        found = without_zeros(lacking)
        self.counts.add(found, session)
        self.facts.mark_counted(municipality, days, session)
        return found


def _add(made: dict[CountKey, Counts], more: Mapping[CountKey, Counts]) -> None:
    for place, counts in more.items():
        add(made[place], counts)
