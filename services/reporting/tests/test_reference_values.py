"""The baseline of figures, read from CSV, and their targets."""

import datetime as dt

import pytest

from loket_contracts import events
from loket_contracts.errors import Refusal
from loket_reporting.domain.reference_values import checked_targets, checked_weeks, read_baseline
from loket_reporting.queries.references import references
from loket_reporting.queries.report_cache import ReportCache
from loket_reporting.queries.reports import Filters
from loket_reporting.store.projections import Projection
from loket_reporting.store.reference_values import ReferenceValuesStore

NINE = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)


def begun(number, late, team):
    """The events of an appointment at nine that begins this many minutes late."""
    return [
        events.make(
            f"appointment.{name}", municipality="rumst", subject=f"a{number}", sequence=sequence,
            time=NINE + dt.timedelta(minutes=minute),
            data={**events.EVENTS[f"appointment.{name}"].example, "start": NINE.isoformat(), "team": team},
        )
        for sequence, (name, minute) in enumerate((("booked", -60), ("started", late)), 1)
    ]  # fmt: skip


@pytest.mark.parametrize("text", [
    "figure;value\nwaited_median;21,5\nno_show_share;8 %\n",
    "\ufefffigure;value\r\n\r\nwaited_median;21.5\r\nno_show_share;8%",
    "Figure,Value\nwaited_median,21.5\nno_show_share,8",
    "figure\tvalue\nwaited_median\t21,5\nno_show_share\t8",
])  # fmt: skip
def test_a_baseline_is_read_as_spreadsheets_write_it(text):
    assert read_baseline(text) == {"waited_median": 21.5, "no_show_share": 8.0}


MISTAKES = {
    "": "The first line must be: figure;value.",
    "name;value\nwaited_median;3": "The first line must be: figure;value.",
    "figure;value": "There is no figure below the first line.",
    "figure;value\nwaiting;3": "There is no such figure on line 2: waiting.",
    "figure;value\n\nappointments;3": (
        "A count depends on the length of the period and cannot be compared on line 3: appointments."
    ),
    "figure;value\nwaited_median;long": "This is not a number on line 2: long.",
    "figure;value\nwaited_median;nan": "This is not a number on line 2: nan.",
    "figure;value\nwaited_median": "A number is missing on line 2: waited_median.",
    "figure;value\nno_show_share;108": "From 0 to 100 is possible on line 2: 108.",
    "figure;value\nsatisfaction;4\nsatisfaction;3": "A figure is given twice, on line 3: satisfaction.",
    "figure;value\n" + "x" * 20_000: "The text is longer than 20000 characters.",
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_a_mistake_in_a_baseline_is_reported_with_its_line(text):
    with pytest.raises(Refusal) as refused:
        read_baseline(text)
    assert [each["detail"] for each in refused.value.errors] == [MISTAKES[text]]


def test_all_mistakes_in_a_baseline_are_reported_together():
    with pytest.raises(Refusal) as refused:
        read_baseline("figure;value\nwaiting;3\nsatisfaction;9")
    assert [each["pointer"] for each in refused.value.errors] == ["/csv", "/csv"]


def test_an_empty_target_is_removed_and_a_wrong_one_is_reported_at_its_figure():
    assert checked_targets({"on_time_share": "90", "satisfaction": " "}) == {"on_time_share": 90.0}
    with pytest.raises(Refusal) as refused:
        checked_targets({"satisfaction": "7"})
    assert refused.value.errors == [{"pointer": "/satisfaction", "detail": "From 1 to 5 is possible: 7."}]


@pytest.mark.parametrize("weeks", [0, 53])
def test_a_baseline_of_no_week_or_of_more_than_a_year_is_refused(weeks):
    with pytest.raises(Refusal):
        checked_weeks(weeks)


@pytest.fixture
def store(database):
    return ReferenceValuesStore(database)


def test_setting_a_baseline_does_not_change_the_targets(store):
    store.change("rumst", "an", targets={"on_time_share": 90.0})
    store.change("rumst", "an", baseline={"waited_median": 20.0}, weeks=None)
    store.change("rumst", "bo", baseline={}, weeks=8)
    found = store.of("rumst")
    assert (found.baseline, found.weeks, found.targets) == ({}, 8, {"on_time_share": 90.0})
    assert (found.version, found.by) == (3, "bo")
    assert store.of("kontich").targets == {}


def test_the_first_weeks_are_the_baseline_of_each_part_of_the_municipality(store, database):
    projection = Projection.of(database, 1)
    projection.counting.apply([*begun(1, 2, "ro"), *begun(2, 25, "milieu")])
    values = store.change("rumst", "an", baseline={}, weeks=2)

    def baseline(**filters):
        return references(projection, ReportCache(), "rumst", values, Filters(**filters))["baseline"]

    assert (baseline()["from"], baseline()["to"]) == ("2026-11-30", "2026-12-13")
    assert baseline()["figures"]["on_time_share"] == 50.0
    assert baseline(team="ro")["figures"]["on_time_share"] == 100.0
    assert "appointments" not in baseline()["figures"]


def test_a_baseline_that_was_typed_in_is_of_the_whole_municipality(store, database):
    projection = Projection.of(database, 1)
    values = store.change("rumst", "an", baseline={"waited_median": 20.0}, weeks=None)
    found = references(projection, ReportCache(), "rumst", values, Filters())
    assert found["baseline"] == {"from": None, "to": None, "figures": {"waited_median": 20.0}}
    assert references(projection, ReportCache(), "rumst", values, Filters(team="ro"))["baseline"] is None
