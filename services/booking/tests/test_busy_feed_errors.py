"""Busy times of a calendar count; an event that cannot be read is refused or busy, never free."""

import datetime as dt
import time
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from booking_harness import BookingHarness
from hypothesis import example, given
from hypothesis import strategies as st

from loket_booking.domain.grid import Day
from loket_booking.domain.opening_hours import closed_cells
from loket_booking.feeds.busy import busy_times
from loket_chassis.runtime.worker_process import WorkerProcesses
from loket_contracts.errors import Refusal

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
BRUSSELS = "Europe/Brussels"
ZONES = (
    "Europe/Brussels", "Europe/London", "America/St_Johns", "America/Los_Angeles", "Australia/Lord_Howe",
    "America/Santiago", "Pacific/Chatham", "Pacific/Kiritimati",
)  # fmt: skip


def calendar(*components):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", *(line for each in components for line in each)]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def event(*lines, uid="1"):
    return ["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"]


def free_busy(*lines):
    return ["BEGIN:VFREEBUSY", "UID:1", "DTSTART:20261124T000000Z", "DTEND:20261224T000000Z", *lines, "END:VFREEBUSY"]


def found(*components, now=NOW, time_zone=BRUSSELS):
    return [
        (str(each.first), str(each.last), each.start and f"{each.start:%H:%M}", each.end and f"{each.end:%H:%M}")
        for each in busy_times(calendar(*components), now, time_zone)
    ]


def days(*components, **options):
    return [first for first, *_ in found(*components, **options)]


def detail_of(*components):
    with pytest.raises(Refusal) as refused:
        busy_times(calendar(*components), NOW, BRUSSELS)
    return refused.value.errors[0]["detail"]


# free/busy times


def test_every_period_of_a_free_busy_component_is_busy_unless_marked_free():
    assert found(free_busy(
        "FREEBUSY:20261130T080000Z/20261130T090000Z",
        "FREEBUSY;FBTYPE=FREE:20261201T080000Z/20261201T090000Z",
        "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261202T080000Z/PT1H,20261203T080000Z/PT30M",
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20261204T080000Z/PT1H",
        "FREEBUSY;FBTYPE=X-ELSEWHERE:20261207T080000Z/PT1H",
    )) == [
        ("2026-11-30", "2026-11-30", "09:00", "10:00"), ("2026-12-02", "2026-12-02", "09:00", "10:00"),
        ("2026-12-03", "2026-12-03", "09:00", "09:30"), ("2026-12-04", "2026-12-04", "09:00", "10:00"),
        ("2026-12-07", "2026-12-07", "09:00", "10:00"),
    ]  # fmt: skip


def test_a_vavailability_component_is_refused_and_a_task_takes_no_time():
    assert "VAVAILABILITY" in detail_of(["BEGIN:VAVAILABILITY", "UID:1", "END:VAVAILABILITY"])
    assert found(["BEGIN:VTODO", "UID:1", "DTSTART:20261130T080000Z", "END:VTODO"]) == []


# events


def test_all_events_with_the_same_uid_count():
    assert days(
        event("DTSTART:20261130T080000Z", "DTEND:20261130T090000Z", "SEQUENCE:1"),
        event("DTSTART:20261201T080000Z", "DTEND:20261201T090000Z"),
        event("DTSTART:20261202T080000Z", "DTEND:20261202T090000Z", "RRULE:FREQ=DAILY;COUNT=2"),
        event("RECURRENCE-ID:20261203T080000Z", "DTSTART:20261204T080000Z", "DTEND:20261204T090000Z"),
    ) == ["2026-11-30", "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04"]


def test_a_moved_occurrence_is_busy_at_its_new_time_only():
    assert days(
        event("DTSTART:20261202T080000Z", "DTEND:20261202T090000Z", "RRULE:FREQ=DAILY;COUNT=2"),
        event("RECURRENCE-ID:20261203T080000Z", "DTSTART:20261204T080000Z", "DTEND:20261204T090000Z"),
    ) == ["2026-12-02", "2026-12-04"]


def test_events_without_a_uid_all_count():
    lines = [["BEGIN:VEVENT", f"DTSTART:202612{day:02}T080000Z", "DURATION:PT1H", "END:VEVENT"] for day in (1, 2, 3)]
    assert days(*lines) == ["2026-12-01", "2026-12-02", "2026-12-03"]


