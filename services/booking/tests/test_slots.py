"""The result of a search, and the reasons when nothing is free."""

import datetime as dt

import pytest
from booking_harness import BookingHarness, refused
from municipality_yaml import OFFICE, WORKDAYS, a_configuration, specialist, types

MONDAY = "2026-11-30"


def booking_with(database, **changes):
    return BookingHarness(database, a_configuration(**changes))


def reasons(booking, date=MONDAY, **criteria):
    found = booking.use_cases.slots.explain("rumst", booking.criteria(date, **criteria), for_staff=True)
    return {each["resource"]: each["reason"] for each in found["days"][0]["resources"]}


def test_a_search_respects_weekdays_and_the_part_of_the_day(database):
    booking = booking_with(database)
    week = booking.slots(MONDAY, "2026-12-06", weekday=["tuesday", "friday"])
    assert {slot["start"][:10] for slot in week} == {"2026-12-01", "2026-12-04"}
    assert booking.starts(MONDAY, after="10:00", before="11:00") == ["10:00", "10:30"]


def test_a_search_by_language_finds_specialists_who_speak_it(database):
    booking = booking_with(database)
    assert {slot["capacity"] for slot in booking.slots(language="fr")} == {1}
    assert booking.slots(language="de") == []


def test_opening_hours_for_one_type_apply_to_that_type_only(database):
    afternoon = {"days": WORKDAYS, "from": "13:00", "to": "14:00", "appointment_types": ["bezwaar"]}
    booking = booking_with(
        database,
        resources={"ro-1": specialist(hours=[*OFFICE, afternoon])},
        appointment_types=types(advies={}, bezwaar={}),
    )
    assert "13:00" not in booking.starts()
    assert "13:00" in booking.starts(appointment_types=["bezwaar"])
    assert "13:00" not in booking.starts(appointment_types=["bezwaar", "advies"])


def test_a_site_visit_includes_the_travel_there_and_back(database):
    site = {"name": "Ter plaatse", "channel": "visit", "travel_minutes": 30}
    booking = booking_with(
        database,
        locations={"werf": site},
        resources={"ro-1": specialist(locations=["werf"])},
        appointment_types=types(advies={"locations": ["werf"]}),
    )
    assert booking.starts() == ["09:30", "10:00", "10:30", "11:00"]
    booked, _ = booking.book(start="2026-11-30T10:30:00+01:00")
    assert booking.starts() == []
    assert booked.channel == "visit"


def test_one_appointment_can_claim_specialists_of_two_teams_and_a_room(database):
    together = {"needs": [{"skill": "bouwen"}, {"team": "milieu", "skill": "natuur"}, {"kind": "room"}]}
    booking = booking_with(database, appointment_types=types(advies=together))
    assert {slot["capacity"] for slot in booking.slots()} == {1}
    booked, _ = booking.book(start="2026-11-30T10:00:00+01:00")
    assert booked.resources == ("ro-1", "mi-1", "zaal")
    assert "10:00" not in booking.starts()


def test_two_needs_for_one_skill_are_met_by_two_people(database):
    booking = booking_with(
        database, appointment_types=types(advies={"needs": [{"skill": "bouwen"}, {"skill": "bouwen"}]})
    )
    booked, _ = booking.book(start="2026-11-30T10:00:00+01:00")
    assert sorted(booked.resources) == ["ro-1", "ro-2"]
    assert "10:00" not in booking.starts()


def test_a_need_can_name_one_resource(database):
    booking = booking_with(database, appointment_types=types(advies={"needs": [{"resource": "ro-2"}]}))
    assert booking.book(start="2026-11-30T10:00:00+01:00")[0].resources == ("ro-2",)
    assert refused(booking.book, resource="ro-1") == "unknown-resource"


def test_the_month_view_counts_the_starts_of_each_day(database):
    booking = booking_with(database)
    booking.book(start="2026-11-30T10:00:00+01:00", resource="ro-1")
    booking.book(start="2026-11-30T10:00:00+01:00", resource="ro-2")
    days = booking.use_cases.slots.day_counts("rumst", booking.criteria("2026-11-28", "2026-12-01"))["days"]
    assert [(day["date"][-2:], day["starts"]) for day in days] == [("28", 0), ("29", 0), ("30", 5), ("01", 6)]


