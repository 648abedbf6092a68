"""Booking offers a freed slot to the first waiting resident that it suits, for a while, and then to the next."""

import datetime as dt

import pytest
from desk import Desk, refused
from municipality_yaml import a_town, specialist

from loket_booking.commands.request import Request
from loket_contracts.commands import JoinWaitingList

EARLY, MIDDLE, LATE = (f"2026-12-{day}T10:00:00+01:00" for day in ("01", "08", "15"))


@pytest.fixture
def desk(database):
    """One specialist, and every day until the 15th of December full."""
    return Desk.full(database, a_town(resources={"ro-1": specialist()}, offer_minutes=60), "2026-11-24", "2026-12-15")


def at(desk, start):
    claims = [claim for claim in desk.stores.days.claims("rumst", _date(start)) if claim.appointment]
    found = next(each.appointment for each in claims if each.appointment.local(each.appointment.start) == start)
    return desk.card(found.id)


def _date(start):
    return dt.datetime.fromisoformat(start).date()


def join(desk, card, **wish):
    body = JoinWaitingList().load({"appointment": card.id, **wish})
    return desk.use_cases.waiting_list.join(card, body, Request())


def freed(desk, card):
    """Cancel, and call booking as the event on the bus does."""
    appointment = desk.appointment(card)
    desk.cancel(card)
    date = _date(appointment.local(appointment.start))
    return desk.use_cases.waiting_list.offer_freed("rumst", "ruimte", [date], card.id)


def entry(desk, card):
    return desk.stores.waiting_lists.get(card.id)


def test_a_freed_moment_is_offered_to_who_waits_longest_and_held_for_them(desk):
    first, second = at(desk, LATE), at(desk, MIDDLE)
    join(desk, first)
    desk.later(minutes=1)
    join(desk, second)
    assert freed(desk, at(desk, EARLY)) == 1
    offer = entry(desk, first).offer
    assert desk.appointment(first).local(offer.start) == EARLY
    assert entry(desk, second).state == "waiting"
    assert desk.starts("2026-12-01") == [], "nobody else can have it"
    assert "waiting_list.offered" in desk.told()


def test_accepting_moves_the_appointment_and_frees_the_old_moment_for_the_next(desk):
    card = at(desk, LATE)
    join(desk, card)
    freed(desk, at(desk, EARLY))
    desk.told()
    moved = desk.use_cases.waiting_list.accept(card, Request())
    assert moved.local(moved.start) == EARLY
    assert desk.told() == ["appointment.rescheduled", "waiting_list.left"]
    assert entry(desk, card).state == "left"
    assert desk.starts("2026-12-15") == ["10:00"]


def test_an_offer_that_is_declined_passes_to_the_next_and_does_not_come_back(desk):
    first, second = at(desk, LATE), at(desk, MIDDLE)
    join(desk, first)
    desk.later(minutes=1)
    join(desk, second)
    freed(desk, at(desk, EARLY))
    desk.use_cases.waiting_list.decline(first, Request())
    desk.use_cases.waiting_list.process_waiting_lists()
    assert entry(desk, first).state == "waiting"
    assert entry(desk, second).offer is not None


def test_an_offer_without_an_answer_passes_on_and_after_two_the_place_is_given_up(desk):
    card = at(desk, LATE)
    join(desk, card)
    for start in (EARLY, MIDDLE):
        freed(desk, at(desk, start))
        desk.later(hours=1)
        desk.use_cases.waiting_list.process_waiting_lists()
    assert entry(desk, card).state == "left"
    assert desk.told().count("waiting_list.passed_on") == 1
    assert desk.appointment(card).local(desk.appointment(card).start) == LATE, "the appointment stands"


def test_an_offer_counts_only_for_as_long_as_it_stands(desk):
    card = at(desk, LATE)
    join(desk, card)
    freed(desk, at(desk, EARLY))
    desk.later(hours=1)
    assert refused(desk.use_cases.waiting_list.accept, card, Request()) == "no-offer"


@pytest.mark.parametrize(
    "wish", [{"weekday": ["monday"]}, {"after": "11:00"}, {"before": "09:30"}, {"not_before": "2026-12-02"}]
)
def test_what_does_not_suit_is_not_offered(desk, wish):
    card = at(desk, LATE)
    join(desk, card, **wish)
    assert freed(desk, at(desk, EARLY)) == 0


def test_nothing_later_than_the_appointment_itself_is_offered(desk):
    join(desk, at(desk, EARLY))
    assert freed(desk, at(desk, MIDDLE)) == 0


def test_time_that_is_kept_back_after_a_cancellation_is_offered_on_the_list_all_the_same(database):
    text = a_town(resources={"ro-1": specialist()}, release_minutes=120)
    desk = Desk.full(database, text, "2026-11-24", "2026-12-15")
    card, given_back = at(desk, LATE), at(desk, EARLY)
    join(desk, card)
    assert freed(desk, given_back) == 1
    desk.later(minutes=5)
    moved = desk.use_cases.waiting_list.accept(card, Request())
    assert moved.local(moved.start) == EARLY


def test_a_cancelled_slot_is_released_only_after_its_delay(database):
    desk = Desk(database, a_town(resources={"ro-1": specialist()}, release_minutes=30))
    _, card = desk.book(start=EARLY)
    desk.cancel(card)
    assert "10:00" not in desk.starts("2026-12-01")
    assert refused(desk.book, start=EARLY) == "slot-taken"
    desk.later(minutes=30)
    assert "10:00" in desk.starts("2026-12-01")


def test_who_cancels_or_withdraws_is_off_the_list_and_the_offer_is_free_again(desk):
    card = at(desk, LATE)
    join(desk, card)
    freed(desk, at(desk, EARLY))
    desk.use_cases.waiting_list.withdraw(card, Request())
    assert desk.starts("2026-12-01") == ["10:00"]
    assert refused(desk.use_cases.waiting_list.withdraw, card, Request()) == "not-on-waiting-list"
    gone = at(desk, MIDDLE)
    join(desk, gone)
    desk.cancel(gone)
    desk.use_cases.housekeeping.run_jobs()
    assert entry(desk, gone).state == "left"


def test_one_appointment_stands_on_the_list_once_and_may_come_back(desk):
    card = at(desk, LATE)
    first = join(desk, card)
    assert refused(join, desk, card) == "already-on-waiting-list"
    desk.use_cases.waiting_list.withdraw(card, Request())
    assert join(desk, card).sequence == first.sequence + 2
    desk.cancel(card)
    assert refused(join, desk, desk.card(card.id)) == "not-allowed-in-state"


def test_an_acceptance_whose_process_died_is_brought_to_its_end(desk):
    card = at(desk, LATE)
    join(desk, card)
    freed(desk, at(desk, EARLY))
    offer = entry(desk, card).offer
    wish = {"start": offer.start, "resource": None, "reason": "earlier", "sequence": None}
    desk.use_cases.lifecycle.reschedule(card, wish, Request(), offer.hold)
    desk.later(hours=1)
    desk.told()
    desk.use_cases.waiting_list.process_waiting_lists()
    assert desk.told() == ["waiting_list.left"]


def test_places_of_visits_that_are_over_are_forgotten(desk):
    card = at(desk, LATE)
    join(desk, card)
    desk.use_cases.waiting_list.withdraw(card, Request())
    desk.stores.waiting_lists.collection.update_many({}, {"$set": {"outbox": []}})
    desk.later(days=30)
    desk.use_cases.waiting_list.process_waiting_lists()
    assert entry(desk, card) is None
