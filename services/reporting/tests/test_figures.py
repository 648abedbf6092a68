"""The figures equal a plain count, in whatever order and number the events arrive."""

import datetime as dt
import threading
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import LONG
from loket_contracts import events
from loket_contracts.errors import Refusal
from loket_contracts.figures import FIGURES
from loket_reporting.domain.calculations import percentile
from loket_reporting.domain.daily_counts import LEAD_BITS, round_down
from loket_reporting.domain.facts import KIND_OF, apply_events, key_of
from loket_reporting.domain.periods import Period, period
from loket_reporting.queries import reports
from loket_reporting.queries.report_cache import ReportCache
from loket_reporting.queries.reports import Filters
from loket_reporting.store.counts import LENGTHS
from loket_reporting.store.projections import Projection
from loket_reporting.workers import rebuild
from loket_reporting.workers.rollup import recount_all

BASE = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
NOVEMBER = Period(dt.date(2026, 11, 1), dt.date(2026, 12, 31))


def an_event(number, name, sequence, minute=0, **data):
    example = events.EVENTS[name].example
    return events.make(
        name, municipality="rumst", subject=f"a{number}", sequence=sequence, time=BASE + dt.timedelta(minutes=minute),
        data={**example, "appointment": f"a{number}", **data},
    )  # fmt: skip


@pytest.fixture
def projection(database):
    fresh = Projection.of(database, 1)
    fresh.create_indexes()
    return fresh


def figures(projection, first="2026-11-01", last="2026-12-31", **filters):
    recount_all(projection)
    return reports.overview(projection, "rumst", period(first, last, BASE.date()), Filters(**filters))


def test_reporting_consumes_exactly_the_events_that_the_contracts_list_for_it():
    assert set(KIND_OF) == {each.name for each in events.EVENTS.values() if "reporting" in each.consumed_by}


@pytest.mark.parametrize("name", KIND_OF)
def test_the_example_of_every_consumed_event_makes_a_fact(name):
    event = events.make(
        name, municipality="rumst", subject="s", sequence=1, time=BASE, data=events.EVENTS[name].example
    )
    fact = apply_events(None, [event])
    assert fact.municipality == "rumst"
    assert key_of(event)
    assert fact.day or name == "feedback.given"


def test_a_fact_contains_the_lead_time_and_the_duration():
    fact = apply_events(None, [an_event(1, "appointment.booked", 1)])
    assert fact.planned == 45
    assert fact.lead == (6 * 24 - 2) * 60 - 15
    assert fact.day == "2026-11-30"


@given(st.integers(0, 4000))
def test_a_lead_time_is_counted_less_than_a_sixteenth_too_small_and_exactly_below_eight_days(quarters):
    counted = round_down(quarters, LEAD_BITS)
    assert 0 <= quarters - counted <= quarters / 16
    assert counted == quarters or quarters >= 32


def test_few_different_lead_times_are_counted():
    assert len({round_down(quarters, LEAD_BITS) for quarters in range(4 * 365)}) < 130


def test_an_overview_is_calculated_again_after_a_change_and_not_before(projection, monkeypatch):
    calculated, cache = [], ReportCache()
    real = reports.overview
    monkeypatch.setattr(reports, "overview", lambda *asked: calculated.append(asked) or real(*asked))

    def look(municipality="rumst"):
        found = cache.overview(projection, municipality, NOVEMBER, Filters())
        return found["figures"]["appointments"], len(calculated)

    assert [look(), look()] == [(0, 1), (0, 1)]
    projection.counting.apply([an_event(1, "appointment.booked", 1)])
    assert [look(), look(), look("elders"), look()] == [(1, 2), (1, 2), (0, 3), (1, 3)]


def test_the_day_of_a_fact_is_the_local_day():
    late = an_event(1, "appointment.booked", 1, start="2026-11-30T23:30:00+00:00", end="2026-12-01T00:00:00+00:00")
    assert apply_events(None, [late]).day == "2026-12-01"


