"""Every Monday, reporting announces each team with figures, once."""

import datetime as dt

import pytest

from loket_chassis.messaging.publish_once import PublishOnce
from loket_contracts import events
from loket_reporting.store.projections import Projection
from loket_reporting.workers import weekly_report
from loket_reporting.workers.rollup import recount_all

MONDAY = dt.datetime(2026, 11, 30, 6, tzinfo=dt.UTC)


@pytest.fixture
def announce(database):
    """Run the weekly report at a moment, and return the teams and weeks that it announced."""
    projection, announced = Projection.of(database, 1), PublishOnce(database, "announced")
    projection.create_indexes()
    for number, (team, start) in enumerate(
        [("ro", "2026-11-24T10:00:00+01:00"), ("milieu", "2026-12-02T10:00:00+01:00")]
    ):
        data = {
            **events.EVENTS["appointment.booked"].example,
            "appointment": f"a{number}",
            "team": team,
            "start": start,
        }
        event = events.make(
            "appointment.booked", municipality="rumst", subject=f"a{number}", sequence=1, time=MONDAY, data=data
        )
        projection.facts.apply(event)
    recount_all(projection)

    def at(moment):
        events_announced = []
        weekly_report.announce(projection, announced, lambda _, __, found: events_announced.extend(found), moment)
        return [(event.data["team"], event.data["from"], event.data["to"]) for event in events_announced]

    return at


def test_on_monday_the_teams_with_figures_last_week_are_announced(announce):
    assert announce(MONDAY) == [("ro", "2026-11-23", "2026-11-29")]


def test_a_report_is_announced_once_and_a_missed_monday_is_caught_up_on_tuesday(announce):
    assert announce(MONDAY + dt.timedelta(days=1)) == [("ro", "2026-11-23", "2026-11-29")]
    assert announce(MONDAY + dt.timedelta(days=1, hours=1)) == []


@pytest.mark.parametrize("moment", [MONDAY - dt.timedelta(hours=2), MONDAY + dt.timedelta(days=2)])
def test_no_report_is_announced_at_night_or_later_in_the_week(announce, moment):
    assert announce(moment) == []


def test_the_announced_event_is_valid_against_its_schema(announce, database):
    announce(MONDAY)
    (projection,) = database.announced.find({})
    assert events.EVENTS["report.due"].schema().validate(dict(projection["outbox"][0]["data"])) == {}
