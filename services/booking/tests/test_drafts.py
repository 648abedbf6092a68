"""The resident fills in a form page by page; booking stores it beside its hold."""

import base64
import datetime as dt

import pytest
from booking_harness import CONTACT, LATER, START, BookingHarness, refused

from loket_booking.commands.request import Request
from loket_contracts.rpc.booking.book import BookAppointment, FillIn
from loket_contracts.rpc.booking.slots import HoldSlot
from loket_contracts.rpc.message import from_json

PDF = b"%PDF-1.7\n%%EOF\n"
ANSWERS = {"perceel": "Kerkstraat 1", "werken": "slopen"}


@pytest.fixture
def booking(database):
    return BookingHarness(database)


def fill_in(booking, held, **given):
    return booking.use_cases.drafts.fill_in(held, from_json(FillIn, given))


def test_saving_one_part_of_the_form_keeps_the_others(booking):
    held = booking.hold()
    fill_in(booking, held, answers=ANSWERS)
    draft = fill_in(booking, held, contact=CONTACT)
    assert draft.answers == ANSWERS
    assert draft.contact["email"] == CONTACT["email"]
    assert booking.use_cases.drafts.get_draft(held) == draft


def test_an_invalid_part_is_refused_and_not_stored(booking):
    held = booking.hold()
    assert refused(fill_in, booking, held, answers={"perceel": " "}) == "invalid-request"
    assert refused(fill_in, booking, held, answers={"nobody-asked": "x"}) == "invalid-request"
    assert booking.use_cases.drafts.get_draft(held).answers == {}


def test_a_form_for_a_telephone_appointment_requires_a_number(booking):
    held = booking.hold(appointment_types=["leegstand"], location="telefoon", start=LATER)
    assert refused(fill_in, booking, held, contact=CONTACT) == "invalid-request"
    assert booking.use_cases.drafts.get_draft(held).contact == {}
    assert fill_in(booking, held, contact={**CONTACT, "phone": "0470 12 34 56"}).contact["phone"]


def test_choosing_another_slot_carries_the_form_over_and_releases_the_first_hold(booking):
    held = booking.hold()
    room = booking.capacity()
    fill_in(booking, held, answers=ANSWERS, contact=CONTACT)
    command = from_json(HoldSlot, {**booking.usual, "start": LATER})
    other = booking.use_cases.booking.hold("rumst", command, Request())
    booking.use_cases.drafts.carry_over(held, other, Request())
    assert booking.use_cases.drafts.get_draft(other).answers == ANSWERS
    assert booking.capacity() == room + 1
    assert refused(booking.use_cases.appointments.find_hold, "rumst", held.appointment.id) == "hold-not-found"


def test_the_database_deletes_a_form_an_hour_after_its_hold(booking, database):
    held = booking.hold()
    fill_in(booking, held, contact=CONTACT)
    (kept,) = database.drafts.find()
    assert kept["expires"] == held.expires + dt.timedelta(hours=1)
    assert database.drafts.index_information()["expires"]["expireAfterSeconds"] == 0


def test_a_new_hold_has_an_empty_form(booking):
    draft = booking.use_cases.drafts.get_draft(booking.hold(start=START))
    assert (draft.answers, draft.contact) == ({}, {})


FORM = {"typed": {"perceel": ""}, "wrong": {"answer-perceel": "Fill this in."}}


def test_a_refused_form_is_stored_until_that_part_is_filled_in(booking):
    held, drafts = booking.hold(), booking.use_cases.drafts
    for page in ("answers", "contact"):
        drafts.save_refused(held.appointment.id, "rumst", page, FORM)
    assert drafts.get_refused(held.appointment.id) == {"answers": FORM, "contact": FORM}
    fill_in(booking, held, answers=ANSWERS)
    assert drafts.get_refused(held.appointment.id) == {"contact": FORM}
    fill_in(booking, held, contact=CONTACT)
    assert drafts.get_refused(held.appointment.id) == {}


def test_the_last_release_can_read_a_draft_whose_form_was_refused(booking, database):
    held = booking.hold()
    booking.use_cases.drafts.save_refused(held.appointment.id, "rumst", "answers", FORM)
    fill_in(booking, held, contact=CONTACT)
    assert set(database.drafts.find_one()) == {"_id", "municipality", "expires", "answers", "contact"}


def test_a_refused_form_of_any_fields_is_stored_in_part(booking):
    held, drafts = booking.hold(), booking.use_cases.drafts
    typed = {"$set": "x", "a.b": "y" * 30_000, **{str(number): "z" for number in range(100)}}
    drafts.save_refused(held.appointment.id, "rumst", "answers", {"typed": typed, "wrong": {}})
    found = drafts.get_refused(held.appointment.id)["answers"]["typed"]
    assert (found["$set"], len(found["a.b"]), len(found)) == ("x", 20_000, 60)


def test_a_refused_form_of_an_appointment_is_erased_with_its_resident(booking, database):
    _, card = booking.book()
    drafts = booking.use_cases.drafts
    drafts.save_refused(card.id, "rumst", "answers", FORM)
    assert drafts.get_refused(card.id) == {"answers": FORM}
    booking.use_cases.privacy.erase_resident("rumst", CONTACT["email"], Request(by="staff"))
    assert database.refused_forms.count_documents({}) == 0


