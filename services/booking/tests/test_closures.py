"""A closure takes time away at once and loses no appointment: those in it are listed, and moved together."""

import datetime as dt

import pytest
from desk import LATER, STAFF, START, Desk, refused
from icalendar import Calendar
from municipality_yaml import a_town, specialist, types

from loket_booking.domain.grid import local_date
from loket_contracts.commands import CloseTime, MoveThese
from loket_contracts.errors import Refusal

MONDAY = "2026-11-30"


@pytest.fixture
def desk(database):
    return Desk(database, a_town())


def close(desk, **body):
    return desk.use_cases.closures.close_time("rumst", CloseTime().load({"first": MONDAY, **body}), STAFF)


def clashing(desk):
    return [(each["appointment"], each["reason"]) for each in desk.use_cases.conflicts.conflicts("rumst")]


def test_a_closure_takes_the_time_away_and_its_end_gives_it_back(desk):
    laid = close(desk, resource="ro-1", **{"from": "09:00", "to": "10:00"})
    capacities = {slot["start"][11:16]: slot["capacity"] for slot in desk.slots()}
    assert (capacities["09:00"], capacities["10:00"]) == (1, 2)
    desk.use_cases.closures.reopen_time("rumst", laid.id)
    assert {slot["capacity"] for slot in desk.slots()} == {2}
    assert refused(desk.use_cases.closures.reopen_time, "rumst", laid.id) == "closure-not-found"


def test_a_location_or_all_can_be_closed(desk):
    close(desk, location="hal", last="2026-12-01")
    assert desk.starts() == desk.starts("2026-12-01") == []
    close(desk, first="2026-12-02")
    assert desk.starts("2026-12-02") == []
    assert desk.starts("2026-12-03")


def test_another_instance_sees_a_closure_within_a_second(database, desk):
    other = Desk(database, a_town())
    assert other.starts()
    close(desk)
    other.stores.configurations.invalidate()
    assert other.starts() == []


def test_appointments_in_a_closure_stay_and_are_listed(desk):
    _, inside = desk.book(start=START)
    _, outside = desk.book(start=LATER)
    close(desk)
    assert clashing(desk) == [(inside.id, "closed")]
    assert desk.appointment(inside).state == "booked"
    assert desk.appointment(outside).state == "booked"


def test_a_new_configuration_tells_what_it_lies_across(desk):
    _, morning = desk.book(start=START, resource="ro-1")
    _, gone = desk.book(start=START, resource="ro-2")
    later = [{"days": ["monday"], "from": "11:00", "to": "12:00"}]
    desk.stores.configurations.store(a_town(resources={"ro-1": specialist(hours=later)}), "test", desk.time)
    assert sorted(clashing(desk)) == sorted([(morning.id, "closed"), (gone.id, "resource-gone")])


def test_moving_many_proposes_a_moment_for_each_and_no_moment_twice(desk):
    cards = [desk.book(start=START)[1] for _ in range(2)]
    cards += [desk.book(start="2026-11-30T11:00:00+01:00", request=STAFF)[1]]
    close(desk)
    found = desk.use_cases.conflicts.proposals("rumst", [card.id for card in cards])
    taken = [(each["start"], tuple(each["resources"])) for each in found]
    assert len(set(taken)) == 3
    assert {start[:10] for start, _ in taken} <= {"2026-11-27", "2026-12-01"}, "the nearest days that are open"
    moves = MoveThese().load({"moves": [
        {"appointment": each["appointment"], "start": each["start"], "resource": each["resources"][0]} for each in found
    ]})  # fmt: skip
    results = desk.use_cases.closures.move_appointments("rumst", moves["moves"], STAFF)
    assert {each["result"] for each in results} == {"moved"}
    assert clashing(desk) == []


def test_the_same_specialist_is_proposed_when_that_is_near(desk):
    _, card = desk.book(start=START, resource="ro-2")
    close(desk)
    assert desk.use_cases.conflicts.proposals("rumst", [card.id])[0]["resources"] == ["ro-2"]