END_EVENTS = {
    "appointment.cancelled": "cancelled",
    "appointment.no_show": "no_show",
    "appointment.checked_in": "checked_in",
}


@st.composite
def histories(draw):
    """Some appointments: booked, perhaps moved, perhaps ended or valued; as their events."""
    history = []
    for number in range(draw(st.integers(1, 6))):
        facts = {
            "team": draw(st.sampled_from(["ro", "milieu"])),
            "appointment_types": draw(st.lists(st.sampled_from(["x", "y"]), min_size=1, unique=True)),
        }
        sequence = 0
        for name in ("appointment.booked", *draw(st.lists(st.just("appointment.rescheduled"), max_size=2))):
            day, sequence = f"2026-11-{draw(st.integers(25, 30))}", sequence + 1
            facts |= {"start": f"{day}T10:00:00+01:00", "end": f"{day}T10:30:00+01:00"}
            history.append(an_event(number, name, sequence, sequence, **facts))
        if end := draw(st.sampled_from([None, *END_EVENTS])):
            history.append(an_event(number, end, sequence + 1, 60, **facts, state=END_EVENTS[end]))
        if draw(st.booleans()):
            score = draw(st.integers(1, 5))
            given_ = events.EVENTS["feedback.given"].example | {"appointment": f"a{number}", "score": score}
            history.append(
                events.make("feedback.given", municipality="rumst", subject=f"feedback-a{number}", sequence=1,
                            time=BASE, data=given_)
            )  # fmt: skip
    return history


def require_recount_finds_nothing(projection):
    """Days have the counts of their facts, and months and years the sums of their days."""
    sums = {part: defaultdict(Counter) for part in LENGTHS}
    for each in projection.counts.collection.find({"part": {"$exists": True}}):
        for part, length in LENGTHS.items():
            if each["part"] in ("day", part):
                sign = 1 if each["part"] == "day" and part != "day" else -1 if part != "day" else 0
                for name, number in each["counts"].items():
                    sums[part][each["period"][:length], each["slice"]][name] += sign * number
        if each["part"] == "day":
            assert projection.counting.recount(each["municipality"], [each["period"]]) == {}
    assert {number for part in sums.values() for counts in part.values() for number in counts.values()} <= {0}


def last_of(history):
    return {event.subject: event for event in history if event.name != "feedback.given"}


