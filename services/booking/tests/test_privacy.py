"""Residents can export and erase their data; booking erases it automatically after its retention."""

import base64
import datetime as dt

import pytest
from booking_harness import CONTACT, LATER, STAFF, START, BookingHarness, refused
from municipality_yaml import a_configuration, types

from loket_booking.commands.request import Request
from loket_contracts.rpc.booking.book import BookFollowUp
from loket_contracts.rpc.booking.changes import GiveFeedback, JoinWaitingList
from loket_contracts.rpc.booking.steps import AddNote
from loket_contracts.rpc.message import from_json

PDF = base64.b64encode(b"%PDF-1.7\n%%EOF\n").decode()
QUESTIONS = {
    "grond": {"label": "Grond", "kind": "choice", "choices": {"ja": "Ja", "nee": "Nee"}},
    "verhaal": {"label": "Verhaal"},
    "plan": {"label": "Plan", "kind": "file"},
}
ANSWERS = {"grond": "ja", "verhaal": "Ik ben Lieve"}


@pytest.fixture
def booking(database):
    kinds = types(
        advies={"questions": QUESTIONS, "pseudonymise": True, "retention_days": 30},
        kort={"retention_days": 10},
        ander={},
    )
    return BookingHarness(database, a_configuration(appointment_types=kinds, retention_days=60))


def everything(booking):
    database = booking.stores.agendas.collection.database
    return {name: str(list(database[name].find({}))) for name in database.list_collection_names()}


def a_visit_with_everything(booking):
    _, card = booking.book(start=START, answers=ANSWERS)
    booking.use_cases.attachments.add_file(card, "plan", "plan.pdf", PDF, Request())
    return card


def erase(booking, email=CONTACT["email"]):
    return booking.use_cases.privacy.erase_resident("rumst", email, STAFF)


def test_an_export_contains_all_data_of_a_resident(booking):
    card = a_visit_with_everything(booking)
    booking.book(start=LATER, contact={"name": "Jan", "email": "jan@example.org"})
    result = booking.use_cases.privacy.export_resident("rumst", "Lieve@Example.org", STAFF)
    (one,) = result["appointments"]
    assert one["answers"] == ANSWERS
    assert one["start"] == START
    assert [file["name"] for file in one["files"]] == ["plan.pdf"]
    assert booking.stores.audit.page("rumst", card.id, None, 1)[0][0].action == "exported"


def test_internal_notes_are_in_the_dossier_and_the_export_and_go_with_the_card(booking):
    card = a_visit_with_everything(booking)
    booking.use_cases.preparation.add_note(card, AddNote(text="Belt morgen terug."), STAFF)
    dossier = booking.use_cases.dossiers.dossier(card, booking.appointment(card), STAFF)
    assert [(each["text"], each["who"]) for each in dossier["staff_notes"]] == [("Belt morgen terug.", "ro-1")]
    (one,) = booking.use_cases.privacy.export_resident("rumst", CONTACT["email"], STAFF)["appointments"]
    assert [each["text"] for each in one["staff_notes"]] == ["Belt morgen terug."]
    erase(booking)
    assert "Belt morgen" not in str(everything(booking))


def test_internal_notes_are_deleted_after_the_retention(booking):
    card = a_visit_with_everything(booking)
    booking.use_cases.preparation.add_note(card, AddNote(text="Belt morgen terug."), STAFF)
    booking.begin(card)
    booking.later(days=32)
    booking.use_cases.housekeeping.retention.delete_past_cards()
    assert "Belt morgen" not in str(everything(booking))


def test_erasing_a_resident_cancels_future_appointments(booking):
    card = a_visit_with_everything(booking)
    _, other = booking.book(start=LATER, contact={"name": "Jan", "email": "jan@example.org"})
    booking.use_cases.waiting_list.join(card, from_json(JoinWaitingList, {"appointment": card.id}), Request())
    booking.take_events()
    assert erase(booking) == 1
    assert booking.take_events() == ["resident.erased", "appointment.cancelled", "waiting_list.left"]
    for name, kept in everything(booking).items():
        for secret in ("Lieve", "lieve@example.org", "%PDF"):
            assert secret not in kept, name
    assert booking.use_cases.contact_cards.contact_cards([("rumst", card.id)]) == [{"refused": "appointment-not-found"}]
    assert booking.card(other.id) == other
    assert erase(booking) == 0