@pytest.mark.parametrize(
    ("start", "until"),
    [
        ("DTSTART;TZID=Europe/Brussels:20261130T093000", "20261202"),
        ("DTSTART;TZID=America/New_York:20261130T170000", "20261202"),
        ("DTSTART;TZID=America/New_York:20261130T170000", "20261202T170000"),
        ("DTSTART;TZID=Europe/Brussels:20261130T093000", "20261202T083000Z"),
        ("DTSTART:20261130T093000Z", "20261202"),
        ("DTSTART:20261130T093000", "20261202"),
        ("DTSTART:20261130T093000", "20261202T083000Z"),
        ("DTSTART;VALUE=DATE:20261130", "20261202"),
        ("DTSTART;VALUE=DATE:20261130", "20261201T230000Z"),
    ],
)
def test_a_series_ends_on_its_last_day(start, until):
    length = "DURATION:P1D" if "VALUE=DATE" in start else "DURATION:PT30M"
    assert len(days(event(start, length, f"RRULE:FREQ=DAILY;UNTIL={until}"))) == 3


def test_a_series_until_the_year_9999_is_accepted():
    lines = ("DTSTART;TZID=America/New_York:20261130T090000", "DURATION:PT1H", "RRULE:FREQ=YEARLY;UNTIL=99991231")
    assert days(event(*lines)) == ["2026-11-30", "2027-11-30"]


@pytest.mark.parametrize("zone", ["Europe/Brussels", '"Europe/Brussels"', "Nowhere/Known"])
def test_a_utc_time_with_a_time_zone_is_read_as_utc(zone):
    lines = (f"DTSTART;TZID={zone}:20261130T093000Z", f"DTEND;TZID={zone}:20261130T103000Z")
    assert found(event(*lines)) == [("2026-11-30", "2026-11-30", "10:30", "11:30")]


def test_an_event_in_an_unknown_time_zone_is_refused_by_uid():
    result = detail_of(event("DTSTART;TZID=Nowhere/Known:20261130T093000", "DURATION:PT1H", uid="visit-7"))
    assert result == "The time zone of the event at line 4 is not known: visit-7."


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:tomorrow",), ("SUMMARY:no start",), ("DTSTART:20261130T080000Z", "DTEND:later"),
        ("DTSTART:20261130T080000Z", "DURATION:long"), ("DTSTART:20261130T080000Z", "RDATE:often"),
    ],
)  # fmt: skip
def test_an_event_with_an_unreadable_time_is_refused_by_uid(lines):
    other = event("DTSTART:20261130T080000Z", "DURATION:PT1H")
    assert detail_of(other, event(*lines, uid="visit-8")) == (
        "A time of the event at line 9 cannot be read: visit-8."
    )  # fmt: skip


def test_errors_in_other_properties_of_an_event_are_ignored():
    lines = ("DTSTART:20261130T080000Z", "DURATION:PT1H", "EXDATE:", "SEQUENCE:", "GEO:somewhere")
    assert days(event(*lines)) == ["2026-11-30"]


# repetitions


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY;INTERVAL=5", "FREQ=HOURLY;COUNT=3", "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1", "FREQ=WHENEVER", "FREQ=DAILY;BYMONTHDAY=32", "FREQ=DAILY;BYMONTH=13",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=4,6,9,11;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=-30", "FREQ=DAILY;BYYEARDAY=367", "FREQ=DAILY;BYYEARDAY=40;BYMONTH=3",
        "FREQ=DAILY;BYSETPOS=2", "FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=3", "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10;BYMINUTE=0,10,20,30,40,50",
        "FREQ=YEARLY;BYWEEKNO=54", "FREQ=MONTHLY;BYSETPOS=32", "FREQ=DAILY;BYHOUR=24",
    ],
)  # fmt: skip
@pytest.mark.parametrize("start", ["DTSTART:20261124T090000Z", "DTSTART;VALUE=DATE:20261124"])
def test_a_recurrence_that_is_too_frequent_or_never_occurs_is_refused_by_its_structure(rule, start):
    began = time.process_time()
    result = detail_of(event(start, f"RRULE:{rule}", uid="visit-9"))
    assert result == "The recurrence of the event at line 4 cannot be computed: visit-9."
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("rule", "count"),
    [
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29,28", 2), ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", 1),
        ("FREQ=MONTHLY;BYDAY=-1FR", 14), ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 14),
        ("FREQ=DAILY;INTERVAL=7;BYDAY=TU", 58), ("FREQ=WEEKLY;BYDAY=TU,TH;BYSETPOS=2", 58),
        ("FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", 2), ("FREQ=DAILY;BYHOUR=9,14;COUNT=4", 4),
    ],
)  # fmt: skip
def test_a_common_recurrence_is_expanded(rule, count):
    assert len(days(event("DTSTART:20261124T090000Z", "DTEND:20261124T093000Z", f"RRULE:{rule}"))) == count