#: each example writes and counts some tens of times in MongoDB
EXAMPLES = settings(
    max_examples=2000 if LONG else 20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(data=st.data())
@EXAMPLES
def test_shuffled_and_repeated_events_give_the_figures_of_a_plain_count(projection, data):
    history = data.draw(histories())
    delivered = data.draw(st.permutations(history + data.draw(st.lists(st.sampled_from(history), max_size=20))))
    for collection in (*projection.facts.collections.values(), projection.counts.collection):
        collection.delete_many({})
    while delivered:
        together = data.draw(st.integers(1, len(delivered)))
        batch, delivered = delivered[:together], delivered[together:]
        how = data.draw(st.sampled_from(["by difference", "by an earlier release", "recounted"]))
        if how == "by difference":
            projection.counting.apply(batch)
        else:
            projection.facts.apply_all(batch)
        if how == "recounted":
            recount_all(projection)
    require_plain_count(figures(projection), history)
    require_recount_finds_nothing(projection)


def require_plain_count(found, history):
    last = last_of(history)
    states = Counter(event.data["state"] for event in last.values())
    assert found["figures"]["appointments"] == len(last)
    assert {name: found["figures"][name] for name in states} == states
    teams = Counter(event.data["team"] for event in last.values())
    assert {row["id"]: row["figures"]["appointments"] for row in found["by_team"]} == teams
    types = Counter(kind for event in last.values() for kind in event.data["appointment_types"])
    assert {row["id"]: row["figures"]["appointments"] for row in found["by_appointment_type"]} == types
    days = Counter(event.data["start"][:10] for event in last.values())
    assert sum(own["figures"]["appointments"] for own in found["course"]) == days.total()
    assert found["figures"]["reschedules"] == sum(event.name == "appointment.rescheduled" for event in history)
    scores = [event.data["score"] for event in history if event.name == "feedback.given"]
    assert found["figures"]["satisfaction"] == (round(sum(scores) / len(scores), 2) if scores else None)


class LoggedEvents:
    """The event log of a service, in pages of `most`. `meanwhile`: called before each page."""

    def __init__(self, logged, most, meanwhile):
        self.logged, self.most, self.meanwhile = logged, most, meanwhile

    def count_events(self):
        return len(self.logged)

    def logged_events(self, after, most):
        self.meanwhile()
        first = int(after or 0)
        page = self.logged[first : first + self.most]
        return {"events": [each.to_json().decode() for each in page], "after": str(first + len(page)) if page else None}


@given(data=st.data())
@EXAMPLES
def test_a_rebuild_gives_the_figures_of_a_plain_count_while_live_events_reach_the_same_facts(database, data):
    history, fresh = data.draw(histories()), Projection.of(database, 1)
    fresh.drop()
    come = data.draw(st.lists(st.sampled_from(["logged", "both", "while made", "while counted", "afterwards"]),
                              min_size=len(history), max_size=len(history)))  # fmt: skip
    arrived = list(zip(come, data.draw(st.permutations(history)), strict=True))

    def those(*moments):
        return iter([event for when, event in arrived if when in moments])

    made, counted = those("both", "while made"), those("while counted")

    def insert(*counts, store=fresh.counts.insert):
        fresh.facts.apply_all(list(counted))  # after the facts of these counts were read
        store(*counts)

    fresh.counts.insert = insert
    log = LoggedEvents(
        list(those("logged", "both")),
        data.draw(st.integers(1, 9)),
        lambda: fresh.facts.apply_all(list(islice(made, 2))),
    )
    rebuild.rebuild(fresh, [log], lambda **_: None)
    fresh.counting.apply([*made, *counted, *those("afterwards")])
    require_plain_count(reports.overview(fresh, "rumst", NOVEMBER, Filters()), history)
    require_recount_finds_nothing(fresh)


def test_a_rebuild_counts_each_day_once_when_no_live_event_reaches_it(projection):
    history = [an_event(number, "appointment.booked", 1) for number in range(9)]
    progress = {}
    rebuild.rebuild(projection, [LoggedEvents(history, 4, lambda: None)], lambda **known: progress.update(known))
    assert progress == {"of": 9, "events": 9, "days": 1}
    require_plain_count(reports.overview(projection, "rumst", NOVEMBER, Filters()), history)


@given(data=st.data())
@EXAMPLES
def test_events_applied_in_bulk_make_the_same_facts_as_one_by_one(database, data):
    history = data.draw(histories())
    facts = []
    for number, heard_together in ((1, False), (2, True)):
        each = Projection.of(database, number)
        each.drop()
        shuffled = data.draw(st.permutations(history + history))
        if heard_together:
            middle = data.draw(st.integers(0, len(shuffled)))
            each.facts.apply_all(shuffled[:middle])
            each.facts.apply_all(shuffled[middle:])
        else:
            for event in shuffled:
                each.facts.apply(event)
        collection = each.facts.collections["appointments"]
        facts.append(list(collection.find({}, {"version": 0, "stale_days": 0}).sort("_id", 1)))
    assert facts[0] == facts[1]


def test_a_moved_appointment_leaves_the_counts_of_its_old_day(projection):
    projection.counting.apply([an_event(1, "appointment.booked", 1)])
    assert figures(projection, "2026-11-30", "2026-11-30")["figures"]["appointments"] == 1
    later = {"start": "2026-12-02T09:00:00+01:00", "end": "2026-12-02T09:45:00+01:00"}
    projection.counting.apply([an_event(1, "appointment.rescheduled", 2, **later)])
    assert figures(projection, "2026-11-30", "2026-11-30")["figures"]["appointments"] == 0
    assert figures(projection, "2026-12-02", "2026-12-02")["figures"]["appointments"] == 1


def test_instances_that_count_at_the_same_time_count_every_event_once(projection):
    booked = [an_event(number, "appointment.booked", 1) for number in range(40)]
    batches = [booked[first : first + 5] for first in range(0, 40, 5)]

    def count():
        for batch in batches:
            projection.counting.apply(batch)

    instances = [threading.Thread(target=count) for _ in range(3)]
    for each in instances:
        each.start()
    for each in instances:
        each.join()
    assert figures(projection)["figures"]["appointments"] == 40
    require_recount_finds_nothing(projection)


def test_a_period_counts_its_own_days_and_no_others(projection):
    for number, day in enumerate(["2026-11-29", "2026-11-30", "2026-12-01"]):
        projection.facts.apply(
            an_event(number, "appointment.booked", 1, start=f"{day}T10:00:00+01:00", end=f"{day}T10:30:00+01:00")
        )
    assert figures(projection, "2026-11-30", "2026-11-30")["figures"]["appointments"] == 1
    assert reports.overview(projection, "elders", NOVEMBER, Filters())["figures"]["appointments"] == 0


def capacity(resource, kind, sequence=1, minutes=90, date="2026-11-30"):
    data = {"resource": resource, "team": "ro", "kind": kind, "date": date, "offered_minutes": minutes}
    return events.make(
        "capacity.changed",
        municipality="rumst",
        subject=f"capacity-{resource}-{date}",
        sequence=sequence,
        time=BASE,
        data=data,
    )


BOOKED = an_event(1, "appointment.booked", 1, resources=["ro-1", "zaal"])
PUBLISHED = [capacity("ro-1", "person"), capacity("zaal", "room")]


@pytest.mark.parametrize(
    "batches", [[[BOOKED], PUBLISHED], [PUBLISHED, [BOOKED]], [[*PUBLISHED, BOOKED]], [PUBLISHED[:1], [BOOKED]]]
)
def test_use_is_measured_by_people_and_not_by_rooms_whatever_comes_first(projection, batches):
    for batch in batches:
        projection.counting.apply(batch)
    assert figures(projection)["figures"]["booked_share"] == 50.0


def test_a_resource_that_becomes_a_room_no_longer_counts_for_use(projection):
    projection.counting.apply([BOOKED, *PUBLISHED])
    projection.counting.apply([capacity("ro-1", "room", 2), capacity("zaal", "person", 2)])
    assert figures(projection)["figures"]["booked_share"] == 50.0
    projection.counting.apply([capacity("zaal", "room", 3)])
    assert figures(projection)["figures"]["booked_share"] is None


def test_offered_time_counts_from_the_first_day_with_a_visit(projection):
    projection.counting.apply([BOOKED, *PUBLISHED, capacity("ro-1", "person", date="2026-11-27")])
    assert figures(projection)["figures"]["booked_share"] == 50.0
    assert figures(projection, "2026-11-01", "2026-11-29")["figures"]["booked_share"] is None
    assert figures(projection, "2026-11-30", "2026-11-30")["figures"]["booked_share"] == 50.0
    by_day = reports.table(projection, "rumst", NOVEMBER, "week", None, 0, Filters())["rows"]
    assert [row["figures"]["booked_share"] for row in by_day if row["figures"]["booked_share"]] == [50.0]


def test_a_period_that_began_before_the_municipality_did_has_no_counts_to_compare_with(projection):
    days = [f"2026-{month:02}-15" for month in range(7, 12)]
    projection.counting.apply(
        [
            an_event(number, "appointment.booked", 1, start=f"{day}T10:00:00+01:00", end=f"{day}T10:30:00+01:00")
            for number, day in enumerate(days)
        ]
    )
    third = figures(projection, "2026-07-01", "2026-09-30")
    assert third["figures"]["appointments"] == 3
    assert set(third["before"]["figures"].values()) == {None}
    assert third["changes"] == {}
    fourth = figures(projection, "2026-10-01", "2026-12-31")  # the third quarter began before 15 July
    assert "appointments" not in fourth["changes"]
    assert fourth["before"]["figures"]["cancelled_share"] == 0.0
    assert "cancelled_share" in fourth["changes"]
    november = figures(projection, "2026-11-01", "2026-11-30")
    assert november["changes"]["appointments"] == {"difference": 0, "margin": 2.77}


def visited(number, here=None, begun=0, outcome="answered", **data):
    """The events of a visit at nine: minutes from then on which the resident came, and the visit began."""
    nine = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
    steps = [
        ("booked", -600),
        *([("checked_in", here)] if here is not None else []),
        ("started", begun),
        ("completed", 60),
    ]
    return [
        replace(an_event(number, f"appointment.{name}", sequence, start=nine.isoformat(), **data,
                         end=(nine + dt.timedelta(minutes=45)).isoformat(), state=name,
                         **({"outcome": outcome} if name == "completed" else {})),
                time=nine + dt.timedelta(minutes=minute))
        for sequence, (name, minute) in enumerate(steps, 1)
    ]  # fmt: skip


def test_an_early_resident_who_was_helped_at_the_appointed_time_was_helped_on_time(projection):
    projection.counting.apply([*visited(1, -20, 2), *visited(2, 10, 14), *visited(3, -5, 25), *visited(4, None, 6)])
    found = figures(projection)["figures"]
    assert found["on_time_share"] == 50.0
    assert (found["waited_early_median"], found["waited_late_median"], found["waited_late_p90"]) == (5, 4, 25)
    assert found["waited_median"] == 22


def test_prepared_and_second_visits_are_counted_by_outcome(projection):
    outcomes = ["answered", "follow_up", "not_prepared", "answered"]
    for number, outcome in enumerate(outcomes):
        projection.counting.apply(visited(number, 0, 1, outcome, **({"follows": "a9"} if number == 3 else {})))
    found = figures(projection)["figures"]
    assert (found["prepared_share"], found["second_visit_share"], found["first_contact_share"]) == (75.0, 25.0, 25.0)


def test_a_visit_that_release_0_1_stored_is_no_visit_on_time_and_none_that_was_late(projection):
    projection.counting.apply(visited(1, -20, 2))
    visits = projection.facts.collections["appointments"]
    visits.update_many({}, {"$unset": {"late": 1, "early": 1, "is_second": 1}})
    projection.counting.recount("rumst", ["2026-11-30"])
    found = figures(projection)["figures"]
    assert (found["on_time_share"], found["waited_late_median"], found["waited_median"]) == (None, None, 22)


def test_a_report_can_combine_a_location_and_a_team_but_not_a_team_and_a_type(projection):
    for number, location in enumerate(["hal", "hal", "annex"]):
        projection.facts.apply(an_event(number, "appointment.booked", 1, location=location, team="ro"))
    assert figures(projection, location="hal", team="ro")["figures"]["appointments"] == 2
    assert [row["id"] for row in figures(projection, location="hal")["by_location"]] == ["hal"]
    assert {row["id"]: row["figures"]["appointments"] for row in figures(projection)["by_location"]} == {
        "annex": 1, "hal": 2,
    }  # fmt: skip
    with pytest.raises(Refusal):
        figures(projection, team="ro", appointment_type="x")


def test_the_hours_are_local_to_the_location(projection):
    projection.facts.apply(an_event(1, "appointment.booked", 1))
    hours = figures(projection)["hours"]
    assert hours[0][9] == 1
    assert sum(map(sum, hours)) == 1


def test_every_figure_without_data_is_zero_or_none(projection):
    empty = figures(projection)["figures"]
    assert {value for name, value in empty.items() if FIGURES[name].unit == "count"} == {0}
    assert {value for name, value in empty.items() if FIGURES[name].unit != "count"} == {None}


@given(st.lists(st.integers(0, 50), min_size=1), st.sampled_from([0.5, 0.9]))
def test_a_percentile_of_counts_equals_that_of_the_sorted_list(values, share):
    found = percentile(Counter(sorted(values)), share)
    at_most = sum(value <= found for value in values) / len(values)
    below = sum(value < found for value in values) / len(values)
    assert found in values
    assert below < share <= at_most


QUERIES = {
    "the counts of a slice": ("counts_1", {"municipality": "rumst", "part": "day", "slice": {"$in": ["*", "a"]},
                                             "period": {"$gte": "a", "$lte": "b"}}),
    "the facts of a day": ("appointments_1", {"municipality": "rumst", "day": "2026-11-30"}),
    "what the counts of a day do not know": (
        "appointments_1", {"municipality": "rumst", "stale_days": "2026-11-30", "stale_days.0": {"$exists": True}},
    ),
    "all that is not counted": ("appointments_1", {"municipality": {"$gt": ""}, "stale_days.0": {"$exists": True}}),
    "the counts of a day": ("counts_1", {"municipality": "rumst", "part": "day", "period": "b"}),
    "the first day with visits": (
        "counts_1",
        {"municipality": "rumst", "part": "day", "slice": "*", "$or": [{"counts.appointments": {"$gt": 0}}]},
    ),
    "the names of slices": ("counts_1", {"municipality": "rumst", "part": "year", "slice": {"$regex": "^team:"}}),
    "the people of a day": ("capacities_1", {"$or": [{"municipality": "rumst", "day": {"$in": ["a", "b"]}}]}),
}  # fmt: skip


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_every_report_query_uses_an_index(projection, database, query):
    for number in range(30):
        projection.counting.apply([an_event(number, "appointment.booked", 1)])
    collection, filter_ = query
    plan = str(database.command("explain", {"find": collection, "filter": filter_}))
    assert "IXSCAN" in plan
    assert "COLLSCAN" not in plan


@pytest.mark.parametrize(("first", "last"), [("x", None), ("2026-12-01", "2026-11-01"), ("1900-01-01", "2026-01-01")])
def test_an_invalid_period_is_refused(first, last):
    with pytest.raises(Refusal):
        period(first, last, BASE.date())


@given(st.dates(dt.date(2024, 1, 1), dt.date(2027, 1, 1)), st.integers(0, 1500), st.sampled_from(sorted(LENGTHS)))
def test_the_pieces_of_a_period_cover_each_of_its_days_exactly_once(first, days, largest):
    requested = Period(first, first + dt.timedelta(days=days))
    covered = Counter(
        day
        for part, begin, end in requested.pieces(largest)
        for day in Period(dt.date(2020, 1, 1), dt.date(2032, 12, 31)).parts("day")
        if begin <= day[: LENGTHS[part]] <= end
    )
    assert covered == Counter(requested.parts("day"))


@pytest.mark.parametrize(
    ("first", "last", "pieces"),
    [
        ("2024-01-01", "2026-12-31", [("year", "2024", "2026")]),
        ("2026-11-02", "2026-11-29", [("day", "2026-11-02", "2026-11-29")]),
        (
            "2024-11-30",
            "2026-02-02",
            [
                ("year", "2025", "2025"), ("month", "2024-12", "2024-12"), ("day", "2024-11-30", "2024-11-30"),
                ("month", "2026-01", "2026-01"), ("day", "2026-02-01", "2026-02-02"),
            ],
        ),
    ],
)  # fmt: skip
def test_a_period_consists_of_whole_years_and_months_where_it_can(first, last, pieces):
    assert period(first, last, BASE.date()).pieces("year") == pieces


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        ("2026-11-09", "2026-11-15", ("2026-11-02", "2026-11-08")),
        ("2026-11-01", "2026-11-30", ("2026-10-01", "2026-10-31")),
        ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
        ("2024-02-29", "2024-02-29", ("2024-02-28", "2024-02-28")),
    ],
)
def test_the_previous_period_is_as_long_and_whole_months_stay_whole(first, last, before):
    found = period(first, last, BASE.date()).before()
    assert (found.first.isoformat(), found.last.isoformat()) == before
