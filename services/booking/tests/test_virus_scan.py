"""Uploaded files are scanned for viruses before anyone can download them."""

import base64
import socket

import pytest
from booking_harness import BookingHarness, refused
from municipality_yaml import a_configuration, specialist, types

from conftest import LONG
from loket_booking.bootstrap import build_use_cases
from loket_booking.commands.request import Request
from loket_booking.store.links import Links
from loket_booking.virus_scanner import CHUNK, VirusScanner
from loket_chassis.runtime.unavailable import Unavailable
from tests.providers.virus_scanner import EICAR, clamd, scanner

START = "2026-12-03T10:00:00+01:00"
PDF = b"%PDF-1.7\n%%EOF\n"
INFECTED = PDF + EICAR
#: a white pixel, as PNG
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAGZ1bCgAAAABJRU5ErkJggg=="
)


@pytest.fixture
def server():
    with scanner() as running:
        yield running


@pytest.fixture(params=["stand-in", *(["clamd"] if LONG else [])])
def address(request, server, tmp_path):
    """Of each scanner."""
    if request.param == "stand-in":
        yield server.address
        return
    with clamd(tmp_path) as of_clamav:
        yield of_clamav


@pytest.fixture
def booking(database, server):
    questions = {"plan": {"label": "Plan", "kind": "file", "required": True, "due_working_days": 2}}
    kinds = types(advies={"questions": questions})
    harness = BookingHarness(database, a_configuration(resources={"ro-1": specialist()}, appointment_types=kinds))
    harness.use_cases = build_use_cases(
        harness.stores, Links("key"), lambda: harness.time, harness.announce, scan=VirusScanner(server.address)
    )
    return harness


@pytest.fixture
def card(booking):
    return booking.book(start=START)[1]


def upload(booking, card, content, question="plan"):
    text = base64.b64encode(content).decode()
    return booking.use_cases.attachments.add_file(booking.card(card.id), question, "x.html", text, Request())


def download(booking, card, file):
    return booking.use_cases.attachments.read_file(booking.card(card.id), file["id"], Request())


def stored(booking):
    return booking.stores.files.collection.count_documents({})


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5_000_000])
def test_the_scanner_reads_every_byte_of_a_file(server, size):
    assert VirusScanner(server.address)(b"x" * size) is False
    assert server.sizes == [size]


def test_a_file_with_a_virus_is_refused_and_not_stored(booking, card):
    assert refused(upload, booking, card, INFECTED) == "file-not-accepted"
    assert (stored(booking), booking.card(card.id).files) == (0, [])


def test_a_form_cannot_take_a_file_with_a_virus(booking):
    held = booking.hold()
    text = base64.b64encode(INFECTED).decode()
    assert refused(booking.use_cases.drafts.attach, held, "plan", "x.pdf", text) == "file-not-accepted"
    assert stored(booking) == 0


def test_a_clean_file_is_delivered_under_a_name_made_of_the_reference_and_its_type(booking, card):
    files = [upload(booking, card, PDF), upload(booking, card, PICTURE)]
    names = [download(booking, card, each)["name"] for each in files]
    assert names == [f"{card.reference}-1.pdf", f"{card.reference}-2.png"]


@pytest.mark.parametrize("response", [b"INSTREAM size limit exceeded. ERROR", b"HTTP/1.1 400", b"stream: "])
def test_without_a_verdict_a_file_is_stored_and_not_delivered_until_it_has_one(booking, card, server, response):
    server.response = response
    file = upload(booking, card, PDF)
    assert refused(download, booking, card, file) == "file-not-scanned"
    booking.use_cases.housekeeping.run_jobs()
    assert refused(download, booking, card, file) == "file-not-scanned"
    server.response = None
    booking.use_cases.housekeeping.run_jobs()
    assert base64.b64decode(download(booking, card, file)["content"]) == PDF


def test_a_virus_that_is_found_later_removes_the_file_which_is_missing_again(booking, card, server):
    server.response = b"stream: "
    file = upload(booking, card, INFECTED)
    assert booking.card(card.id).duty_at is None
    server.response = None
    booking.use_cases.housekeeping.run_jobs()
    assert refused(download, booking, card, file) == "file-not-found"
    assert stored(booking) == 0
    assert booking.card(card.id).duty_at is not None


def test_a_file_that_never_gets_a_verdict_does_not_block_the_others(booking, card, server):
    server.response = b"stream: "
    large, small = upload(booking, card, PDF + b"x" * 1000), upload(booking, card, PDF)
    server.response, server.most = None, 500
    booking.use_cases.housekeeping.run_jobs()
    assert refused(download, booking, card, large) == "file-not-scanned"
    assert base64.b64decode(download(booking, card, small)["content"]) == PDF


def test_an_unscanned_file_of_a_form_that_has_a_virus_never_reaches_the_appointment(booking, server):
    server.response = b"stream: "
    held = booking.hold()
    for content in (INFECTED, PDF):
        booking.use_cases.drafts.attach(held, "plan", "x.pdf", base64.b64encode(content).decode())
    server.response = None
    booking.use_cases.housekeeping.run_jobs()
    assert [file["size"] for file in booking.use_cases.drafts.list_files(held)] == [len(PDF)]


def test_no_file_is_accepted_where_no_question_asks_for_one(database):
    harness = BookingHarness(database, a_configuration(resources={"ro-1": specialist()}))
    _, card = harness.book(start=START)
    assert refused(upload, harness, card, PDF, None) == "file-not-accepted"


def test_a_scanner_finds_the_virus_and_passes_every_other_file(address):
    scan = VirusScanner(address)
    assert [scan(each) for each in (INFECTED, PDF, b"", b"x" * 5_000_000)] == [True, False, False, False]


def test_a_scanner_that_cannot_be_reached_is_unavailable():
    with scanner() as ended:
        address = ended.address
    with pytest.raises(Unavailable):
        VirusScanner(address)(PDF)


def test_a_scanner_that_does_not_answer_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable):
        VirusScanner(f"127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)(PDF)
