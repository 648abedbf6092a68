"""Offers of the waiting list are made, and expire, while people are awake: in the local time of the location."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_booking.domain.offer_hours import OfferHours

BRUSSELS = "Europe/Brussels"
ZONES = st.sampled_from([BRUSSELS, "Pacific/Auckland", "America/St_Johns", "UTC"])
#: of a whole year, with both changes of the clocks
NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 365 * 24 * 60).map(lambda minutes: NEW_YEAR + dt.timedelta(minutes=minutes))
HOURS = st.tuples(st.integers(0, 19), st.integers(1, 4)).map(
    lambda each: OfferHours(dt.time(each[0]), dt.time((each[0] + each[1]) % 24))
)


def local(text):
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(BRUSSELS)).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("made", "minutes", "expires"),
    [
        ("2026-11-24T09:00", 240, "2026-11-24T13:00"),
        ("2026-11-24T19:00", 240, "2026-11-25T11:00"),
        ("2026-11-24T22:26", 240, "2026-11-25T12:00"),
        ("2026-11-24T03:00", 60, "2026-11-24T09:00"),
        ("2026-10-24T19:00", 120, "2026-10-25T09:00"),  # the night that has 25 hours
        ("2026-11-24T08:00", 3 * 12 * 60, "2026-11-26T20:00"),
    ],
)
def test_only_minutes_within_the_hours_count(made, minutes, expires):
    assert OfferHours().deadline(local(made), minutes, BRUSSELS) == local(expires)


@pytest.mark.parametrize(("clock", "included"), [("07:59", False), ("08:00", True), ("19:59", True), ("20:00", False)])
def test_an_offer_is_made_from_the_first_hour_until_before_the_last(clock, included):
    assert OfferHours().include(local(f"2026-11-24T{clock}"), BRUSSELS) is included


def test_midnight_ends_the_day():
    hours = OfferHours(dt.time(6), dt.time(0))
    assert hours.include(local("2026-11-24T23:59"), BRUSSELS)
    assert hours.deadline(local("2026-11-24T23:30"), 60, BRUSSELS) == local("2026-11-25T06:30")


@given(MOMENTS, HOURS, st.integers(5, 3 * 24 * 60), ZONES)
def test_the_answering_time_is_as_long_as_configured_or_longer(moment, hours, minutes, zone):
    assert hours.deadline(moment, minutes, zone) >= moment + dt.timedelta(minutes=minutes)


@given(MOMENTS, HOURS, st.integers(5, 3 * 24 * 60), ZONES)
def test_an_offer_expires_within_the_hours_or_at_their_end(moment, hours, minutes, zone):
    before = hours.deadline(moment, minutes, zone) - dt.timedelta(seconds=1)
    assert hours.include(before, zone)


@given(MOMENTS, HOURS, st.integers(5, 2000), st.integers(5, 2000), ZONES)
def test_a_second_answering_time_follows_on_the_first(moment, hours, first, second, zone):
    at_once = hours.deadline(moment, first + second, zone)
    assert hours.deadline(hours.deadline(moment, first, zone), second, zone) == at_once
