"""A form that the resident fills in page by page, and that booking stores beside its hold."""

import base64
import datetime as dt

import pytest
from desk import CONTACT, LATER, START, Desk, refused

from loket_booking.commands.request import Request
from loket_contracts.commands import BookAppointment, FillIn, HoldSlot

PDF = b"%PDF-1.7\n%%EOF\n"
ANSWERS = {"perceel": "Kerkstraat 1", "werken": "slopen"}


@pytest.fixture
def desk(database):
    return Desk(database)


def fill_in(desk, held, **given):
    return desk.use_cases.drafts.fill_in(held, FillIn().load(given))


def test_each_part_is_kept_and_the_other_stays_as_it_was(desk):
    held = desk.hold()
    fill_in(desk, held, answers=ANSWERS)
    draft = fill_in(desk, held, contact=CONTACT)
    assert draft.answers == ANSWERS
    assert draft.contact["email"] == CONTACT["email"]
    assert desk.use_cases.drafts.get_draft(held) == draft


def test_a_part_that_is_wrong_is_refused_and_nothing_of_it_is_kept(desk):
    held = desk.hold()
    assert refused(fill_in, desk, held, answers={"perceel": " "}) == "invalid-request"
    assert refused(fill_in, desk, held, answers={"nobody-asked": "x"}) == "invalid-request"
    assert desk.use_cases.drafts.get_draft(held).answers == {}


def test_who_is_rung_gives_a_number(desk):
    held = desk.hold(appointment_types=["leegstand"], location="telefoon", start=LATER)
    assert refused(fill_in, desk, held, contact=CONTACT) == "invalid-request"
    assert desk.use_cases.drafts.get_draft(held).contact == {}
    assert fill_in(desk, held, contact={**CONTACT, "phone": "0470 12 34 56"}).contact["phone"]


def test_another_moment_takes_along_what_was_filled_in_and_gives_the_first_one_back(desk):
    held = desk.hold()
    room = desk.capacity()
    fill_in(desk, held, answers=ANSWERS, contact=CONTACT)
    wish = HoldSlot().load({**desk.usual, "start": LATER})
    other = desk.use_cases.booking.hold("rumst", wish, Request())
    desk.use_cases.drafts.carry_over(held, other, Request())
    assert desk.use_cases.drafts.get_draft(other).answers == ANSWERS
    assert desk.capacity() == room + 1
    assert refused(desk.use_cases.appointments.find_hold, "rumst", held.appointment.id) == "hold-not-found"


def test_what_was_filled_in_is_forgotten_by_the_database_an_hour_after_the_hold(desk, database):
    held = desk.hold()
    fill_in(desk, held, contact=CONTACT)
    (kept,) = database.drafts.find()
    assert kept["expires"] == held.expires + dt.timedelta(hours=1)
    assert database.drafts.index_information()["expires"]["expireAfterSeconds"] == 0


def test_a_hold_starts_without_anything_filled_in(desk):
    draft = desk.use_cases.drafts.get_draft(desk.hold(start=START))
    assert (draft.answers, draft.contact) == ({}, {})


def book(desk, held):
    return desk.use_cases.drafts.book_draft("rumst", held.appointment.id, None, Request())


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


def attach(desk, held, name="plan.pdf", question="plannen", content=PDF):
    desk.use_cases.drafts.attach(held, question, name, base64.b64encode(content).decode())


def names(files):
    return [file["name"] for file in files]


def test_files_that_are_sent_with_the_form_are_on_the_card_once_it_is_booked(desk):
    held = desk.hold()
    fill_in(desk, held, answers=ANSWERS, contact=CONTACT)
    attach(desk, held)
    attach(desk, held)  # a reload
    attach(desk, held, "foto.pdf")
    assert names(desk.use_cases.drafts.list_files(held)) == ["plan.pdf", "foto.pdf"]
    _, card = book(desk, held)
    assert names(card.files) == ["plan.pdf", "foto.pdf"]
    assert desk.stores.files.read(card.files[0]["id"]) == PDF
    assert desk.use_cases.drafts.list_files(held) == []
    assert names(book(desk, held)[1].files) == ["plan.pdf", "foto.pdf"]


def test_a_file_is_taken_away_again_and_nobody_elses_is(desk):
    mine, other = desk.hold(), desk.hold(start=LATER)
    attach(desk, mine)
    attach(desk, other, "other.pdf")
    (theirs,) = desk.use_cases.drafts.list_files(other)
    assert refused(desk.use_cases.drafts.detach, mine, theirs["id"]) == "file-not-found"
    desk.use_cases.drafts.detach(mine, desk.use_cases.drafts.list_files(mine)[0]["id"])
    assert desk.use_cases.drafts.list_files(mine) == []
    assert names(desk.use_cases.drafts.list_files(other)) == ["other.pdf"]


@pytest.mark.parametrize(
    ("question", "content"), [("plannen", b"MZ a program"), ("perceel", PDF), ("nobody-asked", PDF), ("plannen", b"")]
)
def test_what_is_no_document_or_was_not_asked_for_is_not_taken(desk, question, content):
    held = desk.hold()
    assert refused(attach, desk, held, "x.pdf", question, content) == "file-not-accepted"
    assert desk.use_cases.drafts.list_files(held) == []


def test_another_moment_takes_the_files_along(desk):
    held = desk.hold()
    attach(desk, held)
    other = desk.hold(start=LATER)
    desk.use_cases.drafts.carry_over(held, other, Request())
    assert names(desk.use_cases.drafts.list_files(other)) == ["plan.pdf"]
    assert desk.use_cases.drafts.list_files(held) == []


def test_files_of_a_form_that_nobody_finished_are_forgotten(desk, database):
    attach(desk, desk.hold())
    assert desk.use_cases.attachments.settle_expired() == 0
    desk.time += dt.timedelta(hours=2)
    assert desk.use_cases.attachments.settle_expired() == 1
    assert database["files.files"].count_documents({}) == database["files.chunks"].count_documents({}) == 0


def test_files_of_a_booking_whose_process_died_before_it_came_for_them_get_to_the_card(desk):
    held = desk.hold()
    fill_in(desk, held, answers=ANSWERS, contact=CONTACT)
    attach(desk, held)
    body = BookAppointment().load({"hold": held.appointment.id, "contact": CONTACT, "answers": ANSWERS})
    request = Request(idempotency_key=f"form {held.appointment.id}")
    _, card = desk.use_cases.booking.book("rumst", body, request)
    desk.time += dt.timedelta(hours=2)
    assert desk.use_cases.attachments.settle_expired() == 1
    assert names(desk.card(card.id).files) == ["plan.pdf"]
    desk.time += dt.timedelta(hours=2)
    assert desk.use_cases.attachments.settle_expired() == 0
    assert desk.stores.files.read(desk.card(card.id).files[0]["id"]) == PDF