def test_who_cannot_be_moved_keeps_the_place_and_says_why(desk):
    _, card = desk.book(start=START)
    moves = MoveThese().load({"moves": [
        {"appointment": card.id, "start": "2026-12-05T10:00:00+01:00"}, {"appointment": "nobody", "start": START},
    ]})["moves"]  # fmt: skip
    results = desk.use_cases.closures.move_appointments("rumst", moves, STAFF)
    assert [each["result"] for each in results] == ["slot-not-offered", "appointment-not-found"]
    assert desk.appointment(card).local(desk.appointment(card).start) == START


@pytest.mark.parametrize(
    ("body", "code"), [({"resource": "x"}, "unknown-resource"), ({"location": "x"}, "unknown-location")]
)
def test_a_closure_of_what_is_not_there_is_refused(desk, body, code):
    assert refused(close, desk, **body) == code


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


def busy(desk, text=BUSY, source="outlook"):
    return desk.use_cases.closures.import_busy("rumst", "ro-1", source, text)


def test_busy_times_of_a_feed_take_time_away_repetitions_and_whole_days_too(desk):
    assert busy(desk) == (3, 0)
    wish = {"resource": "ro-1"}
    assert desk.starts(MONDAY, **wish) == ["09:00", "10:30", "11:00", "11:30"], "widened to the five-minute grid"
    assert desk.starts("2026-12-01", **wish)[0] == "09:00", "what is marked free does not count"
    assert desk.starts("2026-12-02", **wish) == desk.starts("2026-12-03", **wish) == []
    assert desk.starts("2026-12-04", **wish)
    assert "09:30" in desk.starts("2026-12-07", **wish), "an exception of the repetition"
    assert "09:30" not in desk.starts("2026-12-14", **wish)


def test_the_title_of_what_a_specialist_does_elsewhere_is_not_kept(desk):
    busy(desk)
    assert "Tandarts" not in str(list(desk.stores.configurations.closures.collection.find({})))


def test_a_feed_that_is_read_again_replaces_what_it_said_and_nothing_else(desk):
    close(desk, first="2026-12-04", resource="ro-1")
    busy(desk)
    assert busy(desk, "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nEND:VCALENDAR\n") == (0, 3), "it says what it dropped"
    assert desk.starts("2026-12-02", resource="ro-1")
    assert desk.starts("2026-12-04", resource="ro-1") == []


def test_the_midnight_of_a_location_decides_which_day_a_whole_day_is(database):
    places = {"hal": {"name": "Hal", "time_zone": "America/St_Johns"}}
    desk = Desk(database, a_town(locations=places))
    desk.time = dt.datetime(2026, 12, 2, 2, tzinfo=dt.UTC)  # it is 1 December there, and the 2nd in Brussels
    busy(desk, BUSY.replace("DTSTART;VALUE=DATE:20261202", "DTSTART;VALUE=DATE:20261201"))
    closed = desk.stores.configurations.closures.closed("rumst").resources["ro-1"]
    assert dt.date(2026, 12, 1) in {each.first for each in closed if each.whole_day}


@pytest.mark.parametrize("text", ["", "nonsense", "BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR", "\x00" * 50])
def test_what_is_no_calendar_is_refused(desk, text):
    assert refused(busy, desk, text) == "invalid-request"


def test_an_agenda_is_offered_under_a_secret_address_and_names_no_resident(desk):
    _, card = desk.book(start=START, resource="ro-1")
    token = desk.use_cases.calendar_feed.feed_token("rumst", "ro-1")
    text = desk.use_cases.calendar_feed.feed("rumst", token)
    assert "DTSTART:20261130T090000Z" in text
    assert card.reference in text
    assert "Lieve" not in text
    assert refused(desk.use_cases.calendar_feed.feed, "rumst", "x" * 43) == "not-found"
    assert card.reference not in desk.use_cases.calendar_feed.feed(
        "rumst", desk.use_cases.calendar_feed.feed_token("rumst", "ro-2")
    )