def test_a_used_hold_leads_to_the_appointment_that_was_booked_with_it(booking):
    held = booking.hold()
    assert refused(booking.use_cases.drafts.booked_with, "rumst", held.appointment.id) == "hold-not-found"
    fill_in(booking, held, answers=ANSWERS, contact=CONTACT)
    _, card = book(booking, held)
    assert booking.use_cases.drafts.booked_with("rumst", held.appointment.id).id == card.id
    assert refused(booking.use_cases.drafts.booked_with, "elders", held.appointment.id) == "hold-not-found"


def book(booking, held):
    return booking.use_cases.drafts.book_draft("rumst", held.appointment.id, None, Request())


def test_a_form_that_is_sent_repeatedly_books_once(booking):
    held = booking.hold()
    fill_in(booking, held, answers=ANSWERS, contact=CONTACT)
    booked, card = book(booking, held)
    assert card.answers == ANSWERS
    assert book(booking, held)[0].id == booked.id
    assert booking.take_events() == ["appointment.booked"]


def test_an_incomplete_form_books_nothing(booking):
    held = booking.hold()
    assert refused(book, booking, held) == "hold-not-found"
    fill_in(booking, held, answers=ANSWERS)
    assert refused(book, booking, held) == "invalid-request"
    assert booking.take_events() == []


def attach(booking, held, name="plan.pdf", question="plannen", content=PDF):
    booking.use_cases.drafts.attach(held, question, name, base64.b64encode(content).decode())


def names(files):
    return [file["name"] for file in files]


def test_files_of_the_form_are_on_the_card_after_booking(booking):
    held = booking.hold()
    fill_in(booking, held, answers=ANSWERS, contact=CONTACT)
    attach(booking, held)
    attach(booking, held)  # a reload
    attach(booking, held, "foto.pdf")
    assert names(booking.use_cases.drafts.list_files(held)) == ["plan.pdf", "foto.pdf"]
    _, card = book(booking, held)
    assert names(card.files) == ["plan.pdf", "foto.pdf"]
    assert booking.stores.files.read(card.files[0]["id"]) == PDF
    assert booking.use_cases.drafts.list_files(held) == []
    assert names(book(booking, held)[1].files) == ["plan.pdf", "foto.pdf"]


def test_a_file_can_be_removed_from_its_own_form_only(booking):
    mine, other = booking.hold(), booking.hold(start=LATER)
    attach(booking, mine)
    attach(booking, other, "other.pdf")
    (theirs,) = booking.use_cases.drafts.list_files(other)
    assert refused(booking.use_cases.drafts.detach, mine, theirs["id"]) == "file-not-found"
    booking.use_cases.drafts.detach(mine, booking.use_cases.drafts.list_files(mine)[0]["id"])
    assert booking.use_cases.drafts.list_files(mine) == []
    assert names(booking.use_cases.drafts.list_files(other)) == ["other.pdf"]


@pytest.mark.parametrize(
    ("question", "content"), [("plannen", b"MZ a program"), ("perceel", PDF), ("nobody-asked", PDF), ("plannen", b"")]
)
def test_a_file_of_the_wrong_kind_or_for_no_question_is_refused(booking, question, content):
    held = booking.hold()
    assert refused(attach, booking, held, "x.pdf", question, content) == "file-not-accepted"
    assert booking.use_cases.drafts.list_files(held) == []


def test_choosing_another_slot_carries_the_files_over(booking):
    held = booking.hold()
    attach(booking, held)
    other = booking.hold(start=LATER)
    booking.use_cases.drafts.carry_over(held, other, Request())
    assert names(booking.use_cases.drafts.list_files(other)) == ["plan.pdf"]
    assert booking.use_cases.drafts.list_files(held) == []


def test_files_of_an_abandoned_form_are_deleted(booking, database):
    attach(booking, booking.hold())
    assert booking.use_cases.attachments.settle_expired() == 0
    booking.time += dt.timedelta(hours=2)
    assert booking.use_cases.attachments.settle_expired() == 1
    assert database["files.files"].count_documents({}) == database["files.chunks"].count_documents({}) == 0


def test_files_of_a_booking_whose_process_died_are_added_to_the_card_later(booking):
    held = booking.hold()
    fill_in(booking, held, answers=ANSWERS, contact=CONTACT)
    attach(booking, held)
    body = from_json(BookAppointment, {"hold": held.appointment.id, "contact": CONTACT, "answers": ANSWERS})
    request = Request(idempotency_key=f"form {held.appointment.id}")
    _, card = booking.use_cases.booking.book("rumst", body, request)
    booking.time += dt.timedelta(hours=2)
    assert booking.use_cases.attachments.settle_expired() == 1
    assert names(booking.card(card.id).files) == ["plan.pdf"]
    booking.time += dt.timedelta(hours=2)
    assert booking.use_cases.attachments.settle_expired() == 0
    assert booking.stores.files.read(booking.card(card.id).files[0]["id"]) == PDF
