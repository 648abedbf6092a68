"""A closure removes time at once and loses no appointment: those in conflict are listed, and moved together."""

import datetime as dt
from dataclasses import replace

import pytest
from booking_harness import LATER, STAFF, START, BookingHarness, refused
from icalendar import Calendar
from municipality_yaml import a_configuration, specialist, types

from loket_booking.domain.grid import local_date
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.closures import CloseTime, MoveThese
from loket_contracts.rpc.message import from_json

MONDAY = "2026-11-30"


@pytest.fixture
def booking(database):
    return BookingHarness(database, a_configuration())


def close(booking, **body):
    return booking.use_cases.closures.close_time("rumst", from_json(CloseTime, {"first": MONDAY, **body}), STAFF)


def conflicts(booking):
    return [(each["appointment"], each["reason"]) for each in booking.use_cases.conflicts.conflicts("rumst", None)]


def test_a_closure_removes_time_and_reopening_restores_it(booking):
    laid = close(booking, resource="ro-1", **{"from": "09:00", "to": "10:00"})
    capacities = {slot["start"][11:16]: slot["capacity"] for slot in booking.slots()}
    assert (capacities["09:00"], capacities["10:00"]) == (1, 2)
    booking.use_cases.closures.reopen_time("rumst", laid.id)
    assert {slot["capacity"] for slot in booking.slots()} == {2}
    assert refused(booking.use_cases.closures.reopen_time, "rumst", laid.id) == "closure-not-found"


def test_a_closure_can_cover_one_location_or_all(booking):
    close(booking, location="hal", last="2026-12-01")
    assert booking.starts() == booking.starts("2026-12-01") == []
    close(booking, first="2026-12-02")
    assert booking.starts("2026-12-02") == []
    assert booking.starts("2026-12-03")


def test_another_instance_sees_a_closure_within_a_second(database, booking):
    other = BookingHarness(database, a_configuration())
    assert other.starts()
    close(booking)
    other.stores.configurations.invalidate()
    assert other.starts() == []


def test_appointments_in_a_closure_stay_and_are_listed_as_conflicts(booking):
    _, inside = booking.book(start=START)
    _, outside = booking.book(start=LATER)
    close(booking)
    assert conflicts(booking) == [(inside.id, "closed")]
    assert booking.appointment(inside).state == "booked"
    assert booking.appointment(outside).state == "booked"


def test_a_new_configuration_lists_its_conflicts(booking):
    _, morning = booking.book(start=START, resource="ro-1")
    _, gone = booking.book(start=START, resource="ro-2")
    later = [{"days": ["monday"], "from": "11:00", "to": "12:00"}]
    booking.stores.configurations.store(
        a_configuration(resources={"ro-1": specialist(hours=later)}), "test", booking.time
    )
    assert sorted(conflicts(booking)) == sorted([(morning.id, "closed"), (gone.id, "resource-gone")])


def test_proposals_for_many_appointments_never_overlap(booking):
    cards = [booking.book(start=START)[1] for _ in range(2)]
    cards += [booking.book(start="2026-11-30T11:00:00+01:00", request=STAFF)[1]]
    close(booking)
    found = booking.use_cases.conflicts.proposals("rumst", [card.id for card in cards], None)
    taken = [(each["start"], tuple(each["resources"])) for each in found]
    assert len(set(taken)) == 3
    assert {start[:10] for start, _ in taken} <= {"2026-11-27", "2026-12-01"}, "the nearest days that are open"
    moves = from_json(MoveThese, {"moves": [
        {"appointment": each["appointment"], "start": each["start"], "resource": each["resources"][0]} for each in found
    ]})  # fmt: skip
    results = booking.use_cases.closures.move_appointments("rumst", moves.moves, STAFF)
    assert {each["result"] for each in results} == {"moved"}
    assert conflicts(booking) == []


def test_a_proposal_prefers_the_same_specialist_when_the_time_is_near(booking):
    _, card = booking.book(start=START, resource="ro-2")
    close(booking)
    assert booking.use_cases.conflicts.proposals("rumst", [card.id], None)[0]["resources"] == ["ro-2"]


