"""What a search finds, and what it says when it finds nothing."""

import datetime as dt

import pytest
from desk import Desk, refused
from municipality_yaml import OFFICE, WORKDAYS, a_town, specialist, types

MONDAY = "2026-11-30"


def town(database, **changes):
    return Desk(database, a_town(**changes))


def reasons(desk, date=MONDAY, **wish):
    found = desk.use_cases.slots.explain("rumst", desk.wish(date, **wish), for_staff=True)
    return {each["resource"]: each["reason"] for each in found["days"][0]["resources"]}


def test_a_search_keeps_to_the_weekdays_and_the_part_of_the_day(database):
    desk = town(database)
    week = desk.slots(MONDAY, "2026-12-06", weekday=["tuesday", "friday"])
    assert {slot["start"][:10] for slot in week} == {"2026-12-01", "2026-12-04"}
    assert desk.starts(MONDAY, after="10:00", before="11:00") == ["10:00", "10:30"]


def test_a_search_by_language_finds_those_who_speak_it(database):
    desk = town(database)
    assert {slot["capacity"] for slot in desk.slots(language="fr")} == {1}
    assert desk.slots(language="de") == []


def test_hours_for_one_type_are_for_that_type_alone(database):
    afternoon = {"days": WORKDAYS, "from": "13:00", "to": "14:00", "appointment_types": ["bezwaar"]}
    desk = town(
        database,
        resources={"ro-1": specialist(hours=[*OFFICE, afternoon])},
        appointment_types=types(advies={}, bezwaar={}),
    )
    assert "13:00" not in desk.starts()
    assert "13:00" in desk.starts(appointment_types=["bezwaar"])
    assert "13:00" not in desk.starts(appointment_types=["bezwaar", "advies"])


def test_a_visit_to_a_site_takes_the_road_there_and_back(database):
    site = {"name": "Ter plaatse", "channel": "visit", "travel_minutes": 30}
    desk = town(
        database,
        locations={"werf": site},
        resources={"ro-1": specialist(locations=["werf"])},
        appointment_types=types(advies={"locations": ["werf"]}),
    )
    assert desk.starts() == ["09:30", "10:00", "10:30", "11:00"]
    booked, _ = desk.book(start="2026-11-30T10:30:00+01:00")
    assert desk.starts() == []
    assert booked.channel == "visit"


def test_two_specialists_of_two_teams_and_a_room_are_taken_together(database):
    together = {"needs": [{"skill": "bouwen"}, {"team": "milieu", "skill": "natuur"}, {"kind": "room"}]}
    desk = town(database, appointment_types=types(advies=together))
    assert {slot["capacity"] for slot in desk.slots()} == {1}
    booked, _ = desk.book(start="2026-11-30T10:00:00+01:00")
    assert booked.resources == ("ro-1", "mi-1", "zaal")
    assert "10:00" not in desk.starts()


def test_two_of_the_same_skill_are_two_different_people(database):
    desk = town(database, appointment_types=types(advies={"needs": [{"skill": "bouwen"}, {"skill": "bouwen"}]}))
    booked, _ = desk.book(start="2026-11-30T10:00:00+01:00")
    assert sorted(booked.resources) == ["ro-1", "ro-2"]
    assert "10:00" not in desk.starts()


def test_one_who_is_named_gives_the_visit(database):
    desk = town(database, appointment_types=types(advies={"needs": [{"resource": "ro-2"}]}))
    assert desk.book(start="2026-11-30T10:00:00+01:00")[0].resources == ("ro-2",)
    assert refused(desk.book, resource="ro-1") == "unknown-resource"


def test_a_month_at_a_glance_counts_the_starts_of_each_day(database):
    desk = town(database)
    desk.book(start="2026-11-30T10:00:00+01:00", resource="ro-1")
    desk.book(start="2026-11-30T10:00:00+01:00", resource="ro-2")
    days = desk.use_cases.slots.day_counts("rumst", desk.wish("2026-11-28", "2026-12-01"))["days"]
    assert [(day["date"][-2:], day["starts"]) for day in days] == [("28", 0), ("29", 0), ("30", 5), ("01", 6)]


