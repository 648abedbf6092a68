"""Days that are not counted by difference are recounted, in the background, and wrong counts are found."""

import datetime as dt
import itertools
from types import SimpleNamespace

import pytest

from loket_contracts import events
from loket_reporting.domain.periods import Period
from loket_reporting.queries import reports
from loket_reporting.queries.reports import Filters
from loket_reporting.store.projections import Projection, Projections
from loket_reporting.workers import rollup

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
DAY, LATER = "2026-11-30", "2026-12-02"


class BrokenProjections:
    def current(self):
        raise RuntimeError("the database is away")


def test_the_rollup_also_pauses_after_a_failed_round(monkeypatch):
    times, pauses = iter([100.0, 100.0, 103.0]), []
    monkeypatch.setattr(rollup, "time", SimpleNamespace(monotonic=lambda: next(times)))
    monkeypatch.setattr(rollup, "eventlet", SimpleNamespace(sleep=pauses.append))
    with pytest.raises(RuntimeError):
        rollup.RollupWorker(BrokenProjections())._recount_stale()
    assert pauses == [pytest.approx(7)]


@pytest.fixture
def projections(database):
    found = Projections(database)
    found.create()
    return found


@pytest.fixture
def projection(projections):
    return projections.current()


def booked(number=1, sequence=1, name="appointment.booked", day=DAY):
    example = events.EVENTS[name].example
    moved = {"start": f"{day}T09:00:00+01:00", "end": f"{day}T09:45:00+01:00"}
    return events.make(
        name, municipality="rumst", subject=f"a{number}", sequence=sequence, time=NOW,
        data={**example, "appointment": f"a{number}", **moved},
    )  # fmt: skip


def appointments(projection, day):
    date = dt.date.fromisoformat(day)
    return reports.overview(projection, "rumst", Period(date, date), Filters())["figures"]["appointments"]


class EarlierRelease:
    """What an instance of release 0.1 does in the database with events and days."""

    def __init__(self, database, projection):
        self.facts, self.numbers, self.days = projection.facts, database.days_numbers_1, database.days_1

    def apply(self, event):
        self.facts.apply_all([event])

    def count(self, day):
        """Count a day, and no longer have it marked."""
        self.numbers.update_one({"_id": f"rumst/{day}"}, {"$inc": {"number": 1}}, upsert=True)
        for collection in self.facts.collections.values():
            collection.update_many({"stale_days": day}, {"$pull": {"stale_days": day}})


@pytest.fixture
def earlier(database, projection):
    return EarlierRelease(database, projection)


def run(projections):
    worker = rollup.RollupWorker(projections)
    while worker._recount_stale():
        pass


@pytest.mark.parametrize("order", itertools.permutations(range(3)))
def test_a_cancellation_that_is_taken_back_counts_as_one_appointment_and_no_cancellation(projection, order):
    names = ("appointment.booked", "appointment.cancelled", "appointment.booked")
    events = [booked(sequence=number, name=name) for number, name in enumerate(names, 1)]
    for index in order:
        projection.counting.apply([events[index]])
    date = dt.date.fromisoformat(DAY)
    figures = reports.overview(projection, "rumst", Period(date, date), Filters())["figures"]
    assert (figures["appointments"], figures["cancelled"]) == (1, 0)


def test_an_event_that_an_earlier_release_has_consumed_and_not_counted_is_counted(projections, projection, earlier):
    earlier.apply(booked())
    run(projections)
    assert appointments(projection, DAY) == 1


def test_a_move_that_an_earlier_release_has_consumed_and_counted_is_counted(projections, projection, earlier):
    projection.counting.apply([booked()])
    earlier.apply(booked(sequence=2, name="appointment.rescheduled", day=LATER))
    earlier.count(DAY)
    earlier.count(LATER)
    projection.counting.apply([booked(number=2)])
    run(projections)
    assert (appointments(projection, DAY), appointments(projection, LATER)) == (1, 1)


def test_a_fact_that_an_earlier_release_has_changed_last_is_changed_again(projections, projection, earlier):
    projection.counting.apply([booked()])
    earlier.apply(booked(sequence=2, name="appointment.rescheduled", day=LATER))
    earlier.count(DAY)
    earlier.count(LATER)
    projection.counting.apply([booked(sequence=3, name="appointment.cancelled", day=LATER)])
    run(projections)
    assert (appointments(projection, DAY), appointments(projection, LATER)) == (0, 1)


def test_a_day_that_an_earlier_release_counts_again_is_recounted_again(projections, projection, earlier):
    for number in (1, 2):
        earlier.apply(booked(number))
        earlier.count(DAY)
        run(projections)
    assert appointments(projection, DAY) == 2


def test_the_counts_of_an_earlier_release_are_shown_until_its_days_are_recounted(database, projections, earlier):
    database.generations.update_one({"_id": "now"}, {"$unset": {"counted": ""}})
    projections._cache.expire()
    earlier.apply(booked())
    earlier.count(DAY)
    shown = {"municipality": "rumst", "day": DAY, "slice": "*", "number": 1, "counts": {"appointments": 7}}
    database.days_1.insert_one(shown)
    assert appointments(projections.current(), DAY) == 7
    run(projections)
    assert appointments(projections.current(), DAY) == 1


def test_wrong_counts_of_a_day_are_found_and_corrected(projection):
    projection.counting.apply([booked()])
    wrong = {"municipality": "rumst", "slice": "*"}
    projection.counts.collection.update_many(wrong, {"$inc": {"counts.appointments": 3}})
    assert not rollup.check_random_day(projection)
    assert appointments(projection, DAY) == 1
    assert rollup.check_random_day(projection)
    assert Projection.of(projection.facts.collections["tickets"].database, 1).counts.random_day() == ("rumst", DAY)