def test_an_appointment_that_cannot_be_moved_stays_and_gives_the_reason(booking):
    _, card = booking.book(start=START)
    moves = from_json(MoveThese, {"moves": [
        {"appointment": card.id, "start": "2026-12-05T10:00:00+01:00"}, {"appointment": "nobody", "start": START},
    ] }).moves  # fmt: skip
    results = booking.use_cases.closures.move_appointments("rumst", moves, STAFF)
    assert [each["result"] for each in results] == ["slot-not-offered", "appointment-not-found"]
    assert booking.appointment(card).local(booking.appointment(card).start) == START


@pytest.mark.parametrize(
    ("body", "code"), [({"resource": "x"}, "unknown-resource"), ({"location": "x"}, "unknown-location")]
)
def test_a_closure_of_an_unknown_resource_is_refused(booking, body, code):
    assert refused(close, booking, **body) == code


# --- calendars that come and go

BUSY = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//x//x//NL
BEGIN:VEVENT
UID:1
DTSTAMP:20261101T000000Z
DTSTART;TZID=Europe/Brussels:20261130T093000
DTEND;TZID=Europe/Brussels:20261130T100700
RRULE:FREQ=WEEKLY;COUNT=3
EXDATE;TZID=Europe/Brussels:20261207T093000
SUMMARY:Tandarts
END:VEVENT
BEGIN:VEVENT
UID:2
DTSTAMP:20261101T000000Z
DTSTART;VALUE=DATE:20261202
DTEND;VALUE=DATE:20261204
END:VEVENT
BEGIN:VEVENT
UID:3
DTSTAMP:20261101T000000Z
DTSTART:20261201T080000Z
DTEND:20261201T110000Z
TRANSP:TRANSPARENT
END:VEVENT
END:VCALENDAR
"""


def busy(booking, text=BUSY, source="outlook"):
    return booking.use_cases.closures.import_busy("rumst", "ro-1", source, text)


def test_busy_times_of_a_feed_include_recurrences_and_whole_days(booking):
    assert busy(booking) == (3, 0)
    criteria = {"resource": "ro-1"}
    assert booking.starts(MONDAY, **criteria) == ["09:00", "10:30", "11:00", "11:30"], "widened to the five-minute grid"
    assert booking.starts("2026-12-01", **criteria)[0] == "09:00", "what is marked free does not count"
    assert booking.starts("2026-12-02", **criteria) == booking.starts("2026-12-03", **criteria) == []
    assert booking.starts("2026-12-04", **criteria)
    assert "09:30" in booking.starts("2026-12-07", **criteria), "an exception of the repetition"
    assert "09:30" not in booking.starts("2026-12-14", **criteria)


def test_the_titles_of_a_feed_are_not_stored(booking):
    busy(booking)
    assert "Tandarts" not in str(list(booking.stores.configurations.closures.collection.find({})))


def test_reading_a_feed_again_replaces_its_own_busy_times_only(booking):
    close(booking, first="2026-12-04", resource="ro-1")
    busy(booking)
    assert busy(booking, "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n") == (0, 3), "it says what it dropped"
    assert booking.starts("2026-12-02", resource="ro-1")
    assert booking.starts("2026-12-04", resource="ro-1") == []


def test_a_whole_day_event_uses_the_local_midnight_of_the_location(database):
    places = {"hal": {"name": "Hal", "time_zone": "America/St_Johns"}}
    booking = BookingHarness(database, a_configuration(locations=places))
    booking.time = dt.datetime(2026, 12, 2, 2, tzinfo=dt.UTC)  # it is 1 December there, and the 2nd in Brussels
    busy(booking, BUSY.replace("DTSTART;VALUE=DATE:20261202", "DTSTART;VALUE=DATE:20261201"))
    closed = booking.stores.configurations.closures.closed("rumst").resources["ro-1"]
    assert dt.date(2026, 12, 1) in {each.first for each in closed if each.whole_day}


@pytest.mark.parametrize("text", ["", "nonsense", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", "\x00" * 50])
def test_a_file_that_is_no_calendar_is_refused(booking, text):
    assert refused(busy, booking, text) == "invalid-request"


def test_an_agenda_feed_has_a_secret_address_and_contains_no_names_of_residents(booking):
    _, card = booking.book(start=START, resource="ro-1")
    token = booking.use_cases.calendar_feed.feed_token("rumst", "ro-1")
    text = booking.use_cases.calendar_feed.feed("rumst", token)
    assert "DTSTART:20261130T090000Z" in text
    assert card.reference in text
    assert "Lieve" not in text
    assert refused(booking.use_cases.calendar_feed.feed, "rumst", "x" * 43) == "not-found"
    assert card.reference not in booking.use_cases.calendar_feed.feed(
        "rumst", booking.use_cases.calendar_feed.feed_token("rumst", "ro-2")
    )


def test_an_entry_of_a_feed_has_a_stable_uid_that_is_not_the_appointment_id(booking):
    appointment, card = booking.book(start=START, resource="ro-1")
    token = booking.use_cases.calendar_feed.feed_token("rumst", "ro-1")

    def entry():
        feed = booking.use_cases.calendar_feed.feed("rumst", token)
        assert appointment.id not in feed.replace("\r\n ", "")
        (found,) = Calendar.from_ical(feed).walk("VEVENT")
        return found["UID"], found.decoded("DTSTART")

    before = entry()
    booking.reschedule(card, LATER, resource="ro-1")
    after = entry()
    assert after[0] == before[0]
    assert after[1] != before[1]
    own = booking.use_cases.appointments.calendar(appointment, card, "https://afspraak.example")
    assert f"UID:{appointment.id}@loket" in own, "in the resident's own calendar as in the mails"


# --- the day, the configuration, and what is offered


def test_the_day_lists_appointments_by_resource_and_the_view_is_audited(booking):
    _, card = booking.book(start=START, resource="ro-1")
    _, gone = booking.book(start=START, resource="ro-2")
    booking.cancel(gone)
    seen = booking.use_cases.day.agenda("rumst", dt.date(2026, 11, 30), None, replace(STAFF, teams=("ruimte",)))
    by_resource = {each["resource"]: each for each in seen["resources"]}
    assert [(each["name"], each["reference"]) for each in by_resource["ro-1"]["claims"]] == [
        ("Lieve Demo", card.reference)
    ]
    assert by_resource["ro-2"]["claims"] == []
    assert "mi-1" not in by_resource
    assert by_resource["ro-1"]["open"] == [
        {"location": "hal", "from": "2026-11-30T09:00:00+01:00", "to": "2026-11-30T12:00:00+01:00"}
    ]
    assert booking.stores.audit.page("rumst", None, None, 1)[0][0].action == "read"


def test_a_configuration_can_be_compared_before_it_is_loaded_and_its_versions_are_stored(booking):
    proposed = a_configuration(hold_minutes=20)
    difference = booking.use_cases.configuration.compare_configuration(proposed)[0]["diff"]
    assert "+hold_minutes: 20" in difference
    assert booking.stores.configurations.calendar("rumst").municipality.version == 1
    booking.use_cases.configuration.configure(proposed, "an")
    kept = booking.use_cases.administration.configuration("rumst", 1)
    assert kept["text"] == a_configuration()
    assert [(each["version"], each["by"]) for each in kept["versions"]] == [(2, "an"), (1, "test")]
    assert refused(booking.use_cases.administration.configuration, "rumst", 9) == "no-such-version"
    with pytest.raises(Refusal):
        booking.use_cases.configuration.compare_configuration("id: x")


def test_capacity_is_published_when_it_changes_and_only_then(booking):
    booking.stores.configurations.store(
        a_configuration(appointment_types=types(advies={"horizon_days": 10})), "test", booking.time
    )
    assert booking.use_cases.housekeeping.capacity_publishing.publish_capacity() == 4 * 11
    assert booking.use_cases.housekeeping.capacity_publishing.publish_capacity() == 0
    close(booking, resource="ro-1", **{"from": "09:00", "to": "10:00"})
    assert booking.use_cases.housekeeping.capacity_publishing.publish_capacity() == 1
    result = booking.stores.capacities.get("rumst/ro-1/2026-11-30")
    assert (result.minutes, result.sequence) == (120, 2)
    changed = a_configuration(resources={"ro-2": specialist()}, appointment_types=types(advies={}))
    booking.stores.configurations.store(changed, "test", booking.time)
    booking.use_cases.housekeeping.capacity_publishing.publish_capacity()
    assert booking.stores.capacities.get("rumst/ro-1/2026-11-30").minutes == 0, "who left gives nothing any more"
    assert local_date(booking.time, "Europe/Brussels") == dt.date(2026, 11, 24)
