"""Housekeeping deletes personal data after its retention, and nothing else."""

import datetime as dt

import pytest
from booking_harness import LATER, RUMST, STAFF, BookingHarness

from loket_booking.jobs.retention import ORPHANED_AFTER
from loket_contracts.rpc.booking.closures import CloseTime


@pytest.fixture
def booking(database):
    return BookingHarness(database)


def cards(booking):
    return booking.stores.cards.collection.count_documents({})


def test_a_card_without_a_claim_is_deleted_and_no_other(booking):
    _, kept = booking.book()
    _, left = booking.book(start="2026-12-01T10:00:00+01:00")
    booking.stores.agendas.collection.delete_one({"_id": left.agenda})
    assert booking.use_cases.housekeeping.retention.delete_orphaned_cards() == 0, "its request may still be at work"
    booking.time += ORPHANED_AFTER
    assert booking.use_cases.housekeeping.retention.delete_orphaned_cards() == 1
    assert booking.stores.cards.get(kept.id) == kept
    assert booking.stores.cards.get(left.id) is None


def test_a_sweep_continues_where_the_last_one_ended_and_includes_the_same_millisecond(booking):
    _, first = booking.book()
    booking.time += ORPHANED_AFTER
    booking.use_cases.housekeeping.retention.delete_orphaned_cards()
    booking.time -= ORPHANED_AFTER
    _, sibling = booking.book(start="2026-12-01T10:00:00+01:00")
    booking.stores.agendas.collection.delete_one({"_id": sibling.agenda})
    booking.time += ORPHANED_AFTER
    seen = booking.stores.cards.find_created_between(booking.stores.cards.checked_until(), booking.time, 10)
    assert {card.id for card in seen} == {first.id, sibling.id}
    assert booking.use_cases.housekeeping.retention.delete_orphaned_cards() == 1
    assert booking.stores.cards.get(first.id) == first


def test_personal_data_is_deleted_after_its_retention_and_the_appointment_stays(booking):
    booked, card = booking.book()
    booking.time = booked.start + dt.timedelta(days=180)
    assert booking.use_cases.housekeeping.retention.delete_past_cards() == 0
    booking.time += dt.timedelta(days=1)
    assert booking.use_cases.housekeeping.retention.delete_past_cards() == 1
    assert cards(booking) == 0
    assert booking.stores.agendas.find_claim(card.agenda, booked.id)[0] == booked
    assert booking.use_cases.contact_cards.contact_cards([("rumst", booked.id)]) == [
        {"refused": "appointment-not-found"}
    ]


def test_a_past_closure_is_stored_for_the_retention_of_its_municipality(booking):
    neighbour = RUMST.replace("id: rumst", "id: boom").replace("retention_days: 180", "retention_days: 30")
    booking.stores.configurations.store(neighbour, "test", booking.time)
    closure = CloseTime(first=dt.date(2026, 11, 30))
    laid = {name: booking.use_cases.closures.close_time(name, closure, STAFF).id for name in ("rumst", "boom")}
    booking.time += dt.timedelta(days=60)
    booking.use_cases.housekeeping.retention.delete_past_cards()
    left = {each["_id"] for each in booking.stores.configurations.closures.collection.find()}
    assert left == {laid["rumst"]}


def test_the_retention_of_a_moved_appointment_starts_at_its_new_day(booking):
    booked, card = booking.book()
    booking.reschedule(card, LATER)
    assert booking.stores.cards.get(booked.id).visit_date == "2026-12-01"
