"""Limits per person and client; and every change records its reason and the version that it is based on."""

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pymongo
import pytest
from booking_harness import CONTACT, LATER, STAFF, START, BookingHarness, refused
from municipality_yaml import a_configuration, specialist, types

from loket_booking.commands.request import Request
from loket_contracts.errors import Refusal


@pytest.fixture
def booking(database):
    return BookingHarness(database, a_configuration(most_holds_per_client=2, most_per_contact=2, no_show_minutes=20))


def test_a_client_may_hold_a_limited_number_of_slots_at_a_time(booking):
    held = [booking.hold(client="192.0.2.1", start=f"2026-11-30T{hour}:00:00+01:00") for hour in ("09", "10")]
    assert refused(booking.hold, client="192.0.2.1") == "too-many-holds"
    booking.hold(client="192.0.2.2")
    booking.time = held[0].expires
    booking.hold(client="192.0.2.1")


def test_a_permit_is_returned_also_after_the_deadline_of_the_call_that_took_it(booking):
    permits, now = booking.stores.permits, dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
    take = lambda permit: permits.take("rumst/holds/a", permit, 1, now + dt.timedelta(hours=1), now)  # noqa: E731
    assert take("first") is None
    with pymongo.timeout(0.001):
        time.sleep(0.002)
        permits.release("rumst/holds/a", "first")
    assert take("second") is None


def test_network_addresses_are_not_stored(booking):
    booking.hold(client="192.0.2.1")
    booking.book(client="192.0.2.1", start=LATER)
    for collection in (
        booking.stores.agendas.collection,
        booking.stores.cards.collection,
        booking.stores.permits.collection,
    ):
        assert collection.count_documents({})
        assert "192.0.2.1" not in str(list(collection.find({})))


def many(take, number):
    """The answers to `number` requests of one client at the same moment."""
    barrier = threading.Barrier(number)

    def attempt(index):
        barrier.wait()
        try:
            take(index)
        except Refusal as refusal:
            return refusal.code
        return "taken"

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(attempt, range(number)))


@pytest.fixture
def crowded(database):
    """A municipality where thirty people can be received at once, and a client may hold and book five times."""
    people = {f"ro-{number}": specialist() for number in range(30)}
    return BookingHarness(
        database, a_configuration(resources=people, most_holds_per_client=5, most_bookings_per_client=5)
    )


def test_concurrent_holds_of_one_client_do_not_exceed_the_limit(crowded):
    said = many(lambda _: crowded.hold(client="192.0.2.1"), 20)
    assert sorted(said) == [*["taken"] * 5, *["too-many-holds"] * 15]


def test_concurrent_bookings_of_one_client_do_not_exceed_the_limit(crowded):
    def book(number):
        crowded.book(client="192.0.2.1", contact={**CONTACT, "email": f"x{number}@example.org"})

    assert sorted(many(book, 20)) == [*["taken"] * 5, *["too-many-bookings"] * 15]


def a_stranger_books(booking, number, **changes):
    contact = {**CONTACT, "email": f"x{number}@example.org"}
    return booking.book(client="192.0.2.1", contact=contact, **changes)


def test_a_client_may_make_a_limited_number_of_bookings_per_hour(crowded):
    for number in range(3):
        a_stranger_books(crowded, number)
    for number in range(3, 5):
        a_stranger_books(crowded, number, hold=crowded.hold(client="192.0.2.1").appointment.id)
    crowded.later(minutes=10)
    with pytest.raises(Refusal) as refused_:
        a_stranger_books(crowded, 5)
    assert (refused_.value.code, refused_.value.params) == ("too-many-bookings", {"limit": "5", "seconds": "3000"})
    crowded.book(client="192.0.2.2")
    crowded.book(request=STAFF)
    crowded.later(minutes=50)
    a_stranger_books(crowded, 5)


def test_refused_requests_and_booked_holds_do_not_count(crowded):
    for number in range(8):
        assert refused(a_stranger_books, crowded, number, start="2026-11-30T03:00:00+01:00") == "slot-not-offered"
        assert refused(crowded.hold, client="192.0.2.1", start="2026-11-30T03:00:00+01:00") == "slot-not-offered"
    for number in range(5):
        a_stranger_books(crowded, number, hold=crowded.hold(client="192.0.2.1").appointment.id)
    for _ in range(5):
        crowded.hold(client="192.0.2.1")


def test_choosing_another_slot_for_the_same_form_counts_once(crowded):
    held = crowded.hold(client="192.0.2.1")
    for _ in range(8):
        other = crowded.hold(client="192.0.2.1", start=LATER)
        crowded.use_cases.drafts.carry_over(held, other, Request(client="192.0.2.1"))
        held = other


def test_a_repeated_idempotency_key_does_not_count(crowded):
    first, _ = crowded.book(key="k", client="192.0.2.1")
    for number in range(4):
        a_stranger_books(crowded, number)
    assert crowded.book(key="k", client="192.0.2.1")[0].id == first.id