def test_an_erasure_is_listed_and_erases_what_a_restore_brought_back(booking):
    card = a_visit_with_everything(booking)
    stored = booking.stores.cards.collection.find_one({"_id": card.id})
    erase(booking)
    (listed,) = booking.use_cases.administration.erasures("2020-01-01T00:00:00+01:00")
    assert listed["appointments"] == [card.id]
    booking.stores.cards.collection.insert_one(stored)
    booking.take_events()
    assert booking.use_cases.privacy.repeat_erasure(listed["appointments"], STAFF) == 1
    assert booking.take_events() == ["resident.erased"]
    assert "lieve@example.org" not in str(everything(booking))
    assert booking.use_cases.privacy.repeat_erasure(listed["appointments"], STAFF) == 0


@pytest.mark.parametrize("since", ["yesterday", "2027-01-31T00:00:00"])
def test_erasures_are_listed_since_a_time_with_a_zone(booking, since):
    assert refused(booking.use_cases.administration.erasures, since) == "invalid-request"


def test_an_interrupted_erasure_is_completed(booking):
    card = a_visit_with_everything(booking)
    forget = booking.stores.cards.delete

    def die(cards):
        raise SystemExit

    booking.stores.cards.delete = die
    with pytest.raises(SystemExit):
        erase(booking)
    booking.stores.cards.delete = forget
    assert booking.card(card.id) is not None
    booking.later(minutes=5)
    booking.use_cases.housekeeping.run_jobs()
    assert booking.card(card.id) is None
    assert booking.use_cases.privacy.finish_erasures() == 0


def test_the_audit_log_records_who_did_what_without_naming_residents(booking):
    card = a_visit_with_everything(booking)
    erase(booking)
    entries = booking.stores.audit.page("rumst", card.id, None, 10)[0]
    assert [each.action for each in entries] == ["erased", "changed"]
    assert "lieve" not in str(entries).lower()


def test_each_type_has_its_own_retention(booking):
    cards = {
        kind: booking.book(start=f"2026-11-30T{hour}:00:00+01:00", appointment_types=[kind])[1]
        for kind, hour in (("kort", "09"), ("ander", "10"))
    }
    booking.time = dt.datetime(2026, 12, 10, 12, tzinfo=dt.UTC)
    assert booking.use_cases.housekeeping.retention.delete_past_cards() == 0
    booking.later(days=1)
    assert booking.use_cases.housekeeping.retention.delete_past_cards() == 1
    assert booking.card(cards["kort"].id) is None
    booking.later(days=50)
    assert booking.use_cases.housekeeping.retention.delete_past_cards() == 1
    assert booking.card(cards["ander"].id) is None


def test_a_pseudonymised_card_keeps_choices_and_no_personal_data(booking):
    card = a_visit_with_everything(booking)
    token = booking.use_cases.links.token(card.id)
    booking.time = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
    assert booking.use_cases.housekeeping.retention.delete_past_cards() == 1
    assert booking.use_cases.housekeeping.retention.delete_past_cards() == 0, "once is enough"
    kept = booking.card(card.id)
    assert (kept.answers, kept.contact, kept.files) == ({"grond": "ja"}, {}, [])
    assert "Lieve" not in str(everything(booking))
    assert booking.stores.files.collection.count_documents({}) == 0
    assert refused(booking.use_cases.appointments.find_card_by_link, "rumst", token) == "appointment-not-found"
    command = from_json(BookFollowUp, {"appointment_types": ["ander"], "start": "2027-01-05T10:00:00+01:00"})
    assert refused(booking.use_cases.booking.follow_up, kept, command, STAFF) == "appointment-not-found"


def test_the_comment_of_feedback_is_deleted_with_the_card_and_the_score_stays(booking):
    card = a_visit_with_everything(booking)
    booking.begin(card)
    booking.apply(card, "start")
    booking.apply(card, "complete")
    booking.use_cases.feedback.give_feedback(card, GiveFeedback(score=4, comment="Groeten van Lieve"), Request())
    erase(booking)
    kept = booking.stores.feedback.get(card.id)
    assert (kept.score, kept.comment) == (4, "")


def test_a_failing_housekeeping_task_does_not_stop_the_others(booking):
    _, card = booking.book(start=START, appointment_types=["kort"])

    def broken(*_):
        raise RuntimeError("no")

    booking.stores.cards.find_created_between = broken
    booking.time = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
    booking.use_cases.housekeeping.run_jobs()
    assert booking.card(card.id) is None
