"""Who comes to a visit, and what they need, is personal data: on the card, shown at the desk, in no event."""

import json

import pytest
from booking_harness import BookingHarness
from municipality_yaml import a_configuration

from loket_booking.commands.request import Request
from loket_booking.queries.day import appointment_summary
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.changes import CorrectContact
from loket_contracts.rpc.message import from_json

NEEDS = {"visitor": "Oma Zuidpool", "interpreter": "Arabisch", "access_needs": "wheelchair hearing_loop"}
CONTACT = {"name": "Lieve Demo", "email": "lieve@example.org", **NEEDS}


@pytest.fixture
def booking(database):
    return BookingHarness(database, a_configuration())


def test_needs_are_on_the_contact_card_and_in_no_event(booking, database):
    _, card = booking.book(contact=CONTACT)
    assert {name: card.contact[name] for name in NEEDS} == NEEDS
    documents = [each for name in database.list_collection_names() for each in database[name].find()]
    outboxes = [each["outbox"] for each in documents if "outbox" in each]
    events = json.dumps(outboxes, default=str)
    assert "appointment.booked" in events
    for value in NEEDS.values():
        assert value not in events


def test_the_list_of_a_day_shows_what_a_visitor_needs(booking):
    appointment, card = booking.book(contact=CONTACT)
    known = booking.stores.configurations.calendar("rumst").municipality
    summary = appointment_summary(known, appointment, card, booking.time)
    assert summary["needs"] == ["wheelchair", "hearing_loop", "interpreter"]


def test_the_visit_is_found_by_the_name_of_the_person_who_comes(booking):
    _, card = booking.book(contact=CONTACT)
    assert "zuidpool" in card.name_words


def test_needs_can_be_corrected(booking):
    _, card = booking.book(contact=CONTACT)
    command = from_json(CorrectContact, {"name": "Lieve Demo", "interpreter": "Pools"})
    changed = booking.use_cases.preparation.correct_contact(card, command, Request())
    assert (changed.contact["interpreter"], changed.contact["visitor"]) == ("Pools", None)


def test_other_access_needs_are_refused():
    with pytest.raises(Refusal):
        from_json(CorrectContact, {"name": "Lieve Demo", "access_needs": "trampoline"})
