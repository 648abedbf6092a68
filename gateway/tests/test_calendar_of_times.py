"""The calendar of times: documents that a day leaves no time for, and the months that can be booked."""

import datetime as dt
from types import SimpleNamespace

import pytest

from loket_gateway.pages import time_slots
from loket_gateway.pages.time_slots import TimeSlotPages

ZONE = "Europe/Brussels"
TODAY = dt.date(2026, 11, 26)
KIND = {
    "id": "verkaveling",
    "questions": [
        {"id": "plan", "label": "Het plan", "kind": "file", "required": True},
        {"id": "foto", "label": "Een foto", "kind": "file", "required": False},
    ],
}


def late(last, monkeypatch):
    monkeypatch.setattr(time_slots, "today_in", lambda _: TODAY)
    booking = SimpleNamespace(documents_due=lambda *_: {"plan": last, "foto": last})
    pages = TimeSlotPages(booking, catalogue=None, proof_of_work=None)
    return pages._late_documents("rumst", [KIND], dt.date(2026, 11, 30), ZONE)


@pytest.mark.parametrize("last", ["2026-11-26", "2026-11-25"])
def test_a_required_document_that_is_due_today_or_earlier_is_late(last, monkeypatch):
    assert late(last, monkeypatch) == [("Het plan", last)]


def test_a_document_that_is_due_tomorrow_is_not_late(monkeypatch):
    assert late("2026-11-27", monkeypatch) == []


@pytest.mark.parametrize(("month", "is_open"), [((2026, 12, 1), True), ((2027, 1, 1), False), ((2031, 1, 1), False)])
def test_the_calendar_ends_with_the_last_month_that_can_be_booked(month, is_open, monkeypatch):
    monkeypatch.setattr(time_slots, "today_in", lambda _: TODAY)
    kinds = [{"horizon_days": 60}, {"horizon_days": 90}]
    assert time_slots._is_open_after(dt.date(*month), kinds, ZONE) is is_open
