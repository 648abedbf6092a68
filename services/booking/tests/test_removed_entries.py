"""Entries removed from the configuration: bookings keep their names, and staff first see what a removal affects."""

import datetime as dt
from dataclasses import replace

import pytest
from booking_harness import LATER, STAFF, START, BookingHarness, refused
from municipality_yaml import a_configuration, a_type, specialist

from loket_booking.commands.request import Request
from loket_booking.store.configurations import Configurations
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.changes import AnswerQuestions, JoinWaitingList
from loket_contracts.rpc.booking.invitations import Invite
from loket_contracts.rpc.message import from_json

HAL = {"name": "Hal", "address": {"street": "Plein 1", "postcode": "2840", "city": "Rumst"}}
PLACES = {"hal": HAL, "annex": {"name": "Annex"}}
TEAMS = {"ruimte": {"name": "Ruimte"}, "milieu": {"name": "Milieu"}}
WHO = {
    "ro-1": specialist(name="Ann", locations=["hal", "annex"]),
    "ro-2": specialist(name="Bert", locations=["hal", "annex"]),
}
QUESTIONS = {"perceel": {"label": "Welk perceel?"}, "plan": {"label": "Het plan", "kind": "file", "required": True}}
WHAT = {
    "advies": a_type(name="Advies", locations=["hal", "annex"], bring=["Identiteitskaart"], questions=QUESTIONS),
    "ander": a_type(name="Ander", locations=["hal", "annex"]),
}
BEFORE = {"locations": PLACES, "teams": TEAMS, "resources": WHO, "appointment_types": WHAT}


def without(*removed):
    """The municipality without these entries and without references to them."""
    places = {name: place for name, place in PLACES.items() if name not in removed}
    within = {"locations": [*places]}
    return a_configuration(
        locations=places,
        teams=TEAMS,
        resources={name: each | within for name, each in WHO.items() if name not in removed},
        appointment_types={name: each | within for name, each in WHAT.items() if name not in removed},
    )


REMOVALS = [("advies",), ("hal",), ("ro-1",), ("advies", "hal", "ro-1")]


@pytest.fixture
def booking(database):
    made = BookingHarness(database, a_configuration(**BEFORE))
    made.usual = {"appointment_types": ["advies"], "location": "hal"}
    made.take = lambda text: made.stores.configurations.store(text, "test", made.time)
    return made


@pytest.fixture
def booked(booking):
    _, card = booking.book(resource="ro-1", answers={"perceel": "Kerkstraat 1"})
    return card


@pytest.mark.parametrize("removed", REMOVALS, ids="+".join)
def test_a_booked_appointment_keeps_its_names_after_a_removal(booking, booked, removed):
    described = booking.use_cases.appointments.describe(booking.appointment(booked), booked)
    kept = ("appointment_types", "bring", "location", "team", "with", "start", "end", "missing")
    booking.take(without(*removed))
    now = booking.use_cases.appointments.describe(booking.appointment(booked), booked)
    assert {name: now[name] for name in kept} == {name: described[name] for name in kept}
    assert now["appointment_types"] == [{"id": "advies", "name": {"nl": "Advies"}}]
    assert (now["location"]["name"], now["with"]) == ({"nl": "Hal"}, ["Ann"])
    card = booking.use_cases.contact_cards.contact_cards([["rumst", booked.id]])[0]["card"]
    assert card["missing_documents"] == [{"nl": "Het plan"}]
    assert "SUMMARY:Advies" in booking.use_cases.appointments.calendar(
        booking.appointment(booked), booked, "https://loket.example/a"
    )


@pytest.mark.parametrize("removed", REMOVALS, ids="+".join)
def test_a_booked_appointment_can_be_prepared_and_cancelled_after_a_removal(booking, booked, removed):
    booking.take(without(*removed))
    given = AnswerQuestions(answers={"perceel": "Kerkstraat 2"})
    assert booking.use_cases.preparation.answer_questions(booked, given, Request()).answers == {
        "perceel": "Kerkstraat 2"
    }
    pdf = "JVBERi0xLjQK"
    assert (
        booking.use_cases.attachments.add_file(booking.card(booked.id), "plan", "plan.pdf", pdf, Request())["question"]
        == "plan"
    )
    booking.later(days=4)
    booking.use_cases.preparation.process_due_documents()
    assert booking.cancel(booking.card(booked.id)).state == "cancelled"


def test_names_come_from_the_last_version_that_had_the_entry(booking, booked):
    renamed = {**WHAT, "advies": WHAT["advies"] | {"name": "Advies over bouwen"}}
    booking.take(a_configuration(**BEFORE | {"appointment_types": renamed}))
    for hold_minutes in (11, 12):
        booking.take(without("advies").replace("id: rumst", f"hold_minutes: {hold_minutes}\nid: rumst"))
    (topic,) = booking.use_cases.appointments.describe(booking.appointment(booked), booked)["appointment_types"]
    assert topic["name"] == {"nl": "Advies over bouwen"}