def test_the_first_available_slot_is_returned_for_each_location(database):
    booking = booking_with(
        database,
        locations={"hal": {"name": "Hal"}, "post": {"name": "Post"}, "leeg": {"name": "Leeg"}},
        resources={
            "ro-1": specialist(),
            "ro-2": specialist(locations=["post"], hours=[{"days": ["friday"], "from": "14:00", "to": "15:00"}]),
            "ro-3": specialist(locations=["leeg"], hours=[]),
        },
        appointment_types=types(advies={"locations": ["hal", "post", "leeg"]}),
    )
    found = booking.use_cases.slots.first_available("rumst", booking.criteria("2026-11-28"))["locations"]
    assert [(each["location"], each["slot"] and each["slot"]["start"][:16]) for each in found] == [
        ("hal", "2026-11-30T09:00"), ("post", "2026-12-04T14:00"), ("leeg", None),
    ]  # fmt: skip


def test_staff_see_for_each_resource_why_it_has_no_slot(database):
    closure = [{"first": MONDAY, "reason": "Verlof"}]
    hours = [{"days": ["tuesday"], "from": "09:00", "to": "12:00"}]
    short = [{"days": ["monday"], "from": "09:00", "to": "09:20"}]
    booking = booking_with(
        database,
        resources={
            "ro-1": specialist(closures=closure),
            "ro-2": specialist(hours=hours),
            "ro-3": specialist(hours=short),
            "ro-4": specialist(),
            "ro-5": specialist(),
        },
    )
    booking.fill(MONDAY, resource="ro-4")
    assert reasons(booking) == {"ro-1": "leave", "ro-2": "closed", "ro-3": "too-short", "ro-4": "full", "ro-5": None}
    assert reasons(booking, "2027-06-01")["ro-2"] == "horizon"


def test_reasons_without_a_slot_include_lead_time_holidays_and_other_needed_people(database):
    booking = booking_with(
        database,
        holidays={"country": "BE"},
        appointment_types=types(
            advies={"notice_working_days": 8}, samen={"needs": [{"skill": "bouwen"}, {"kind": "room"}]}
        ),
    )
    assert reasons(booking)["ro-1"] == "lead-time"
    assert reasons(booking, "2026-12-25")["ro-1"] == "holiday"
    booking.fill(MONDAY, appointment_types=["samen"], resource="ro-1")
    assert reasons(booking, appointment_types=["samen"]) == {"ro-1": "full", "ro-2": "alone", "zaal": "full"}


def test_resources_that_are_never_candidates_are_listed_separately(database):
    booking = booking_with(database, resources={
        "ro-1": specialist(), "ro-2": specialist(skills=["handhaving"]), "ro-3": specialist(team="milieu"),
        "ro-4": specialist(locations=["elders"]), "zaal": specialist(kind="room"),
    }, locations={"hal": {"name": "Hal"}, "elders": {"name": "Elders"}})  # fmt: skip
    never = booking.use_cases.slots.explain("rumst", booking.criteria(), for_staff=True)["never"]
    assert {each["resource"]: each["reason"] for each in never} == {
        "ro-2": "missing-skill", "ro-3": "other-team", "ro-4": "other-location", "zaal": "other-kind",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("date", "reason"), [(MONDAY, None), ("2026-11-28", "closed"), ("2027-06-01", "horizon"), ("2026-12-01", "full")]
)
def test_a_resident_gets_one_reason_and_the_nearest_slot(database, date, reason):
    booking = booking_with(database, resources={"ro-1": specialist()})
    booking.fill("2026-12-01")
    found = booking.use_cases.slots.explain("rumst", booking.criteria(date), for_staff=False)
    assert found["reason"] == reason
    assert "days" not in found
    nearest = {"2026-11-28": "2026-11-30", MONDAY: MONDAY, "2026-12-01": "2026-12-02"}.get(date)
    assert (found["nearest"] and found["nearest"]["start"][:10]) == nearest


def test_staff_search_and_book_without_a_lead_time(database):
    booking = booking_with(database, appointment_types=types(advies={"notice_working_days": 30}))
    assert booking.slots() == []
    assert booking.use_cases.slots.free_slots("rumst", booking.criteria(), for_staff=True)["slots"]


def test_a_slot_at_the_earliest_start_can_be_booked(database):
    booking = BookingHarness(database, a_configuration())
    assert booking.slots("2026-11-24")[0]["start"] == "2026-11-24T09:00:00+01:00"
    assert booking.time == dt.datetime.fromisoformat("2026-11-24T09:00:00+01:00")
    booked, _ = booking.book(start="2026-11-24T09:00:00+01:00")
    assert booked.state == "booked"
