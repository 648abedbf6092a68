"""Booking offers a freed slot for a while to the first waiting resident that it suits, and then to the next."""

import datetime as dt

import pytest
from booking_harness import STAFF, BookingHarness, refused
from municipality_yaml import a_configuration, specialist

from loket_booking.commands.request import Request
from loket_contracts.rpc.booking.changes import JoinWaitingList, OfferPreferences, RescheduleAppointment
from loket_contracts.rpc.message import from_json

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
    body = from_json(JoinWaitingList, {"appointment": card.id, **command})
    return booking.use_cases.waiting_list.join(card, body, Request())


def freed(booking, card):
    """Cancel, and call booking as the event on the bus does."""
    appointment = booking.appointment(card)
    booking.cancel(card)
    date = _date(appointment.local(appointment.start))
    return booking.use_cases.waiting_list.offer_freed("rumst", "ruimte", [date], card.id)


def entry(booking, card):
    return booking.stores.waiting_lists.get(card.id)


def test_a_freed_slot_is_offered_to_the_longest_waiting_resident_and_held(booking):
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


def test_accepting_an_offer_moves_the_appointment_and_offers_the_old_slot_to_the_next(booking):
    card = at(booking, LATE)
    join(booking, card)
    freed(booking, at(booking, EARLY))
    booking.take_events()
    moved = booking.use_cases.waiting_list.accept(card, Request())
    assert moved.local(moved.start) == EARLY
    assert booking.take_events() == ["appointment.rescheduled", "waiting_list.left"]
    assert entry(booking, card).state == "left"
    assert booking.starts("2026-12-15") == ["10:00"]


def test_the_time_that_a_resident_left_is_not_offered_to_them(booking):
    """They moved away from it, so it does not suit them, whether they were on the list then or joined it later."""
    listed, free = at(booking, MIDDLE), at(booking, LATE)
    join(booking, listed)
    booking.cancel(free)
    booking.reschedule(listed, LATE)
    assert booking.use_cases.waiting_list.process_waiting_lists() == 0
    booking.use_cases.waiting_list.withdraw(listed, Request())
    join(booking, listed)
    assert booking.use_cases.waiting_list.process_waiting_lists() == 0
    assert freed(booking, at(booking, EARLY)) == 1, "another earlier time is offered"


def test_a_time_from_which_staff_moved_a_resident_is_offered_to_them(booking):
    listed, free = at(booking, MIDDLE), at(booking, LATE)
    booking.cancel(free)
    booking.reschedule(listed, LATE, STAFF, reason="by-municipality")
    join(booking, listed)
    assert booking.use_cases.waiting_list.process_waiting_lists() == 1


def test_a_declined_offer_goes_to_the_next_and_is_not_repeated(booking):
    first, second = at(booking, LATE), at(booking, MIDDLE)
    join(booking, first)
    booking.later(minutes=1)
    join(booking, second)
    freed(booking, at(booking, EARLY))
    booking.use_cases.waiting_list.decline(first, Request())
    booking.use_cases.waiting_list.process_waiting_lists()
    assert entry(booking, first).state == "waiting"
    assert entry(booking, second).offer is not None


def test_an_unanswered_offer_goes_to_the_next_and_two_of_them_end_the_entry(booking):
    card = at(booking, LATE)
    join(booking, card)
    for start in (EARLY, MIDDLE):
        freed(booking, at(booking, start))
        booking.later(hours=1)
        booking.use_cases.waiting_list.process_waiting_lists()
    assert entry(booking, card).state == "left"
    assert booking.take_events().count("waiting_list.passed_on") == 1
    assert booking.appointment(card).local(booking.appointment(card).start) == LATE, "the appointment stands"


def test_an_offer_can_be_accepted_only_until_it_expires(booking):
    card = at(booking, LATE)
    join(booking, card)
    freed(booking, at(booking, EARLY))
    booking.later(hours=1)
    assert refused(booking.use_cases.waiting_list.accept, card, Request()) == "no-offer"


@pytest.mark.parametrize(
    "command", [{"weekday": ["monday"]}, {"after": "11:00"}, {"before": "09:30"}, {"not_before": "2026-12-02"}]
)
def test_a_slot_that_does_not_match_the_preferences_is_not_offered(booking, command):
    card = at(booking, LATE)
    join(booking, card, **command)
    assert freed(booking, at(booking, EARLY)) == 0


