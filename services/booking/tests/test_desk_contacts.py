"""Staff book for a resident with an e-mail address, with only a telephone number, or with only a name."""

import pytest
from booking_harness import LATER, STAFF, START, BookingHarness, refused
from municipality_yaml import a_configuration, specialist, types

from loket_booking.commands.request import Request
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.book import BookAppointment, BookFollowUp, BookForResident
from loket_contracts.rpc.booking.changes import AnswerQuestions
from loket_contracts.rpc.message import from_json

QUESTIONS = {
    "grond": {"label": "Grond", "kind": "choice", "choices": {"ja": "Ja", "nee": "Nee"}, "required": True},
    "verhaal": {"label": "Verhaal", "required": True},
    "hoeveel": {"label": "Hoeveel", "required": True, "only_if": {"question": "grond", "is": ["ja"]}},
    "plan": {"label": "Plan", "kind": "file", "required": True},
}
PHONE = "+32470123456"
BY_PHONE = {"name": "Jan Zonder", "phone": PHONE}
BY_NAME = {"name": "Jan Zonder"}


@pytest.fixture
def booking(database):
    kinds = types(advies={"questions": QUESTIONS}, bellen={"locations": ["telefoon"]})
    places = {"hal": {"name": "Hal"}, "telefoon": {"name": "Telefoon", "channel": "phone"}}
    people = {"ro-1": specialist(locations=["hal", "telefoon"]), "ro-2": specialist()}
    configuration = a_configuration(appointment_types=kinds, locations=places, resources=people, most_per_contact=1)
    return BookingHarness(database, configuration)


def book(booking, contact, start=START, **changes):
    body = {"appointment_types": ["advies"], "location": "hal", "start": start, "contact": contact, **changes}
    return booking.use_cases.booking.book("rumst", from_json(BookForResident, body), STAFF)


def dossier(booking, card):
    return booking.use_cases.dossiers.dossier(booking.card(card.id), booking.appointment(card), STAFF)


@pytest.mark.parametrize("contact", [BY_PHONE, BY_NAME])
def test_staff_can_book_for_a_resident_without_an_email_address(booking, contact):
    booked, card = book(booking, contact)
    assert booked.state == "booked"
    needs = {"visitor": None, "interpreter": None, "access_needs": None}
    assert dossier(booking, card)["contact"] == {"email": None, "phone": None, "language": "nl", **needs, **contact}
    (result,) = booking.use_cases.contact_cards.contact_cards([["rumst", card.id]])
    assert result["card"]["contact"]["email"] is None


def test_residents_and_portals_must_give_an_email_address():
    body = {"appointment_types": ["advies"], "start": START, "contact": BY_PHONE}
    with pytest.raises(Refusal) as refusal:
        from_json(BookAppointment, body)
    assert refusal.value.errors == [{"pointer": "/contact/email", "detail": "Missing data for required field."}]


def test_questions_that_staff_leave_open_are_listed_as_unanswered(booking):
    _, card = book(booking, BY_NAME, answers={"grond": "ja"})
    assert dossier(booking, card)["unanswered"] == ["hoeveel", "verhaal"]
    booking.use_cases.preparation.answer_questions(
        booking.card(card.id), AnswerQuestions(answers={"hoeveel": "3"}), STAFF
    )
    assert dossier(booking, card)["unanswered"] == ["verhaal"]
    assert refused(book, booking, BY_NAME, LATER, answers={"grond": "misschien"}) == "invalid-request"


def test_residents_must_answer_required_questions(booking):
    assert refused(booking.book, answers={"grond": "nee"}) == "invalid-request"
    _, card = booking.book(answers={"grond": "nee", "verhaal": "x"})
    change = AnswerQuestions(answers={"verhaal": ""})
    assert refused(booking.use_cases.preparation.answer_questions, card, change, Request()) == "invalid-request"


def test_a_telephone_appointment_needs_a_number(booking):
    call = {"appointment_types": ["bellen"], "location": "telefoon"}
    assert refused(book, booking, BY_NAME, **call) == "invalid-request"
    assert book(booking, BY_PHONE, **call)[0].state == "booked"


def test_people_without_contact_data_are_never_treated_as_one_person(booking):
    cards = [book(booking, BY_NAME, start)[1] for start in (START, START, LATER)]
    assert [booking.card(each.id).contact_mark for each in cards] == [None] * 3
    assert [booking.card(each.id).places for each in cards] == [[]] * 3
    assert dossier(booking, cards[0])["earlier"] == []


def test_the_same_telephone_number_identifies_the_same_person(booking):
    first, second = (book(booking, BY_PHONE, start)[1] for start in (START, LATER))
    assert [each["appointment"] for each in dossier(booking, second)["earlier"]] == [first.id]
    assert dossier(booking, book(booking, {**BY_PHONE, "phone": "+32470999999"}, LATER)[1])["earlier"] == []


def test_staff_can_book_a_follow_up_for_a_resident_without_an_email_address(booking):
    _, card = book(booking, BY_PHONE)
    command = from_json(BookFollowUp, {"appointment_types": ["advies"], "location": "hal", "start": LATER})
    _, following = booking.use_cases.booking.follow_up(booking.card(card.id), command, STAFF)
    assert booking.card(following.id).contact["phone"] == PHONE


def test_a_resident_with_only_a_telephone_number_is_exported_and_erased_by_it(booking):
    _, card = book(booking, BY_PHONE)
    _, other = book(booking, BY_NAME, LATER)
    result = booking.use_cases.privacy.export_resident("rumst", PHONE, STAFF)
    assert [each["appointment"] for each in result["appointments"]] == [card.id]
    assert booking.use_cases.privacy.erase_resident("rumst", PHONE, STAFF) == 1
    assert booking.card(card.id) is None
    assert booking.card(other.id) is not None


def test_a_resident_without_contact_data_is_exported_and_erased_by_reference(booking):
    _, card = book(booking, BY_NAME)
    _, other = book(booking, BY_NAME, LATER)
    result = booking.use_cases.privacy.export_resident("rumst", card.reference, STAFF)
    assert [each["appointment"] for each in result["appointments"]] == [card.id]
    assert booking.use_cases.privacy.erase_resident("rumst", card.reference, STAFF) == 1
    assert booking.card(card.id) is None
    assert booking.card(other.id) is not None
    assert booking.use_cases.privacy.erase_resident("rumst", "0000-0000", STAFF) == 0