def test_a_restored_entry_applies_as_it_is_now(booking, booked):
    booking.take(without("advies"))
    back = {**WHAT, "advies": WHAT["advies"] | {"name": "Terug"}}
    booking.take(a_configuration(**BEFORE | {"appointment_types": back}))
    (topic,) = booking.use_cases.appointments.describe(booking.appointment(booked), booked)["appointment_types"]
    assert topic["name"] == {"nl": "Terug"}
    assert booking.reschedule(booked, LATER).start.isoformat() == "2026-12-01T09:00:00+00:00"


def test_removals_before_they_were_recorded_are_found_in_the_stored_versions(booking, booked, database):
    booking.take(without("advies"))
    database["removed_entries"].drop()
    configurations = Configurations(database)
    assert configurations.including_removed("rumst").appointment_types["advies"].name == {"nl": "Advies"}
    assert "advies" not in configurations.calendar("rumst").municipality.appointment_types


def test_an_unreadable_earlier_version_only_costs_names(booking, booked, database):
    database["configurations"].update_one({"version": 1}, {"$set": {"text": "id: rumst\nno_longer_known: 1\n"}})
    booking.take(without("advies", "hal", "ro-1"))
    database["removed_entries"].drop()
    booking.stores = replace(booking.stores, configurations=Configurations(database))
    found = booking.use_cases.appointments.describe(booking.appointment(booked), booked)
    assert found["appointment_types"] == [{"id": "advies", "name": {"nl": "advies"}}]
    assert (found["location"]["name"], found["location"]["time_zone"]) == ({"nl": "hal"}, "Europe/Brussels")
    assert "SUMMARY:advies" in booking.use_cases.appointments.calendar(
        booking.appointment(booked), booked, "https://loket.example/a"
    )
    assert booking.cancel(booked).state == "cancelled"


# --- moving


@pytest.mark.parametrize(("removed", "code"), [("advies", "appointment-type-removed"), ("hal", "location-removed")])
@pytest.mark.parametrize("request_", [Request(), STAFF], ids=["resident", "staff"])
def test_a_move_is_refused_with_the_reason_when_its_entry_was_removed(booking, booked, removed, code, request_):
    booking.take(without(removed))
    assert refused(booking.reschedule, booked, LATER, request_) == code
    described = booking.use_cases.appointments.describe(booking.appointment(booked), booked)
    assert described["move_refusal"] == code
    assert "cancel" in described["allowed"]
    assert "reschedule" not in described["allowed"], "only what can be done is offered"


def test_an_appointment_at_a_removed_location_can_move_to_another_location_of_its_type(booking, booked):
    booking.take(without("hal"))
    moved = booking.reschedule(booked, LATER, location="annex")
    assert (moved.location, moved.channel, moved.state) == ("annex", "on_site", "booked")
    assert booking.use_cases.appointments.describe(moved, booked)["location"]["name"] == {"nl": "Annex"}
    assert refused(booking.reschedule, booked, START, location="nowhere") == "unknown-location"


def test_an_appointment_with_a_removed_person_can_move_to_another_at_the_same_time(booking, booked):
    booking.take(without("ro-1"))
    (clash,) = booking.use_cases.conflicts.conflicts("rumst", None)
    assert (clash["appointment"], clash["reason"]) == (booked.id, "resource-gone")
    (proposal,) = booking.use_cases.conflicts.proposals("rumst", [booked.id], None)
    assert proposal["start"] == START
    assert booking.reschedule(booked, START, STAFF).resources == ("ro-2",)
    assert booking.use_cases.conflicts.conflicts("rumst", None) == []


def test_the_day_shows_an_appointment_of_a_removed_person(booking, booked):
    booking.take(without("ro-1"))
    seen = booking.use_cases.day.agenda("rumst", dt.date(2026, 11, 30), None, STAFF)
    shown = {each["resource"]: each for each in seen["resources"]}
    assert (shown["ro-1"]["name"], shown["ro-1"]["open"]) == ("Ann", [])
    assert [each["appointment"] for each in shown["ro-1"]["claims"]] == [booked.id]
    empty = booking.use_cases.day.agenda("rumst", dt.date(2026, 12, 1), None, STAFF)
    assert [each["resource"] for each in empty["resources"]] == ["ro-2"]


# --- what else refers to an entry


