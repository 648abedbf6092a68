"""Pictures are encoded again in a worker process before they are stored."""

import base64
import io
from pathlib import Path

import pytest
from booking_harness import BookingHarness, refused
from municipality_yaml import a_configuration, specialist, types
from PIL import Image

from loket_booking.bootstrap import build_use_cases
from loket_booking.commands.request import Request
from loket_booking.store.links import Links
from loket_chassis.runtime.worker_process import WorkerProcesses

HEIC = (Path(__file__).with_name("pictures") / "phone.heic").read_bytes()
PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(scope="module")
def workers():
    processes = WorkerProcesses(number=1)
    yield processes
    processes.end()


@pytest.fixture
def booking(database, workers):
    kinds = types(advies={"questions": {"plan": {"label": "Plan", "kind": "file"}}})
    harness = BookingHarness(database, a_configuration(resources={"ro-1": specialist()}, appointment_types=kinds))
    harness.use_cases = build_use_cases(
        harness.stores, Links("key"), lambda: harness.time, harness.announce, workers.run
    )
    return harness


def upload(booking, card, content, name):
    text = base64.b64encode(content).decode()
    return booking.use_cases.attachments.add_file(booking.card(card.id), "plan", name, text, Request())


def stored(booking, file):
    return booking.stores.files.read(file["id"])


def test_a_photo_of_an_iphone_is_stored_as_a_jpeg_without_its_position(booking):
    _, card = booking.book(start="2026-12-03T10:00:00+01:00")
    file = upload(booking, card, HEIC, "IMG_1.HEIC")
    assert (file["name"], file["media_type"]) == ("IMG_1.jpg", "image/jpeg")
    body = stored(booking, file)
    assert len(body) == file["size"]
    assert not Image.open(io.BytesIO(body)).getexif()


def test_a_broken_picture_is_not_stored_and_a_pdf_stays_as_it_is(booking):
    _, card = booking.book(start="2026-12-03T10:00:00+01:00")
    assert refused(upload, booking, card, HEIC[:100], "a.heic") == "file-not-accepted"
    assert stored(booking, upload(booking, card, PDF, "a.pdf")) == PDF
    assert len(booking.card(card.id).files) == 1
