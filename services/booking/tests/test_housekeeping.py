"""What need not be known any more is forgotten, by code that runs; what is needed stays."""

import datetime as dt

import pytest
from desk import LATER, RUMST, STAFF, Desk

from loket_booking.jobs.retention import ORPHANED_AFTER
from loket_contracts.commands import CloseTime


@pytest.fixture
def desk(database):
    return Desk(database)


def cards(desk):
    return desk.stores.cards.collection.count_documents({})


def test_a_card_that_never_came_to_its_claim_is_forgotten_and_no_other(desk):
    _, kept = desk.book()
    _, left = desk.book(start="2026-12-01T10:00:00+01:00")
    desk.stores.agendas.collection.delete_one({"_id": left.agenda})
    assert desk.use_cases.housekeeping.retention.delete_orphaned_cards() == 0, "its request may still be at work"
    desk.time += ORPHANED_AFTER
    assert desk.use_cases.housekeeping.retention.delete_orphaned_cards() == 1
    assert desk.stores.cards.get(kept.id) == kept
    assert desk.stores.cards.get(left.id) is None


def test_a_look_goes_on_where_the_last_one_ended_and_sees_who_came_in_the_same_millisecond(desk):
    _, first = desk.book()
    desk.time += ORPHANED_AFTER
    desk.use_cases.housekeeping.retention.delete_orphaned_cards()
    desk.time -= ORPHANED_AFTER
    _, sibling = desk.book(start="2026-12-01T10:00:00+01:00")
    desk.stores.agendas.collection.delete_one({"_id": sibling.agenda})
    desk.time += ORPHANED_AFTER
    seen = desk.stores.cards.find_created_between(desk.stores.cards.checked_until(), desk.time, 10)
    assert {card.id for card in seen} == {first.id, sibling.id}
    assert desk.use_cases.housekeeping.retention.delete_orphaned_cards() == 1
    assert desk.stores.cards.get(first.id) == first


def test_who_came_is_forgotten_when_the_retention_is_over_and_the_appointment_is_not(desk):
    booked, card = desk.book()
    desk.time = booked.start + dt.timedelta(days=180)
    assert desk.use_cases.housekeeping.retention.delete_past_cards() == 0
    desk.time += dt.timedelta(days=1)
    assert desk.use_cases.housekeeping.retention.delete_past_cards() == 1
    assert cards(desk) == 0
    assert desk.stores.agendas.find_claim(card.agenda, booked.id)[0] == booked
    assert desk.use_cases.contact_cards.contact_cards([("rumst", booked.id)]) == [{"refused": "appointment-not-found"}]


def test_a_past_closure_stays_for_the_retention_of_its_own_municipality(desk):
    neighbour = RUMST.replace("id: rumst", "id: boom").replace("retention_days: 180", "retention_days: 30")
    desk.stores.configurations.store(neighbour, "test", desk.time)
    closure = CloseTime().load({"first": dt.date(2026, 11, 30)})
    laid = {name: desk.use_cases.closures.close_time(name, closure, STAFF).id for name in ("rumst", "boom")}
    desk.time += dt.timedelta(days=60)
    desk.use_cases.housekeeping.retention.delete_past_cards()
    left = {each["_id"] for each in desk.stores.configurations.closures.collection.find()}
    assert left == {laid["rumst"]}


def test_a_moved_appointment_is_kept_by_its_new_day(desk):
    booked, card = desk.book()
    desk.reschedule(card, LATER)
    assert desk.stores.cards.get(booked.id).visit_date == "2026-12-01"
