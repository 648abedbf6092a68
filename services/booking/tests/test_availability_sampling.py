"""One instance of booking looks up once a day how far away free slots are, and publishes it."""

import datetime as dt

import pytest
from desk import Desk
from municipality_yaml import a_town, types

SHORT = {"team": "milieu", "needs": [{"skill": "natuur"}], "horizon_days": 1}


@pytest.fixture
def desk(database):
    return Desk(database, a_town(appointment_types=types(advies={}, natuur=SHORT)))


def told(desk):
    documents = desk.stores.samples.collection.find({})
    events = [event["data"] for each in documents for event in each["outbox"]]
    return {event["appointment_type"]: (event["first_after_days"], event["third_after_days"]) for event in events}


def test_the_first_and_the_third_free_slot_of_every_type_are_told(desk):
    assert desk.use_cases.housekeeping.availability_sampling.sample_availability() == 2
    assert desk.told() == ["availability.sampled"] * 2
    assert told(desk) == {"advies": (0, 0), "natuur": (0, 0)}


def test_days_that_are_full_lie_between(desk):
    desk.fill("2026-11-24", "2026-11-25", appointment_types=["advies"])
    desk.use_cases.housekeeping.availability_sampling.sample_availability()
    assert told(desk)["advies"] == (2, 2)


def test_what_nobody_can_give_is_nowhere(desk):
    desk.fill("2026-11-24", "2026-11-25", appointment_types=["natuur"])
    desk.use_cases.housekeeping.availability_sampling.sample_availability()
    assert told(desk)["natuur"] == (None, None)


def test_it_is_looked_up_once_a_day(desk):
    desk.use_cases.housekeeping.availability_sampling.sample_availability()
    assert desk.use_cases.housekeeping.availability_sampling.sample_availability() == 0
    desk.time += dt.timedelta(days=1)
    assert desk.use_cases.housekeeping.availability_sampling.sample_availability() == 2