@pytest.mark.parametrize("removed", ["advies", "hal"])
def test_the_waiting_list_drops_entries_whose_type_or_location_was_removed(booking, booked, removed):
    command = from_json(JoinWaitingList, {"appointment": booked.id})
    booking.use_cases.waiting_list.join(booked, command, Request())
    booking.take(without(removed))
    booking.use_cases.waiting_list.process_waiting_lists()
    assert booking.stores.waiting_lists.get(booked.id).state == "left"
    assert "waiting_list.left" in booking.take_events()
    assert refused(booking.use_cases.waiting_list.join, booked, command, Request()).endswith("-removed")


@pytest.mark.parametrize("removed", ["advies", "hal"])
def test_an_offer_ends_when_its_type_or_location_was_removed_and_its_slot_is_free_again(booking, removed):
    _, card = booking.book(start=LATER, answers={"perceel": "Kerkstraat 1"})
    wish = {"appointment": card.id, "not_before": "2026-11-25"}
    booking.use_cases.waiting_list.join(card, from_json(JoinWaitingList, wish), Request())
    booking.use_cases.waiting_list.process_waiting_lists()
    offer = booking.stores.waiting_lists.get(card.id).offer
    booking.take(without(removed))
    booking.use_cases.waiting_list.process_waiting_lists()
    assert booking.stores.waiting_lists.get(card.id).state == "left"
    assert offer.hold not in {claim.appointment_id for claim in booking.stores.days.claims("rumst", offer.start.date())}


@pytest.mark.parametrize("removed", ["advies", "hal"])
def test_an_invitation_to_a_removed_entry_is_no_longer_valid(booking, removed):
    command = Invite(appointment_type="advies", location="hal")
    _, token = booking.use_cases.invitations.invite("rumst", command, STAFF)
    booking.take(without(removed))
    assert refused(booking.use_cases.appointments.describe_invitation, "rumst", token) == "invitation-not-valid"


@pytest.mark.parametrize(("removed", "code"), [("advies", "unknown-appointment-type"), ("hal", "unknown-location")])
def test_booking_a_hold_on_a_removed_entry_is_refused(booking, removed, code):
    held = booking.hold()
    booking.take(without(removed))
    assert refused(booking.book, hold=held.appointment.id) == code


@pytest.mark.parametrize("removed", REMOVALS, ids="+".join)
def test_a_checked_in_resident_is_called_after_a_removal(booking, booked, removed):
    booking.later(days=6)
    booking.apply(booked, "check_in")
    booking.take(without(*removed))
    if "hal" not in removed:
        assert booking.use_cases.waiting_room.queue("rumst", "hal")["waiting"][0]["id"] == booked.id
    assert booking.apply(booked, "start").state == "in_service"
    assert booking.apply(booked, "complete", outcome="answered").state == "completed"


def test_the_catalogue_lists_removed_entries_separately(booking, booked):
    booking.take(without("advies", "hal", "ro-1"))
    result = booking.use_cases.catalogue.catalogue("rumst")
    assert [each["id"] for each in result["appointment_types"]] == ["ander"]
    removed = result["removed"]
    assert [(each["id"], each["name"]) for each in removed["appointment_types"]] == [("advies", {"nl": "Advies"})]
    assert [each["id"] for each in removed["locations"]] == ["hal"]
    assert removed["resources"] == [{"id": "ro-1", "name": "Ann"}]


# --- a removal shows what it affects


@pytest.mark.parametrize(
    ("removed", "pointer"),
    [("advies", "/appointment_types/advies"), ("hal", "/locations/hal"), ("ro-1", "/resources/ro-1")],
)
def test_a_removal_that_affects_appointments_does_not_apply_before_it_is_confirmed(booking, booked, removed, pointer):
    with pytest.raises(Refusal) as refusal:
        booking.use_cases.configuration.configure(without(removed), "an")
    assert (refusal.value.code, refusal.value.params) == ("removal-not-confirmed", {"number": "1"})
    (error,) = refusal.value.errors
    assert error["pointer"] == pointer
    assert booked.reference in error["detail"]
    assert booking.stores.configurations.calendar("rumst").municipality.version == 1
    (hit,) = booking.use_cases.configuration.compare_configuration(without(removed))[0]["removals"]
    assert [each["reference"] for each in hit["appointments"]] == [booked.reference]
    assert booking.use_cases.configuration.configure(without(removed), "an", confirmed=True)["changed"]


def test_a_removal_that_affects_no_appointment_needs_no_confirmation(booking, booked):
    assert booking.use_cases.configuration.compare_configuration(without("annex", "ro-2", "ander"))[0]["removals"] == []
    booking.cancel(booked)
    assert booking.use_cases.configuration.configure(without("advies"), "an")["changed"]


def test_past_appointments_do_not_block_a_removal(booking, booked):
    booking.later(days=7)
    assert booking.use_cases.configuration.configure(without("advies"), "an")["changed"]
