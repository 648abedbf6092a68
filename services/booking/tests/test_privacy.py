"""What is known of a resident is told, and forgotten, when they ask; and after its time by itself."""

import base64
import datetime as dt

import pytest
from desk import CONTACT, LATER, STAFF, START, Desk, refused
from municipality_yaml import a_town, types

from loket_booking.commands import attachments, booking, feedback, privacy, waiting_list
from loket_booking.commands.request import Request
from loket_booking.jobs import housekeeping
from loket_booking.queries import appointments, contact_cards
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
    attachments.add_file(desk.stores, card, "plan", "plan.pdf", PDF, Request())
    return card


def erase(desk, email=CONTACT["email"]):
    return privacy.erase(desk.stores, desk.announce, "rumst", email, STAFF)


def test_all_that_is_known_of_a_resident_is_told_on_request(desk):
    card = a_visit_with_everything(desk)
    desk.book(start=LATER, contact={"name": "Jan", "email": "jan@example.org"})
    told = privacy.export(desk.stores, "rumst", "Lieve@Example.org", STAFF)
    (one,) = told["appointments"]
    assert one["answers"] == ANSWERS
    assert one["start"] == START
    assert [file["name"] for file in one["files"]] == ["plan.pdf"]
    assert desk.stores.audit.page("rumst", card.id, None, 1)[0][0]["action"] == "exported"


def test_who_asks_to_be_forgotten_is_and_what_was_to_come_is_cancelled(desk):
    card = a_visit_with_everything(desk)
    _, other = desk.book(start=LATER, contact={"name": "Jan", "email": "jan@example.org"})
    waiting_list.join(desk.stores, desk.announce, card, JoinWaitingList().load({"appointment": card.id}), Request())
    desk.told()
    assert erase(desk) == 1
    assert desk.told() == ["resident.erased", "appointment.cancelled", "waiting_list.left"]
    for name, kept in everything(desk).items():
        for secret in ("Lieve", "lieve@example.org", "%PDF"):
            assert secret not in kept, name
    assert contact_cards.contact_cards(desk.stores, [("rumst", card.id)]) == [{"refused": "appointment-not-found"}]
    assert desk.card(other.id) == other
    assert erase(desk) == 0


def test_an_erasure_whose_process_died_is_brought_to_its_end(desk):
    card = a_visit_with_everything(desk)
    forget = desk.stores.cards.forget

    def die(cards):
        raise SystemExit

    desk.stores.cards.forget = die
    with pytest.raises(SystemExit):
        erase(desk)
    desk.stores.cards.forget = forget
    assert desk.card(card.id) is not None
    desk.later(minutes=5)
    housekeeping.tidy(desk.stores, desk.announce)
    assert desk.card(card.id) is None
    assert privacy.finish(desk.stores, desk.announce) == 0


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
    assert housekeeping.forget_past_visits(desk.stores) == 0
    desk.later(days=1)
    assert housekeeping.forget_past_visits(desk.stores) == 1
    assert desk.card(cards["kort"].id) is None
    desk.later(days=50)
    assert housekeeping.forget_past_visits(desk.stores) == 1
    assert desk.card(cards["ander"].id) is None


def test_what_is_pseudonymised_keeps_the_choices_and_knows_nobody(desk):
    card = a_visit_with_everything(desk)
    token = desk.stores.links.token(card.id)
    desk.time = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
    assert housekeeping.forget_past_visits(desk.stores) == 1
    assert housekeeping.forget_past_visits(desk.stores) == 0, "once is enough"
    kept = desk.card(card.id)
    assert (kept.answers, kept.contact, kept.files) == ({"grond": "ja"}, {}, [])
    assert "Lieve" not in str(everything(desk))
    assert desk.stores.files.collection.count_documents({}) == 0
    assert refused(appointments.find_card_by_link, desk.stores, "rumst", token) == "appointment-not-found"
    wish = BookFollowUp().load({"appointment_types": ["ander"], "start": "2027-01-05T10:00:00+01:00"})
    assert refused(booking.follow_up, desk.stores, desk.announce, kept, wish, STAFF) == "appointment-not-found"


def test_the_comment_of_a_feedback_goes_with_the_card_and_the_score_stays(desk):
    card = a_visit_with_everything(desk)
    desk.begin(card)
    desk.step(card, "start")
    desk.step(card, "complete")
    feedback.give(desk.stores, desk.announce, card, 4, "Groeten van Lieve", Request())
    erase(desk)
    kept = desk.stores.feedback.get(card.id)
    assert (kept["score"], kept["comment"]) == (4, "")


def test_one_task_that_fails_does_not_keep_the_others_from_their_turn(desk):
    _, card = desk.book(start=START, appointment_types=["kort"])

    def broken(*_):
        raise RuntimeError("no")

    desk.stores.cards.made_between = broken
    desk.time = dt.datetime(2027, 1, 2, tzinfo=dt.UTC)
    housekeeping.tidy(desk.stores, desk.announce)
    assert desk.card(card.id) is None
