"""What need not be known any more is forgotten, by code that runs; what is needed stays."""

import datetime as dt

import pytest
from desk import LATER, Desk

from loket_booking.jobs.housekeeping import LEFT_BEHIND_AFTER, forget_left_behind, forget_past_visits
from loket_booking.queries import contact_cards


@pytest.fixture
def desk(database):
    return Desk(database)


def cards(desk):
    return desk.stores.cards.collection.count_documents({})


def test_a_card_that_never_came_to_its_claim_is_forgotten_and_no_other(desk):
    _, kept = desk.book()
    _, left = desk.book(start="2026-12-01T10:00:00+01:00")
    desk.stores.agendas.collection.delete_one({"_id": left.agenda})
    assert forget_left_behind(desk.stores) == 0, "its request may still be at work"
    desk.time += LEFT_BEHIND_AFTER
    assert forget_left_behind(desk.stores) == 1
    assert desk.stores.cards.get(kept.id) == kept
    assert desk.stores.cards.get(left.id) is None


def test_a_look_goes_on_where_the_last_one_ended_and_sees_who_came_in_the_same_millisecond(desk):
    _, first = desk.book()
    desk.time += LEFT_BEHIND_AFTER
    forget_left_behind(desk.stores)
    desk.time -= LEFT_BEHIND_AFTER
    _, sibling = desk.book(start="2026-12-01T10:00:00+01:00")
    desk.stores.agendas.collection.delete_one({"_id": sibling.agenda})
    desk.time += LEFT_BEHIND_AFTER
    seen = desk.stores.cards.made_between(desk.stores.cards.looked_until(), desk.time, 10)
    assert {card.id for card in seen} == {first.id, sibling.id}
    assert forget_left_behind(desk.stores) == 1
    assert desk.stores.cards.get(first.id) == first


def test_who_came_is_forgotten_when_the_retention_is_over_and_the_appointment_is_not(desk):
    booked, card = desk.book()
    desk.time = booked.start + dt.timedelta(days=180)
    assert forget_past_visits(desk.stores) == 0
    desk.time += dt.timedelta(days=1)
    assert forget_past_visits(desk.stores) == 1
    assert cards(desk) == 0
    assert desk.stores.agendas.find_claim(card.agenda, booked.id)[0] == booked
    assert contact_cards.contact_cards(desk.stores, [("rumst", booked.id)]) == [{"refused": "appointment-not-found"}]


def test_a_moved_appointment_is_kept_by_its_new_day(desk):
    booked, card = desk.book()
    desk.reschedule(card, LATER)
    assert desk.stores.cards.get(booked.id).visit_date == "2026-12-01"
