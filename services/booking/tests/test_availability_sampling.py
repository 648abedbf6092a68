"""One instance of booking samples once a day how far away free slots are, and publishes it."""

import datetime as dt

import pytest
from booking_harness import BookingHarness
from municipality_yaml import a_configuration, types

SHORT = {"team": "milieu", "needs": [{"skill": "natuur"}], "horizon_days": 1}


@pytest.fixture
def booking(database):
    return BookingHarness(database, a_configuration(appointment_types=types(advies={}, natuur=SHORT)))


def sampled(booking):
    documents = booking.stores.samples.collection.find({})
    events = [event["data"] for each in documents for event in each["outbox"]]
    return {event["appointment_type"]: (event["first_after_days"], event["third_after_days"]) for event in events}


def test_the_first_and_third_free_slot_of_every_type_are_published(booking):
    assert booking.use_cases.housekeeping.availability_sampling.sample_availability() == 2
    assert booking.take_events() == ["availability.sampled"] * 2
    assert sampled(booking) == {"advies": (0, 0), "natuur": (0, 0)}


def test_full_days_count_in_the_distance_to_a_free_slot(booking):
    booking.fill("2026-11-24", "2026-11-25", appointment_types=["advies"])
    booking.use_cases.housekeeping.availability_sampling.sample_availability()
    assert sampled(booking)["advies"] == (2, 2)


def test_a_type_without_a_free_slot_has_no_distance(booking):
    booking.fill("2026-11-24", "2026-11-25", appointment_types=["natuur"])
    booking.use_cases.housekeeping.availability_sampling.sample_availability()
    assert sampled(booking)["natuur"] == (None, None)


def test_sampling_runs_once_a_day(booking):
    booking.use_cases.housekeeping.availability_sampling.sample_availability()
    assert booking.use_cases.housekeeping.availability_sampling.sample_availability() == 0
    booking.time += dt.timedelta(days=1)
    assert booking.use_cases.housekeeping.availability_sampling.sample_availability() == 2
