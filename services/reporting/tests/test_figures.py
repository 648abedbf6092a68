"""The figures are those of a plain count, whatever the order and number in which events come."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loket_contracts import events
from loket_contracts.errors import Refusal
from loket_reporting import figures
from loket_reporting.projections import PROJECTIONS, project
from loket_reporting.store import Facts

BASE = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


def an_event(number, name, sequence, **data):
    example = events.EVENTS[name].example
    return events.make(
        name, municipality="rumst", subject=f"a{number}", sequence=sequence, time=BASE,
        data={**example, "appointment": f"a{number}", **data},
    )  # fmt: skip


def test_reporting_hears_exactly_the_events_that_are_said_to_be_for_it():
    assert set(PROJECTIONS) == {each.name for each in events.EVENTS.values() if "reporting" in each.heard_by}


@pytest.mark.parametrize("name", PROJECTIONS)
def test_the_golden_example_of_every_event_that_is_heard_makes_a_fact(name):
    event = events.make(
        name, municipality="rumst", subject="s", sequence=1, time=BASE, data=events.EVENTS[name].example
    )
    assert project(event).fields["municipality"] == "rumst"


def test_a_fact_says_how_long_ahead_was_booked_and_how_long_it_lasts():
    fact = project(an_event(1, "appointment.booked", 1)).fields
    assert fact["planned_minutes"] == 45
    assert fact["lead_minutes"] == (6 * 24 - 2) * 60 - 15
    assert fact["day"] == "2026-11-30"


def test_the_day_is_the_local_one():
    late = an_event(1, "appointment.booked", 1, start="2026-11-30T23:30:00+00:00", end="2026-12-01T00:00:00+00:00")
    assert project(late).fields["day"] == "2026-12-01"


@st.composite
def histories(draw):
    """Some appointments, booked and perhaps cancelled, as their events."""
    told = []
    for number in range(draw(st.integers(1, 6))):
        day = f"2026-11-{draw(st.integers(25, 30))}"
        facts = {
            "team": draw(st.sampled_from(["ro", "milieu"])),
            "appointment_types": draw(st.lists(st.sampled_from(["x", "y"]), min_size=1, unique=True)),
            "start": f"{day}T10:00:00+01:00",
            "end": f"{day}T10:30:00+01:00",
        }
        told.append(an_event(number, "appointment.booked", 1, **facts))
        ends = ["appointment.cancelled", "appointment.no_show", "appointment.checked_in"]
        if end := draw(st.sampled_from([None, *ends])):
            told.append(an_event(number, end, 2, **facts))
    return told


@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_shuffled_and_repeated_events_give_the_figures_of_a_plain_count(database, data):
    told = data.draw(histories())
    heard = data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=20))))
    for name in ("appointments", "messages"):
        database[name].delete_many({})
    facts = Facts(database)
    for event in heard:
        facts.record(project(event), event)
    last = {event.subject: event for event in told}
    states = Counter(event.data["state"] for event in last.values())
    found = figures.overview(database, "rumst", "2026-11-01", "2026-12-31")
    assert found["appointments"]["total"] == len(last)
    assert {state: found["appointments"][state] for state in figures.STATES} == {
        state: states[state] for state in figures.STATES
    }
    teams = Counter(event.data["team"] for event in last.values())
    assert {row["id"]: sum(row[state] for state in figures.STATES) for row in found["by_team"]} == teams
    types = Counter(kind for event in last.values() for kind in event.data["appointment_types"])
    assert {row["id"]: sum(row[state] for state in figures.STATES) for row in found["by_appointment_type"]} == types


def test_a_period_counts_its_own_days_and_no_others(database):
    facts = Facts(database)
    for number, day in enumerate(["2026-11-29", "2026-11-30", "2026-12-01"]):
        event = an_event(number, "appointment.booked", 1, start=f"{day}T10:00:00+01:00", end=f"{day}T10:30:00+01:00")
        facts.record(project(event), event)
    assert figures.overview(database, "rumst", "2026-11-30", "2026-11-30")["appointments"]["total"] == 1
    assert figures.overview(database, "elders", "2026-11-01", "2026-12-31")["appointments"]["total"] == 0


def test_the_overview_reads_an_index_and_not_the_collection(database):
    facts = Facts(database)
    facts.create_indexes()
    for number in range(50):
        event = an_event(number, "appointment.booked", 1)
        facts.record(project(event), event)
    command = {"aggregate": "appointments", "cursor": {}, "pipeline": [
        {"$match": {"municipality": "rumst", "day": {"$gte": "2026-11-01", "$lte": "2026-12-31"}}}]}  # fmt: skip
    plan = str(database.command("explain", command))
    assert "IXSCAN" in plan
    assert "COLLSCAN" not in plan


@pytest.mark.parametrize(("first", "last"), [("x", None), ("2026-12-01", "2026-11-01"), ("1900-01-01", "2026-01-01")])
def test_a_wrong_period_is_refused(first, last):
    with pytest.raises(Refusal):
        figures.period(first, last, BASE.date())