def test_an_entry_of_an_agenda_keeps_its_identifier_which_is_not_that_of_the_appointment(desk):
    appointment, card = desk.book(start=START, resource="ro-1")
    token = desk.use_cases.calendar_feed.feed_token("rumst", "ro-1")

    def entry():
        feed = desk.use_cases.calendar_feed.feed("rumst", token)
        assert appointment.id not in feed.replace("\r\n ", "")
        (found,) = Calendar.from_ical(feed).walk("VEVENT")
        return found["UID"], found.decoded("DTSTART")

    before = entry()
    desk.reschedule(card, LATER, resource="ro-1")
    after = entry()
    assert after[0] == before[0]
    assert after[1] != before[1]
    own = desk.use_cases.appointments.calendar(appointment, card, "https://afspraak.example")
    assert f"UID:{appointment.id}@loket" in own, "in the resident's own calendar as in the mails"


# --- the day, the configuration, and what is offered


def test_the_day_shows_who_comes_to_whom_and_the_look_is_recorded(desk):
    _, card = desk.book(start=START, resource="ro-1")
    _, gone = desk.book(start=START, resource="ro-2")
    desk.cancel(gone)
    seen = desk.use_cases.day.agenda("rumst", dt.date(2026, 11, 30), "ruimte", None, STAFF)
    by_resource = {each["resource"]: each for each in seen["resources"]}
    assert [(each["name"], each["reference"]) for each in by_resource["ro-1"]["claims"]] == [
        ("Lieve Demo", card.reference)
    ]
    assert by_resource["ro-2"]["claims"] == []
    assert "mi-1" not in by_resource
    assert by_resource["ro-1"]["open"] == [
        {"location": "hal", "from": "2026-11-30T09:00:00+01:00", "to": "2026-11-30T12:00:00+01:00"}
    ]
    assert desk.stores.audit.page("rumst", None, None, 1)[0][0]["action"] == "read"


def test_a_configuration_is_compared_before_it_counts_and_its_versions_are_kept(desk):
    proposed = a_town(hold_minutes=20)
    difference = desk.use_cases.configuration.compare_configuration(proposed)["diff"]
    assert "+hold_minutes: 20" in difference
    assert desk.stores.configurations.calendar("rumst").municipality.version == 1
    desk.use_cases.configuration.configure(proposed, "an")
    kept = desk.use_cases.administration.configuration("rumst", 1)
    assert kept["text"] == a_town()
    assert [(each["version"], each["by"]) for each in kept["versions"]] == [(2, "an"), (1, "test")]
    assert refused(desk.use_cases.administration.configuration, "rumst", 9) == "no-such-version"
    with pytest.raises(Refusal):
        desk.use_cases.configuration.compare_configuration("id: x")


def test_what_a_resource_offers_on_a_day_is_told_when_it_changes_and_not_again(desk):
    desk.stores.configurations.store(a_town(appointment_types=types(advies={"horizon_days": 10})), "test", desk.time)
    assert desk.use_cases.housekeeping.capacity_publishing.publish_capacity() == 4 * 11
    assert desk.use_cases.housekeeping.capacity_publishing.publish_capacity() == 0
    close(desk, resource="ro-1", **{"from": "09:00", "to": "10:00"})
    assert desk.use_cases.housekeeping.capacity_publishing.publish_capacity() == 1
    told = desk.stores.capacities.get("rumst/ro-1/2026-11-30")
    assert (told.minutes, told.sequence) == (120, 2)
    desk.stores.configurations.store(a_town(resources={"ro-2": specialist()}, appointment_types=types(advies={})),
                                     "test", desk.time)  # fmt: skip
    desk.use_cases.housekeeping.capacity_publishing.publish_capacity()
    assert desk.stores.capacities.get("rumst/ro-1/2026-11-30").minutes == 0, "who left gives nothing any more"
    assert local_date(desk.time, "Europe/Brussels") == dt.date(2026, 11, 24)
