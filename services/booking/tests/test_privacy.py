"""Residents can export and erase their data; booking erases it automatically when its time is over."""

import base64
import datetime as dt

import pytest
from desk import CONTACT, LATER, STAFF, START, Desk, refused
from municipality_yaml import a_town, types

from loket_booking.commands.request import Request
from loket_contracts.commands import BookFollowUp, JoinWaitingList

PDF = base64.b64encode(b"%PDF-1.7\n%%EOF\n").decode()
QUESTIONS = {
    "grond": {"label": "Grond", "kind": "choice", "choices": {"ja": "Ja", "nee": "Nee"}},
    "verhaal": {"label": "Verhaal"},
    "plan": {"label": "Plan", "kind": "file"},
}
ANSWERS = {"grond": "ja", "verhaal": "Ik ben Lieve"}


@pytest.fixture
def desk(database):
    kinds = types(
        advies={"questions": QUESTIONS, "pseudonymise": True, "retention_days": 30},
        kort={"retention_days": 10},
        ander={},
    )
    return Desk(database, a_town(appointment_types=kinds, retention_days=60))


def everything(desk):
    database = desk.stores.agendas.collection.database
    return {name: str(list(database[name].find({}))) for name in database.list_collection_names()}


def a_visit_with_everything(desk):
    _, card = desk.book(start=START, answers=ANSWERS)
    desk.use_cases.attachments.add_file(card, "plan", "plan.pdf", PDF, Request())
    return card


def erase(desk, email=CONTACT["email"]):
    return desk.use_cases.privacy.erase_resident("rumst", email, STAFF)


def test_all_that_is_known_of_a_resident_is_told_on_request(desk):
    card = a_visit_with_everything(desk)
    desk.book(start=LATER, contact={"name": "Jan", "email": "jan@example.org"})
    told = desk.use_cases.privacy.export_resident("rumst", "Lieve@Example.org", STAFF)
    (one,) = told["appointments"]
    assert one["answers"] == ANSWERS
    assert one["start"] == START
    assert [file["name"] for file in one["files"]] == ["plan.pdf"]
    assert desk.stores.audit.page("rumst", card.id, None, 1)[0][0]["action"] == "exported"


def test_who_asks_to_be_forgotten_is_and_what_was_to_come_is_cancelled(desk):
    card = a_visit_with_everything(desk)
    _, other = desk.book(start=LATER, contact={"name": "Jan", "email": "jan@example.org"})
    desk.use_cases.waiting_list.join(card, JoinWaitingList().load({"appointment": card.id}), Request())
    desk.told()
    assert erase(desk) == 1
    assert desk.told() == ["resident.erased", "appointment.cancelled", "waiting_list.left"]
    for name, kept in everything(desk).items():
        for secret in ("Lieve", "lieve@example.org", "%PDF"):
            assert secret not in kept, name
    assert desk.use_cases.contact_cards.contact_cards([("rumst", card.id)]) == [{"refused": "appointment-not-found"}]
    assert desk.card(other.id) == other
    assert erase(desk) == 0


def test_an_erasure_whose_process_died_is_brought_to_its_end(desk):
    card = a_visit_with_everything(desk)
    forget = desk.stores.cards.delete

    def die(cards):
        raise SystemExit

    desk.stores.cards.delete = die
    with pytest.raises(SystemExit):
        erase(desk)
    desk.stores.cards.delete = forget
    assert desk.card(card.id) is not None
    desk.later(minutes=5)
    desk.use_cases.housekeeping.run_jobs()
    assert desk.card(card.id) is None
    assert desk.use_cases.privacy.finish_erasures() == 0


def test_the_audit_says_who_did_what_and_names_no_resident(desk):
    card = a_visit_with_everything(desk)
    erase(desk)
    entries = desk.stores.audit.page("rumst", card.id, None, 10)[0]
    assert [each["action"] for each in entries] == ["erased", "changed"]
    assert "lieve" not in str(entries).lower()


def test_each_type_is_forgotten_after_its_own_time(desk):
    cards = {
        kind: desk.book(start=f"2026-11-30T{hour}:00:00+01:00", appointment_types=[kind])[1]
        for kind, hour in (("kort", "09"), ("ander", "10"))
    }
    desk.time = dt.datetime(2026, 12, 10, 12, tzinfo=dt.UTC)
    assert desk.use_cases.housekeeping.retention.delete_past_cards() == 0
    desk.later(days=1)
    assert desk.use_cases.housekeeping.retention.delete_past_cards() == 1
    assert desk.card(cards["kort"].id) is None
    desk.later(days=50)
    assert desk.use_cases.housekeeping.retention.delete_past_cards() == 1
    assert desk.card(cards["ander"].id) is None


def test_what_is_pseudonymised_keeps_the_choices_and_knows_nobody(desk):
    card = a_visit_with_everything(desk)
    token = desk.use_cases.links.token(card.id)
    desk.time = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
    assert desk.use_cases.housekeeping.retention.delete_past_cards() == 1
    assert desk.use_cases.housekeeping.retention.delete_past_cards() == 0, "once is enough"
    kept = desk.card(card.id)
    assert (kept.answers, kept.contact, kept.files) == ({"grond": "ja"}, {}, [])
    assert "Lieve" not in str(everything(desk))
    assert desk.stores.files.collection.count_documents({}) == 0
    assert refused(desk.use_cases.appointments.find_card_by_link, "rumst", token) == "appointment-not-found"
    wish = BookFollowUp().load({"appointment_types": ["ander"], "start": "2027-01-05T10:00:00+01:00"})
    assert refused(desk.use_cases.booking.follow_up, kept, wish, STAFF) == "appointment-not-found"


def test_the_comment_of_a_feedback_goes_with_the_card_and_the_score_stays(desk):
    card = a_visit_with_everything(desk)
    desk.begin(card)
    desk.step(card, "start")
    desk.step(card, "complete")
    desk.use_cases.feedback.give_feedback(card, 4, "Groeten van Lieve", Request())
    erase(desk)
    kept = desk.stores.feedback.get(card.id)
    assert (kept["score"], kept["comment"]) == (4, "")


def test_one_task_that_fails_does_not_keep_the_others_from_their_turn(desk):
    _, card = desk.book(start=START, appointment_types=["kort"])

    def broken(*_):
        raise RuntimeError("no")

    desk.stores.cards.find_created_between = broken
    desk.time = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
    desk.use_cases.housekeeping.run_jobs()
    assert desk.card(card.id) is None
