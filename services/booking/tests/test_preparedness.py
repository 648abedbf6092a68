"""What a visit lacks before it begins, and which visits still have to be closed after it."""

import datetime as dt
from dataclasses import replace

import pytest
from booking_harness import LATER, STAFF, START, BookingHarness
from municipality_yaml import a_configuration, types

from loket_booking.domain.preparedness import missing
from loket_contracts.rpc.booking.book import BookForResident
from loket_contracts.rpc.booking.steps import AskResident
from loket_contracts.rpc.message import from_json

REACHABLE = {"email": "lieve@example.org", "phone": None}
QUESTIONS = {"adres": {"label": {"nl": "Welk adres?"}, "required": True}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, []),
        ({"unanswered": ["adres"]}, ["answers"]),
        ({"flagged": True}, ["documents"]),
        ({"unanswered_requests": 1}, ["reply"]),
        ({"contact": {"email": None, "phone": None}}, ["contact"]),
        ({"contact": {"email": None, "phone": "+32470123456"}}, []),
        ({"unanswered": ["adres"], "state": "in_service"}, []),
    ],
)
def test_a_visit_lacks_answers_documents_a_reply_or_a_way_to_reach_the_resident_until_it_begins(given, expected):
    usual = {"state": "booked", "unanswered": [], "flagged": False, "unanswered_requests": 0, "contact": REACHABLE}
    assert missing(**{**usual, **given}) == expected


@pytest.fixture
def booking(database):
    return BookingHarness(database, a_configuration(appointment_types=types(advies={"questions": QUESTIONS})))


def booked_by_telephone(booking, start=START, **contact):
    body = {"appointment_types": ["advies"], "start": start, "contact": {"name": "Jan Peeters", **contact}}
    return booking.use_cases.booking.book("rumst", from_json(BookForResident, body), STAFF)


def shown(booking, day=START[:10]):
    found = booking.use_cases.day.agenda("rumst", dt.date.fromisoformat(day), None, STAFF)
    return [claim["missing"] for each in found["resources"] for claim in each["claims"] if claim["purpose"] == "visit"]


def test_the_agenda_says_what_a_visit_lacks(booking):
    _, card = booked_by_telephone(booking)
    assert shown(booking) == [["answers", "contact"]]
    booking.use_cases.preparation.ask_resident(card, AskResident(text="Plan?"), STAFF)
    assert shown(booking) == [["answers", "reply", "contact"]]


def unclosed(booking, resources, request=STAFF):
    return [each["appointment"] for each in booking.use_cases.day.unclosed("rumst", resources, request)]


def test_a_visit_is_to_be_closed_from_its_end_until_its_outcome_is_recorded(booking):
    appointment, card = booked_by_telephone(booking)
    mine, others = list(appointment.resources), ["mi-1"]
    booking.time = appointment.start
    booking.apply(card, "start")
    assert unclosed(booking, mine) == []
    booking.time = appointment.end
    assert unclosed(booking, mine) == [card.id]
    assert unclosed(booking, others) == []
    assert unclosed(booking, mine, replace(STAFF, teams=("milieu",))) == []
    booking.later(days=1)
    assert unclosed(booking, mine) == [card.id]
    booking.apply(card, "complete", outcome="answered")
    assert unclosed(booking, mine) == []


def test_visits_of_more_than_two_weeks_ago_are_no_longer_to_be_closed(booking):
    appointment, _ = booked_by_telephone(booking, LATER)
    booking.time = appointment.end + dt.timedelta(days=13)
    assert len(unclosed(booking, appointment.resources)) == 1
    booking.later(days=2)
    assert unclosed(booking, appointment.resources) == []