def test_a_feed_that_takes_too_long_is_refused(database):
    booking, workers = BookingHarness(database), WorkerProcesses(seconds=0)
    many = [event("DTSTART:19000101T090000Z", "RRULE:FREQ=DAILY;COUNT=40000", uid=f"v{n}") for n in range(400)]
    with pytest.raises(Refusal) as refused:
        replace(booking.use_cases.closures, run=workers.run).import_busy("rumst", "ro-1", "outlook", calendar(*many))
    assert refused.value.errors == [{"pointer": "/text", "detail": "This calendar takes too long to read."}]


# midnight


@pytest.mark.parametrize("hour", [0, 1, 12, 23])
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("date", [dt.date(2026, 11, 24), dt.date(2027, 3, 28), dt.date(2026, 10, 25)])
def test_whole_days_and_floating_times_use_the_local_calendar(zone, hour, date):
    now = dt.datetime.combine(date, dt.time(hour, 30), ZoneInfo(zone)).astimezone(dt.UTC)
    yesterday, today, tomorrow = (f"{date + dt.timedelta(days=n):%Y%m%d}" for n in (-1, 0, 1))

    def whole(day):
        return days(event(f"DTSTART;VALUE=DATE:{day}"), now=now, time_zone=zone)

    def floating(day):
        return days(event(f"DTSTART:{day}T220000", f"DTEND:{day}T230000"), now=now, time_zone=zone)

    assert whole(yesterday) == floating(yesterday) == []
    assert whole(today) == floating(today) == [str(date)]
    assert whole(tomorrow) == floating(tomorrow) == [str(date + dt.timedelta(days=1))]


@pytest.mark.parametrize("zone", ZONES)
def test_a_recurring_whole_day_is_that_day(zone):
    now = dt.datetime(2026, 11, 24, 0, 30, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    repeated = event("DTSTART;VALUE=DATE:20261120", "RRULE:FREQ=DAILY;UNTIL=20261125")
    assert days(repeated, now=now, time_zone=zone) == ["2026-11-24", "2026-11-25"]


def nights(zone):
    """The days around each change of the clock in 2027."""
    local, date = ZoneInfo(zone), dt.date(2027, 1, 1)
    while date.year == 2027:
        following = date + dt.timedelta(days=1)
        if len({dt.datetime.combine(each, dt.time(12), local).utcoffset() for each in (date, following)}) == 2:
            yield following
        date = following


NIGHTS = [(zone, date) for zone in ZONES for date in nights(zone)]


@given(
    night=st.sampled_from(NIGHTS), minutes=st.integers(-26 * 60, 26 * 60), length=st.integers(1, 30 * 60),
    form=st.sampled_from(["utc", "local", "floating"]),
)  # fmt: skip
@example(night=("Europe/Brussels", dt.date(2027, 10, 31)), minutes=-45, length=15, form="utc")
@example(night=("Europe/Brussels", dt.date(2027, 3, 28)), minutes=-50, length=15, form="floating")
def test_no_minute_of_an_event_is_free_around_a_clock_change(night, minutes, length, form):
    zone, date = night
    local = ZoneInfo(zone)
    middle = dt.datetime.combine(date, dt.time(3), local).astimezone(dt.UTC)
    start = middle + dt.timedelta(minutes=minutes)
    end = start + dt.timedelta(minutes=length)
    if form == "utc":
        lines = [f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{end:%Y%m%dT%H%M%SZ}"]
    else:
        begin, over = start.astimezone(local), end.astimezone(local)
        # an hour that comes twice means its first time (RFC 5545, section 3.3.5)
        start, end = (each.replace(fold=0).astimezone(dt.UTC) for each in (begin, over))
        if end <= start:
            return
        named = f";TZID={zone}" if form == "local" else ""
        lines = [f"DTSTART{named}:{begin:%Y%m%dT%H%M%S}", f"DTEND{named}:{over:%Y%m%dT%H%M%S}"]
    closures = busy_times(calendar(event(*lines)), dt.datetime(2026, 12, 31, tzinfo=dt.UTC), zone)
    for n in range(-3, 4):
        on = Day(date + dt.timedelta(days=n), zone)
        closed = 0
        for closure in closures:
            if closure.applies_on(on.date):
                closed |= closed_cells(closure, on)
        for cell in range(on.cells):
            moment = on.moment(cell)
            if moment < end and start < moment + dt.timedelta(minutes=5):
                assert closed >> cell & 1, f"{moment} is free"
            elif closed >> cell & 1:  # only the other time of an hour that comes twice
                wall = moment.astimezone(local)
                assert wall.replace(fold=0).utcoffset() > wall.replace(fold=1).utcoffset(), f"{moment} is closed"
