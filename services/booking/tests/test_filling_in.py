"""A form that is filled in page by page, and kept beside its hold."""

import datetime as dt

import pytest
from desk import CONTACT, LATER, START, Desk, refused

from loket_booking.commands import booking, drafting
from loket_booking.commands.request import Request
from loket_booking.queries import appointments
from loket_contracts.commands import FillIn, HoldSlot

ANSWERS = {"perceel": "Kerkstraat 1", "werken": "slopen"}


@pytest.fixture
def desk(database):
    return Desk(database)


def fill_in(desk, held, **given):
    return drafting.fill_in(desk.stores, held, FillIn().load(given))


def test_each_part_is_kept_and_the_other_stays_as_it_was(desk):
    held = desk.hold()
    fill_in(desk, held, answers=ANSWERS)
    draft = fill_in(desk, held, contact=CONTACT)
    assert draft.answers == ANSWERS
    assert draft.contact["email"] == CONTACT["email"]
    assert drafting.of(desk.stores, held) == draft


def test_a_part_that_is_wrong_is_refused_and_nothing_of_it_is_kept(desk):
    held = desk.hold()
    assert refused(fill_in, desk, held, answers={"perceel": " "}) == "invalid-request"
    assert refused(fill_in, desk, held, answers={"nobody-asked": "x"}) == "invalid-request"
    assert drafting.of(desk.stores, held).answers == {}


def test_who_is_rung_gives_a_number(desk):
    held = desk.hold(appointment_types=["leegstand"], location="telefoon", start=LATER)
    assert refused(fill_in, desk, held, contact=CONTACT) == "invalid-request"
    assert drafting.of(desk.stores, held).contact == {}
    assert fill_in(desk, held, contact={**CONTACT, "phone": "0470 12 34 56"}).contact["phone"]


def test_another_moment_takes_along_what_was_filled_in_and_gives_the_first_one_back(desk):
    held = desk.hold()
    room = desk.capacity()
    fill_in(desk, held, answers=ANSWERS, contact=CONTACT)
    wish = HoldSlot().load({**desk.usual, "start": LATER})
    other = booking.hold(desk.stores, "rumst", wish, Request())
    drafting.carry_over(desk.stores, held, other)
    assert drafting.of(desk.stores, other).answers == ANSWERS
    assert desk.capacity() == room + 1
    assert refused(appointments.find_hold, desk.stores, "rumst", held.appointment.id) == "hold-not-found"


def test_what_was_filled_in_is_forgotten_by_the_database_an_hour_after_the_hold(desk, database):
    held = desk.hold()
    fill_in(desk, held, contact=CONTACT)
    (kept,) = database.drafts.find()
    assert kept["expires"] == held.expires + dt.timedelta(hours=1)
    assert database.drafts.index_information()["expires"]["expireAfterSeconds"] == 0


def test_a_hold_starts_without_anything_filled_in(desk):
    draft = drafting.of(desk.stores, desk.hold(start=START))
    assert (draft.answers, draft.contact) == ({}, {})


def book(desk, held, key="page 1"):
    request = Request(idempotency_key=key)
    return drafting.book(desk.stores, desk.announce, "rumst", held.appointment.id, None, request)


def test_what_was_filled_in_is_booked_once_however_often_it_is_sent(desk):
    held = desk.hold()
    fill_in(desk, held, answers=ANSWERS, contact=CONTACT)
    booked, card = book(desk, held)
    assert card.answers == ANSWERS
    assert book(desk, held)[0].id == booked.id
    assert desk.told() == ["appointment.booked"]


def test_a_form_that_is_half_filled_in_books_nothing(desk):
    held = desk.hold()
    assert refused(book, desk, held) == "hold-not-found"
    fill_in(desk, held, answers=ANSWERS)
    assert refused(book, desk, held) == "invalid-request"
    assert desk.told() == []