def test_an_idempotency_key_of_a_hold_cannot_be_used_for_another_hold(crowded):
    held = crowded.hold(key="k")
    assert crowded.hold(key="k").appointment.id == held.appointment.id
    assert refused(crowded.hold, key="k", start=LATER) == "idempotency-key-reused"


def test_the_refusal_of_a_hold_says_when_the_first_hold_ends(booking):
    booking.hold(client="192.0.2.1")
    booking.later(minutes=4)
    booking.hold(client="192.0.2.1", start=LATER)
    with pytest.raises(Refusal) as refused_:
        booking.hold(client="192.0.2.1", start="2026-12-02T10:00:00+01:00")
    assert refused_.value.params["seconds"] == "360"


def test_a_person_may_have_a_limited_number_of_future_appointments_however_the_address_is_spelt(booking):
    booking.book()
    _, second = booking.book(start=LATER, contact={**CONTACT, "email": "LIEVE@example.org"})
    assert refused(booking.book, start="2026-12-02T10:00:00+01:00") == "too-many-appointments"
    booking.book(start="2026-12-02T10:00:00+01:00", contact={**CONTACT, "email": "jan@example.org"})
    booking.book(start="2026-12-02T11:00:00+01:00", request=STAFF)
    booking.cancel(second)
    assert refused(booking.book, start="2026-12-03T10:00:00+01:00") == "too-many-appointments", "staff's counts too"


def test_two_concurrent_bookings_of_one_person_do_not_exceed_the_limit(database):
    booking = BookingHarness(
        database, a_configuration(most_per_contact=1, resources={f"ro-{n}": specialist() for n in range(8)})
    )
    barrier = threading.Barrier(8)

    def attempt(_):
        barrier.wait()
        try:
            booking.book()
        except Refusal as refusal:
            return refusal.code
        return "booked"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(attempt, range(8)))
    assert sorted(said) == ["booked", *["too-many-appointments"] * 7]


def test_a_past_or_erased_appointment_no_longer_counts(booking):
    booked, _ = booking.book()
    booking.book(start=LATER)
    booking.time = booked.start
    booking.later(days=1)
    booking.book(start="2026-12-03T10:00:00+01:00")
    assert refused(booking.book, start="2026-12-04T10:00:00+01:00") == "too-many-appointments"
    booking.use_cases.privacy.erase_resident("rumst", CONTACT["email"], STAFF)
    assert booking.stores.cards.collection.count_documents({"places.0": {"$exists": True}}) == 0


def test_a_change_against_an_older_version_is_refused(booking):
    booked, card = booking.book()
    assert refused(booking.cancel, card, sequence=7) == "changed-meanwhile"
    assert refused(booking.reschedule, card, LATER, sequence=7) == "changed-meanwhile"
    moved = booking.reschedule(card, LATER, sequence=booked.sequence)
    assert booking.cancel(booking.card(card.id), sequence=moved.sequence).state == "cancelled"


def test_a_reason_must_be_in_the_list_of_the_municipality(database):
    booking = BookingHarness(database, a_configuration(reasons={"cancel": ["te-laat"]}))
    _, card = booking.book()
    assert refused(booking.cancel, card, "ill") == "invalid-request"
    assert refused(booking.reschedule, card, LATER, reason="zomaar") == "invalid-request"
    assert booking.cancel(card, "te-laat").history[-1].reason == "te-laat"


def test_the_history_records_who_gave_each_command(booking):
    _, card = booking.book()
    booking.begin(card)
    booking.apply(card, "check_in")
    assert [(step.command, step.by, step.who) for step in booking.appointment(card).history] == [
        ("book", "resident", None), ("check_in", "staff", "ro-1"),
    ]  # fmt: skip


def test_a_resident_who_did_not_check_in_becomes_a_no_show_after_the_grace_period(booking):
    _, card = booking.book(start=START)
    _, here = booking.book(start=START)
    booking.begin(here)
    booking.apply(here, "check_in")
    booking.later(minutes=19)
    assert booking.use_cases.housekeeping.no_shows.mark_no_shows() == 0
    booking.later(minutes=1)
    assert booking.use_cases.housekeeping.no_shows.mark_no_shows() == 1
    assert booking.appointment(card).state == "no_show"
    assert booking.appointment(here).state == "checked_in"
    assert booking.apply(card, "undo_no_show").state == "booked"


def test_a_telephone_appointment_never_becomes_a_no_show_automatically(database):
    booking = BookingHarness(
        database,
        a_configuration(
            no_show_minutes=20,
            locations={"lijn": {"name": "Lijn", "channel": "phone"}},
            resources={"ro-1": specialist(locations=["lijn"])},
            appointment_types=types(advies={"locations": ["lijn"]}),
        ),
    )
    booked, _ = booking.book(contact={**CONTACT, "phone": "0470 12 34 56"})
    booking.time = booked.end
    booking.later(hours=2)
    assert booking.use_cases.housekeeping.no_shows.mark_no_shows() == 0
