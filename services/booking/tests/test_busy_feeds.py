"""Booking computes busy times from common calendars, and no calendar delays another."""

import datetime as dt
from contextlib import suppress

import pytest

from loket_booking.feeds.busy import busy_times
from loket_chassis.runtime.worker_process import WorkerProcesses
from loket_contracts.errors import Refusal

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
BRUSSELS = "Europe/Brussels"
TODAY, IN_400_DAYS = dt.date(2026, 11, 24), dt.date(2027, 12, 29)


BEGIN = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1")
END = ("END:VEVENT", "END:VCALENDAR")


def calendar(*lines):
    return "\r\n".join([*BEGIN, *lines, *END, ""])


def days(*lines):
    return [(each.first, each.last) for each in busy_times(calendar(*lines), NOW, BRUSSELS)]


def test_an_event_across_midnight_closes_hours_on_both_days():
    found = busy_times(calendar("DTSTART:20261130T220000", "DTEND:20261201T023000"), NOW, BRUSSELS)
    assert [(each.first.day, each.start, each.end) for each in found] == [
        (30, dt.time(22), None), (1, None, dt.time(2, 30))
    ]  # fmt: skip


def test_an_event_of_today_keeps_its_start_and_an_older_one_starts_at_midnight():
    def hours(start, end):
        return [(each.first.day, each.start, each.end) for each in busy_times(calendar(start, end), NOW, BRUSSELS)]

    assert hours("DTSTART:20261124T080000", "DTEND:20261124T120000") == [(24, dt.time(8), dt.time(12))]
    assert hours("DTSTART:20261123T200000Z", "DTEND:20261124T110000Z") == [(24, dt.time(0), dt.time(12))]


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:19700101T090000Z", "DTEND:22991231T100000Z"),
        ("DTSTART:19700101T090000", "DTEND:22991231T235959"),
        ("DTSTART;TZID=Europe/Brussels:19700101T090000", "DTEND;TZID=Europe/Brussels:22991231T235959"),
        ("DTSTART;VALUE=DATE:19700101", "DTEND;VALUE=DATE:22991231"),
    ],
)
def test_a_centuries_long_event_is_busy_from_now_to_the_horizon(lines):
    found = days(*lines)
    assert (found[0][0], found[-1][1]) in {(TODAY, IN_400_DAYS), (TODAY, IN_400_DAYS - dt.timedelta(days=1))}


def test_an_event_that_ends_before_it_starts_is_not_busy():
    assert days("DTSTART:20261201T090000Z", "DTEND:20251201T090000Z", "RRULE:FREQ=DAILY;COUNT=3") == []


@pytest.mark.parametrize("at", ["00010101T000000Z", "99991231T235959Z", "00010101", "99991231"])
@pytest.mark.parametrize("rule", ["RRULE:FREQ=YEARLY", "RRULE:FREQ=MONTHLY;UNTIL=99991231", "RDATE:99991231T235959Z"])
def test_events_at_the_ends_of_the_time_range_are_no_error(at, rule):
    value = "" if "T" in at else ";VALUE=DATE"
    with suppress(Refusal):  # nothing else
        assert all(first >= TODAY for first, _ in days(f"DTSTART{value}:{at}", rule))


def test_a_worker_process_returns_the_same_busy_times():
    workers = WorkerProcesses()
    text = calendar("DTSTART:20261130T220000Z", "DTEND:20261201T023000Z", "RRULE:FREQ=WEEKLY")
    assert workers.run(busy_times, text, NOW, BRUSSELS) == busy_times(text, NOW, BRUSSELS) != []
    with pytest.raises(Refusal) as refused:
        workers.run(busy_times, "no calendar", NOW, BRUSSELS)
    workers.end()
    assert refused.value.errors == [{"pointer": "/text", "detail": "This is not an iCalendar file."}]
