"""How residents are informed of what staff booked, moved or cancelled."""

import pytest
from booking_harness import CONTACT, LATER, STAFF, START, BookingHarness, refused
from municipality_yaml import a_configuration

from loket_booking.commands.request import Request
from loket_contracts.rpc.booking.book import BookForResident
from loket_contracts.rpc.booking.changes import CorrectContact
from loket_contracts.rpc.message import from_json

RESIDENT = Request()


@pytest.fixture
def booking(database):
    return BookingHarness(database, a_configuration())


def book(booking, informed_by, **contact):
    body = {
        "appointment_types": ["advies"], "start": START, "contact": {"name": "Jan", **contact},
        "informed_by": informed_by,
    }  # fmt: skip
    return booking.use_cases.booking.book("rumst", from_json(BookForResident, body), STAFF)[1]


@pytest.mark.parametrize("informed_by", ["sms", "letter", "none"])
def test_the_agreed_channel_is_part_of_the_contact_card_and_stays_when_the_contact_is_corrected(booking, informed_by):
    card = book(booking, informed_by, phone="0470123456")
    booking.use_cases.preparation.correct_contact(card, CorrectContact(name="Jan P"), RESIDENT)
    stored = booking.card(card.id)
    assert (stored.contact["name"], stored.contact["informed_by"]) == ("Jan P", informed_by)
    (sent,) = booking.use_cases.contact_cards.contact_cards([("rumst", card.id)])
    assert sent["card"]["contact"]["informed_by"] == informed_by


def test_without_a_number_no_sms_can_be_agreed(booking):
    assert refused(book, booking, "sms", email="jan@example.org") == "invalid-request"


@pytest.mark.parametrize(("request_", "is_silent"), [(STAFF, True), (RESIDENT, False)])
def test_only_staff_can_leave_out_the_message_about_a_change(booking, database, request_, is_silent):
    _, card = booking.book(start=START)
    booking.reschedule(card, LATER, request=request_, notify=False)
    booking.cancel(booking.card(card.id), request=request_, notify=False)
    events = [event for agenda in database.agendas.find() for event in agenda.get("outbox", ())]
    said = {event["type"].split(".")[1]: event["data"].get("silent", False) for event in events}
    assert said == {"booked": False, "rescheduled": is_silent, "cancelled": is_silent}


def test_staff_correct_the_address_of_a_resident_also_on_the_day_itself(booking):
    _, card = booking.book(start=START)
    booking.begin(card)
    booking.apply(card, "start")
    mark = booking.card(card.id).contact_mark
    booking.use_cases.preparation.correct_contact(card, CorrectContact(name="Jan", email="jan@example.org"), STAFF)
    stored = booking.card(card.id)
    assert stored.contact["email"] == "jan@example.org"
    assert stored.contact_mark != mark


def test_a_resident_cannot_change_the_address_which_would_have_to_be_confirmed(booking):
    _, card = booking.book(start=START)
    booking.use_cases.preparation.correct_contact(card, CorrectContact(name="Jan", email="x@example.org"), RESIDENT)
    assert booking.card(card.id).contact["email"] == CONTACT["email"]
