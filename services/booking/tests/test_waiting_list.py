"""Booking offers a freed slot to the first waiting resident that it suits, for a while, and then to the next."""

import datetime as dt

import pytest
from booking_harness import BookingHarness, refused
from municipality_yaml import a_configuration, specialist

from loket_booking.commands.request import Request
from loket_contracts.commands import JoinWaitingList

EARLY, MIDDLE, LATE = (f"2026-12-{day}T10:00:00+01:00" for day in ("01", "08", "15"))


@pytest.fixture
def booking(database):
    """One specialist, and every day until the 15th of December full."""
    return BookingHarness.full(
        database, a_configuration(resources={"ro-1": specialist()}, offer_minutes=60), "2026-11-24", "2026-12-15"
    )


def at(booking, start):
    claims = [claim for claim in booking.stores.days.claims("rumst", _date(start)) if claim.appointment]
    found = next(each.appointment for each in claims if each.appointment.local(each.appointment.start) == start)
    return booking.card(found.id)


def _date(start):
    return dt.datetime.fromisoformat(start).date()


def join(booking, card, **command):
    body = JoinWaitingList().load({"appointment": card.id, **command})
    return booking.use_cases.waiting_list.join(card, body, Request())


def freed(booking, card):
    """Cancel, and call booking as the event on the bus does."""
    appointment = booking.appointment(card)
    booking.cancel(card)
    date = _date(appointment.local(appointment.start))
    return booking.use_cases.waiting_list.offer_freed("rumst", "ruimte", [date], card.id)


def entry(booking, card):
    return booking.stores.waiting_lists.get(card.id)


def test_a_freed_moment_is_offered_to_who_waits_longest_and_held_for_them(booking):
    first, second = at(booking, LATE), at(booking, MIDDLE)
    join(booking, first)
    booking.later(minutes=1)
    join(booking, second)
    assert freed(booking, at(booking, EARLY)) == 1
    offer = entry(booking, first).offer
    assert booking.appointment(first).local(offer.start) == EARLY
    assert entry(booking, second).state == "waiting"
    assert booking.starts("2026-12-01") == [], "nobody else can have it"
    assert "waiting_list.offered" in booking.take_events()


def test_accepting_moves_the_appointment_and_frees_the_old_moment_for_the_next(booking):
    card = at(booking, LATE)
    join(booking, card)
    freed(booking, at(booking, EARLY))
    booking.take_events()
    moved = booking.use_cases.waiting_list.accept(card, Request())
    assert moved.local(moved.start) == EARLY
    assert booking.take_events() == ["appointment.rescheduled", "waiting_list.left"]
    assert entry(booking, card).state == "left"
    assert booking.starts("2026-12-15") == ["10:00"]


def test_an_offer_that_is_declined_passes_to_the_next_and_does_not_come_back(booking):
    first, second = at(booking, LATE), at(booking, MIDDLE)
    join(booking, first)
    booking.later(minutes=1)
    join(booking, second)
    freed(booking, at(booking, EARLY))
    booking.use_cases.waiting_list.decline(first, Request())
    booking.use_cases.waiting_list.process_waiting_lists()
    assert entry(booking, first).state == "waiting"
    assert entry(booking, second).offer is not None


def test_an_offer_without_an_answer_passes_on_and_after_two_the_place_is_given_up(booking):
    card = at(booking, LATE)
    join(booking, card)
    for start in (EARLY, MIDDLE):
        freed(booking, at(booking, start))
        booking.later(hours=1)
        booking.use_cases.waiting_list.process_waiting_lists()
    assert entry(booking, card).state == "left"
    assert booking.take_events().count("waiting_list.passed_on") == 1
    assert booking.appointment(card).local(booking.appointment(card).start) == LATE, "the appointment stands"


def test_an_offer_counts_only_for_as_long_as_it_stands(booking):
    card = at(booking, LATE)
    join(booking, card)
    freed(booking, at(booking, EARLY))
    booking.later(hours=1)
    assert refused(booking.use_cases.waiting_list.accept, card, Request()) == "no-offer"


@pytest.mark.parametrize(
    "command", [{"weekday": ["monday"]}, {"after": "11:00"}, {"before": "09:30"}, {"not_before": "2026-12-02"}]
)
def test_what_does_not_suit_is_not_offered(booking, command):
    card = at(booking, LATE)
    join(booking, card, **command)
    assert freed(booking, at(booking, EARLY)) == 0


def test_nothing_later_than_the_appointment_itself_is_offered(booking):
    join(booking, at(booking, EARLY))
    assert freed(booking, at(booking, MIDDLE)) == 0


def test_time_that_is_kept_back_after_a_cancellation_is_offered_on_the_list_all_the_same(database):
    text = a_configuration(resources={"ro-1": specialist()}, release_minutes=120)
    booking = BookingHarness.full(database, text, "2026-11-24", "2026-12-15")
    card, given_back = at(booking, LATE), at(booking, EARLY)
    join(booking, card)
    assert freed(booking, given_back) == 1
    booking.later(minutes=5)
    moved = booking.use_cases.waiting_list.accept(card, Request())
    assert moved.local(moved.start) == EARLY


def test_a_cancelled_slot_is_released_only_after_its_delay(database):
    booking = BookingHarness(database, a_configuration(resources={"ro-1": specialist()}, release_minutes=30))
    _, card = booking.book(start=EARLY)
    booking.cancel(card)
    assert "10:00" not in booking.starts("2026-12-01")
    assert refused(booking.book, start=EARLY) == "slot-taken"
    booking.later(minutes=30)
    assert "10:00" in booking.starts("2026-12-01")


def test_who_cancels_or_withdraws_is_off_the_list_and_the_offer_is_free_again(booking):
    card = at(booking, LATE)
    join(booking, card)
    freed(booking, at(booking, EARLY))
    booking.use_cases.waiting_list.withdraw(card, Request())
    assert booking.starts("2026-12-01") == ["10:00"]
    assert refused(booking.use_cases.waiting_list.withdraw, card, Request()) == "not-on-waiting-list"
    gone = at(booking, MIDDLE)
    join(booking, gone)
    booking.cancel(gone)
    booking.use_cases.housekeeping.run_jobs()
    assert entry(booking, gone).state == "left"


def test_one_appointment_stands_on_the_list_once_and_may_come_back(booking):
    card = at(booking, LATE)
    first = join(booking, card)
    assert refused(join, booking, card) == "already-on-waiting-list"
    booking.use_cases.waiting_list.withdraw(card, Request())
    assert join(booking, card).sequence == first.sequence + 2
    booking.cancel(card)
    assert refused(join, booking, booking.card(card.id)) == "not-allowed-in-state"


def test_an_acceptance_whose_process_died_is_brought_to_its_end(booking):
    card = at(booking, LATE)
    join(booking, card)
    freed(booking, at(booking, EARLY))
    offer = entry(booking, card).offer
    command = {"start": offer.start, "resource": None, "reason": "earlier", "sequence": None}
    booking.use_cases.lifecycle.reschedule(card, command, Request(), offer.hold)
    booking.later(hours=1)
    booking.take_events()
    booking.use_cases.waiting_list.process_waiting_lists()
    assert booking.take_events() == ["waiting_list.left"]


def test_places_of_visits_that_are_over_are_forgotten(booking):
    card = at(booking, LATE)
    join(booking, card)
    booking.use_cases.waiting_list.withdraw(card, Request())
    booking.stores.waiting_lists.collection.update_many({}, {"$set": {"outbox": []}})
    booking.later(days=30)
    booking.use_cases.waiting_list.process_waiting_lists()
    assert entry(booking, card) is None