@pytest.mark.parametrize(("parts", "offers"), [(["evening"], 0), (["afternoon", "evening"], 0), (["morning"], 1)])
def test_a_slot_is_offered_only_in_the_parts_of_the_day_that_suit(booking, parts, offers):
    card = at(booking, LATE)
    join(booking, card, parts_of_day=parts)
    assert freed(booking, at(booking, EARLY)) == offers


def test_a_resident_changes_what_suits_and_keeps_the_place_on_the_list(booking):
    card = at(booking, LATE)
    joined = join(booking, card, weekday=["monday"])
    booking.later(minutes=5)
    command = from_json(OfferPreferences, {"not_before": "2026-12-01", "parts_of_day": ["morning"]})
    booking.use_cases.waiting_list.change_preferences(card, command)
    stored = entry(booking, card)
    assert (stored.joined_at, stored.sequence) == (joined.joined_at, joined.sequence)
    assert (stored.not_before, stored.preference.weekdays) == (dt.date(2026, 12, 1), frozenset())
    assert freed(booking, at(booking, EARLY)) == 1


def test_an_appointment_that_left_the_list_has_no_preferences_to_change(booking):
    card = at(booking, LATE)
    join(booking, card)
    booking.use_cases.waiting_list.withdraw(card, Request())
    change = booking.use_cases.waiting_list.change_preferences
    assert refused(change, card, from_json(OfferPreferences, {})) == "not-on-waiting-list"


def test_a_slot_that_comes_free_at_night_is_offered_in_the_morning(booking):
    card = at(booking, LATE)
    join(booking, card)
    booking.later(hours=13)  # it is 22:00 at the location
    assert freed(booking, at(booking, EARLY)) == 0
    assert booking.use_cases.waiting_list.process_waiting_lists() == 0
    booking.later(hours=10)
    assert booking.use_cases.waiting_list.process_waiting_lists() == 1
    assert booking.appointment(card).local(entry(booking, card).offer.expires) == "2026-11-25T09:00:00+01:00"


def test_the_time_to_answer_an_offer_pauses_at_night(booking):
    card = at(booking, LATE)
    join(booking, card)
    booking.later(hours=10, minutes=30)
    freed(booking, at(booking, EARLY))
    assert booking.appointment(card).local(entry(booking, card).offer.expires) == "2026-11-25T08:30:00+01:00"


def test_a_slot_later_than_the_appointment_is_not_offered(booking):
    join(booking, at(booking, EARLY))
    assert freed(booking, at(booking, MIDDLE)) == 0


def test_a_slot_in_its_release_delay_is_offered_on_the_waiting_list(database):
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


def test_cancelling_or_leaving_ends_the_entry_and_frees_its_offer(booking):
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


def test_an_appointment_is_on_the_waiting_list_once_and_may_return(booking):
    card = at(booking, LATE)
    first = join(booking, card)
    assert refused(join, booking, card) == "already-on-waiting-list"
    booking.use_cases.waiting_list.withdraw(card, Request())
    assert join(booking, card).sequence == first.sequence + 2
    booking.cancel(card)
    assert refused(join, booking, booking.card(card.id)) == "not-allowed-in-state"


def test_an_interrupted_acceptance_is_completed(booking):
    card = at(booking, LATE)
    join(booking, card)
    freed(booking, at(booking, EARLY))
    offer = entry(booking, card).offer
    command = RescheduleAppointment(start=offer.start, reason="earlier")
    booking.use_cases.lifecycle.reschedule(card, command, Request(), offer.hold)
    booking.later(hours=1)
    booking.take_events()
    booking.use_cases.waiting_list.process_waiting_lists()
    assert booking.take_events() == ["waiting_list.left"]


def test_entries_of_past_appointments_are_deleted(booking):
    card = at(booking, LATE)
    join(booking, card)
    booking.use_cases.waiting_list.withdraw(card, Request())
    booking.stores.waiting_lists.collection.update_many({}, {"$set": {"outbox": []}})
    booking.later(days=30)
    booking.use_cases.waiting_list.process_waiting_lists()
    assert entry(booking, card) is None