def test_the_first_moment_is_told_for_each_location(database):
    desk = town(
        database,
        locations={"hal": {"name": "Hal"}, "post": {"name": "Post"}, "leeg": {"name": "Leeg"}},
        resources={
            "ro-1": specialist(),
            "ro-2": specialist(locations=["post"], hours=[{"days": ["friday"], "from": "14:00", "to": "15:00"}]),
            "ro-3": specialist(locations=["leeg"], hours=[]),
        },
        appointment_types=types(advies={"locations": ["hal", "post", "leeg"]}),
    )
    found = desk.use_cases.slots.first_available("rumst", desk.wish("2026-11-28"))["locations"]
    assert [(each["location"], each["slot"] and each["slot"]["start"][:16]) for each in found] == [
        ("hal", "2026-11-30T09:00"), ("post", "2026-12-04T14:00"), ("leeg", None),
    ]  # fmt: skip


def test_staff_are_told_for_each_resource_why_it_gives_nothing(database):
    closure = [{"first": MONDAY, "reason": "Verlof"}]
    hours = [{"days": ["tuesday"], "from": "09:00", "to": "12:00"}]
    short = [{"days": ["monday"], "from": "09:00", "to": "09:20"}]
    desk = town(
        database,
        resources={
            "ro-1": specialist(closures=closure),
            "ro-2": specialist(hours=hours),
            "ro-3": specialist(hours=short),
            "ro-4": specialist(),
            "ro-5": specialist(),
        },
    )
    desk.fill(MONDAY, resource="ro-4")
    assert reasons(desk) == {"ro-1": "leave", "ro-2": "closed", "ro-3": "too-short", "ro-4": "full", "ro-5": None}
    assert reasons(desk, "2027-06-01")["ro-2"] == "horizon"


def test_lead_time_holidays_and_those_who_are_needed_too_are_told_as_reasons(database):
    desk = town(
        database,
        holidays={"country": "BE"},
        appointment_types=types(
            advies={"notice_working_days": 8}, samen={"needs": [{"skill": "bouwen"}, {"kind": "room"}]}
        ),
    )
    assert reasons(desk)["ro-1"] == "lead-time"
    assert reasons(desk, "2026-12-25")["ro-1"] == "holiday"
    desk.fill(MONDAY, appointment_types=["samen"], resource="ro-1")
    assert reasons(desk, appointment_types=["samen"]) == {"ro-1": "full", "ro-2": "alone", "zaal": "full"}


def test_who_is_no_candidate_at_all_is_told_apart(database):
    desk = town(database, resources={
        "ro-1": specialist(), "ro-2": specialist(skills=["handhaving"]), "ro-3": specialist(team="milieu"),
        "ro-4": specialist(locations=["elders"]), "zaal": specialist(kind="room"),
    }, locations={"hal": {"name": "Hal"}, "elders": {"name": "Elders"}})  # fmt: skip
    never = desk.use_cases.slots.explain("rumst", desk.wish(), for_staff=True)["never"]
    assert {each["resource"]: each["reason"] for each in never} == {
        "ro-2": "missing-skill", "ro-3": "other-team", "ro-4": "other-location", "zaal": "other-kind",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("date", "reason"), [(MONDAY, None), ("2026-11-28", "closed"), ("2027-06-01", "horizon"), ("2026-12-01", "full")]
)
def test_a_resident_is_told_one_reason_and_the_nearest_moment(database, date, reason):
    desk = town(database, resources={"ro-1": specialist()})
    desk.fill("2026-12-01")
    found = desk.use_cases.slots.explain("rumst", desk.wish(date), for_staff=False)
    assert found["reason"] == reason
    assert "days" not in found
    nearest = {"2026-11-28": "2026-11-30", MONDAY: MONDAY, "2026-12-01": "2026-12-02"}.get(date)
    assert (found["nearest"] and found["nearest"]["start"][:10]) == nearest


def test_staff_search_and_book_at_any_notice(database):
    desk = town(database, appointment_types=types(advies={"notice_working_days": 30}))
    assert desk.slots() == []
    wish = {**desk.wish(), "staff": True}
    assert desk.use_cases.slots.free_slots("rumst", wish)["slots"]


def test_what_is_offered_at_its_very_start_can_be_booked(database):
    desk = Desk(database, a_town())
    assert desk.slots("2026-11-24")[0]["start"] == "2026-11-24T09:00:00+01:00"
    assert desk.time == dt.datetime.fromisoformat("2026-11-24T09:00:00+01:00")
    booked, _ = desk.book(start="2026-11-24T09:00:00+01:00")
    assert booked.state == "booked"
