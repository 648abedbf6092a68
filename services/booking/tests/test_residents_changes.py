"""What a resident corrects afterwards: a cancellation, the contact data, the number of persons."""

import pytest
from booking_harness import CONTACT, LATER, STAFF, START, BookingHarness, refused

from loket_booking.commands.request import Request
from loket_contracts.rpc.booking.book import BookForResident
from loket_contracts.rpc.booking.changes import CorrectContact
from loket_contracts.rpc.message import from_json


@pytest.fixture
def booking(database):
    return BookingHarness(database)


def restore(booking, card):
    return booking.use_cases.lifecycle.restore(booking.card(card.id), Request())


def correct(booking, card, **given):
    command = from_json(CorrectContact, {"name": CONTACT["name"], **given})
    return booking.use_cases.preparation.correct_contact(booking.card(card.id), command, Request())


def test_a_resident_takes_a_cancellation_back_and_the_time_is_taken_again(booking):
    room = booking.capacity()
    _, card = booking.book()
    booking.cancel(card)
    booking.take_events()
    restored = restore(booking, card)
    assert (restored.state, restored.start, restored.sequence) == ("booked", booking.appointment(card).start, 3)
    assert booking.capacity() == room - 1
    assert booking.take_events() == ["appointment.booked"], "it is confirmed once more"
    assert restore(booking, card) == restored
    assert booking.take_events() == []
    assert booking.cancel(card).state == "cancelled"


def test_a_cancellation_cannot_be_taken_back_after_ten_minutes(booking):
    _, card = booking.book()
    booking.cancel(card)
    assert booking.use_cases.appointments.restorable_until(booking.appointment(card)) is not None
    booking.later(minutes=10)
    assert booking.use_cases.appointments.restorable_until(booking.appointment(card)) is None
    assert refused(restore, booking, card) == "not-allowed-in-state"


def test_a_cancellation_by_the_municipality_is_not_taken_back_by_the_resident(booking):
    _, card = booking.book()
    booking.cancel(card, request=Request(by="staff", who="ro-1"))
    assert refused(restore, booking, card) == "not-allowed-in-state"


def test_a_cancellation_is_not_taken_back_once_others_have_the_time(booking):
    _, card = booking.book()
    booking.cancel(card)
    booking.later(minutes=9)
    booking.fill("2026-11-30")
    assert refused(restore, booking, card) == "slot-taken"
    assert booking.appointment(card).state == "cancelled"


def test_a_name_and_a_number_are_corrected_and_the_address_stays(booking):
    _, card = booking.book()
    changed = correct(booking, card, name="Lieve Peeters", phone="0470 12 34 56", language="fr")
    assert changed.contact["name"] == "Lieve Peeters"
    assert changed.contact["phone"] == "+32470123456"
    assert changed.contact["email"] == CONTACT["email"]
    assert "peeters" in booking.card(card.id).name_words
    assert booking.use_cases.preparation.fixed_contact(card) == ["email"]


def test_the_number_that_identifies_a_resident_stays(booking):
    contact = {"name": "Lieve Demo", "phone": "0470 12 34 56"}
    body = {**booking.usual, "start": START, "contact": contact, "answers": booking.answers}
    _, card = booking.use_cases.booking.book("rumst", from_json(BookForResident, body), STAFF)
    assert booking.use_cases.preparation.fixed_contact(card) == ["email", "phone"]
    assert correct(booking, card, phone="0499 99 99 99").contact["phone"] == "+32470123456"


def test_a_telephone_visit_keeps_a_number(booking):
    contact = {**CONTACT, "phone": "0470 12 34 56"}
    topic = {"appointment_types": ["leegstand"], "location": "telefoon", "start": LATER, "answers": {"perceel": "x"}}
    _, card = booking.book(contact=contact, **topic)
    assert refused(correct, booking, card) == "invalid-request"
    assert booking.card(card.id).contact["phone"] == "+32470123456"


def test_the_number_of_persons_can_change_while_the_time_stays(booking):
    _, card = booking.book()
    changed = booking.reschedule(card, START, persons=2)
    assert (changed.persons, changed.start) == (2, booking.appointment(card).start)
    assert booking.reschedule(card, START, persons=2) == changed, "nothing changes twice"
    assert booking.reschedule(card, LATER).persons == 2


def test_a_required_document_is_due_some_working_days_before_the_visit(booking):
    due = booking.use_cases.slots.documents_due
    assert due("rumst", ["verkaveling"], "2026-11-30") == {"verkavelingsplan": "2026-11-26"}, "not in the weekend"
    assert due("rumst", ["bouwadvies"], "2026-11-30") == {}, "its plans are not required"
    assert refused(due, "rumst", ["verkaveling"], "morgen") == "invalid-request"


def test_links_are_sent_for_coming_appointments_only_and_a_few_times_a_day(booking):
    coming = booking.use_cases.lost_links.coming_appointments
    _, cancelled = booking.book()
    booking.cancel(cancelled)
    later, _ = booking.book(start=LATER)
    sooner, _ = booking.book()
    assert coming("rumst", CONTACT["email"].upper()) == [sooner.id, later.id]
    assert coming("rumst", "nobody@example.org") == []
    found = [coming("rumst", CONTACT["email"]) for _ in range(6)]
    assert found[-1] == [], "a mailbox gets six in a day"
