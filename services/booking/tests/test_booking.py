"""Hold, book, cancel and move."""

from dataclasses import replace

import pytest
from booking_harness import CONTACT, LATER, START, BookingHarness, refused
from municipality_yaml import a_configuration

from loket_booking.store.agendas import Agendas
from loket_booking.store.cards import MAX_BOOKING_TIME
from loket_booking.store.links import Links


@pytest.fixture
def booking(database):
    return BookingHarness(database)


def test_booking_reduces_capacity_and_cancelling_restores_it(booking):
    before = booking.capacity()
    _, card = booking.book()
    assert booking.capacity() == before - 1
    booking.cancel(card)
    assert booking.capacity() == before
    assert booking.announced == ["appointment.booked.v1", "appointment.cancelled.v1"]


def test_when_all_specialists_are_booked_the_slot_is_taken_and_no_card_is_stored(booking):
    for _ in range(booking.capacity()):
        booking.book()
    cards = booking.stores.cards.collection.count_documents({})
    assert refused(booking.book) == "slot-taken"
    assert booking.stores.cards.collection.count_documents({}) == cards


def test_a_booking_that_loses_its_slot_in_the_last_step_stores_no_card(booking, database):
    for _ in range(booking.capacity() - 1):
        booking.book()
    rival = BookingHarness(database)

    class JustTooLate(Agendas):
        def book(self, *args):
            if rival.capacity():
                rival.book()
            super().book(*args)

    late = BookingHarness(database)
    late.stores = replace(late.stores, agendas=JustTooLate(database))
    before = booking.stores.cards.collection.count_documents({})
    assert refused(late.book, key="late") == "slot-taken"
    assert booking.stores.cards.collection.count_documents({}) == before + 1, "the rival's and no other"
    assert refused(late.book, key="late") == "slot-taken"


def test_a_booking_from_a_stale_cache_discovers_what_another_instance_changed(booking, database):
    booking.book()
    other = BookingHarness(database)
    for _ in range(other.capacity() - 1):
        other.book()
    _, last = other.book()
    assert refused(booking.book) == "slot-taken"
    other.cancel(last)
    booking.book()
    assert refused(booking.book) == "slot-taken"


def test_booking_a_hold_takes_no_more_capacity_than_the_hold(booking):
    before = booking.capacity()
    held = booking.hold()
    assert booking.capacity() == before - 1
    booked, _ = booking.book(hold=held.appointment.id)
    assert booking.capacity() == before - 1
    assert booked.resources == held.appointment.resources


def test_an_expired_hold_frees_its_time(booking):
    before = booking.capacity()
    held = booking.hold()
    booking.time = held.expires
    assert booking.capacity() == before


def test_booking_an_expired_hold_whose_time_was_taken_uses_a_free_colleague(booking):
    held = booking.hold()
    booking.time = held.expires
    taken, _ = booking.book(resource=held.appointment.resources[0])
    booked, _ = booking.book(hold=held.appointment.id)
    assert booked.start == taken.start
    assert booked.resources != taken.resources


def test_a_repeated_idempotency_key_returns_the_first_response_and_books_once(booking):
    first, card = booking.book(key="k")
    again, same_card = booking.book(key="k")
    assert (again, same_card) == (first, card)
    assert booking.announced == ["appointment.booked.v1"]


def test_a_repeated_idempotency_key_also_works_for_a_booking_from_a_hold(booking):
    held = booking.hold().appointment.id
    first, _ = booking.book(key="k", hold=held)
    assert booking.book(key="k", hold=held)[0] == first


def test_an_idempotency_key_used_for_another_command_is_refused(booking):
    booking.book(key="k")
    assert refused(booking.book, key="k", persons=2) == "idempotency-key-reused"


def test_a_repeated_idempotency_key_holds_once(booking):
    before = booking.capacity()
    assert booking.hold(key="h") == booking.hold(key="h")
    assert booking.capacity() == before - 1


def test_a_request_that_died_before_its_claim_can_be_repeated_after_its_lease(booking):
    _, card = booking.book(key="k")
    booking.stores.agendas.collection.delete_many({})  # as if the process had died between the card and the claim
    assert refused(booking.book, key="k") == "outcome-unknown"
    booking.time += MAX_BOOKING_TIME
    booked, taken_over = booking.book(key="k")
    assert (booked.id, taken_over.reference) == (card.id, card.reference)


def test_two_concurrent_requests_with_one_idempotency_key_make_one_appointment(booking, database):
    rival = BookingHarness(database)

    class Overtaken(Agendas):
        def book(self, *args):
            if not rival.announced:
                rival.time = booking.time + MAX_BOOKING_TIME
                rival.book(key="k", start=LATER)
            super().book(*args)

    slow = BookingHarness(database)
    slow.stores = replace(slow.stores, agendas=Overtaken(database))
    booked, card = slow.book(key="k", start=LATER)
    assert booking.appointment(card) == booked
    assert slow.announced == []
    assert rival.announced == ["appointment.booked.v1"]


def test_a_request_whose_hold_a_concurrent_one_with_its_key_has_used_returns_that_appointment(booking, database):
    held = booking.hold().appointment.id
    rival = BookingHarness(database)

    class Overtaken(Agendas):
        def get_hold(self, *args):
            if not rival.announced:
                rival.book(key="k", hold=held)
            return super().get_hold(*args)

    slow = BookingHarness(database)
    slow.stores = replace(slow.stores, agendas=Overtaken(database))
    booked, card = slow.book(key="k", hold=held)
    assert booking.appointment(card) == booked
    assert slow.announced == []
    assert rival.announced == ["appointment.booked.v1"]


def test_cancelling_twice_is_no_error_and_publishes_one_event(booking):
    _, card = booking.book()
    assert booking.cancel(card) == booking.cancel(card)
    assert booking.announced.count("appointment.cancelled.v1") == 1


def test_a_telephone_appointment_requires_a_telephone_number(booking):
    body = {"appointment_types": ["leegstand"], "location": "telefoon", "answers": {"perceel": "x"}}
    assert refused(booking.book, **body) == "invalid-request"
    assert booking.book(**body, contact={**CONTACT, "phone": "0470 12 34 56"})[0].channel == "phone"


def test_a_move_to_another_day_keeps_the_appointment_its_card_and_its_link(booking):
    before = booking.capacity()
    booked, card = booking.book()
    moved = booking.reschedule(card, LATER)
    assert (moved.id, moved.sequence) == (booked.id, 2)
    assert booking.capacity() == before
    found = booking.use_cases.appointments.find_card_by_link("rumst", booking.use_cases.links.token(booked.id))
    assert booking.appointment(found) == moved
    assert booking.announced == ["appointment.booked.v1", "appointment.rescheduled.v1"]


def test_a_move_by_fifteen_minutes_is_not_blocked_by_the_old_time(booking):
    for _ in range(booking.capacity()):
        _, card = booking.book()
    assert booking.reschedule(card, "2026-11-30T10:15:00+01:00").sequence == 2


def test_a_move_to_the_same_time_publishes_no_event(booking):
    booked, card = booking.book()
    assert booking.reschedule(card, START) == booked
    assert booking.announced == ["appointment.booked.v1"]


@pytest.mark.parametrize(
    ("start", "code"),
    [("2026-12-25T10:00:00+01:00", "slot-not-offered"), ("2026-11-01T10:00:00+01:00", "slot-in-the-past")],
)
def test_an_impossible_move_changes_nothing(booking, start, code):
    booked, card = booking.book()
    assert refused(booking.reschedule, card, start) == code
    assert booking.appointment(card) == booked


def test_a_move_to_a_full_slot_is_refused(booking):
    for _ in range(booking.capacity()):
        booking.book()
    _, card = booking.book(start=LATER)
    assert refused(booking.reschedule, card, START) == "slot-taken"


def test_a_cancelled_appointment_cannot_be_moved(booking):
    _, card = booking.book()
    booking.cancel(card)
    assert refused(booking.reschedule, card, LATER) == "not-allowed-in-state"


def test_every_transition_of_a_visit_publishes_its_event(booking):
    _, card = booking.book()
    booking.begin(card)
    for command in ("check_in", "start", "complete"):
        booking.apply(card, command)
    done = booking.appointment(card)
    assert done.state == "completed"
    assert [step.command for step in done.history] == ["book", "check_in", "start", "complete"]
    assert [name.split(".")[1] for name in booking.announced] == ["booked", "checked_in", "started", "completed"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"appointment_types": ["nonsense"]}, "unknown-appointment-type"),
        ({"location": "nergens"}, "unknown-location"),
        ({"location": None}, "location-needed"),
        ({"resource": "mi-1"}, "unknown-resource"),
        ({"appointment_types": ["bouwadvies", "hinder-melden"]}, "types-not-combinable"),
        ({"start": "2026-11-30T10:01:00+01:00"}, "slot-not-offered"),
        ({"start": "2026-11-24T10:00:00+01:00"}, "slot-not-offered"),
        ({"start": "2026-11-01T10:00:00+01:00"}, "slot-in-the-past"),
        ({"start": "2026-12-25T10:00:00+01:00"}, "slot-not-offered"),
        ({"answers": {}}, "invalid-request"),
        ({"answers": {"perceel": "x", "werken": "dansen"}}, "invalid-request"),
        ({"answers": {"perceel": "x", "werken": "slopen", "kleur": "rood"}}, "invalid-request"),
        ({"hold": "never-given"}, "hold-not-found"),
    ],
)
def test_an_impossible_booking_is_refused_and_stores_nothing(booking, changes, code):
    assert refused(booking.book, **changes) == code
    assert booking.stores.cards.collection.count_documents({}) == 0
    assert booking.stores.agendas.collection.count_documents({"claims": {"$exists": True}}) == 0
    assert booking.announced == []


def test_only_a_hash_of_the_link_token_is_stored_and_only_the_right_token_works(booking):
    booked, card = booking.book()
    token = booking.use_cases.links.token(booked.id)
    assert token not in str(booking.stores.cards.collection.find_one({}))
    assert booking.use_cases.appointments.find_card("rumst", booked.id, token) == card
    assert booking.use_cases.appointments.find_card_by_link("rumst", token) == card
    assert refused(booking.use_cases.appointments.find_card, "rumst", booked.id, "wrong") == "appointment-not-found"
    assert refused(booking.use_cases.appointments.find_card, "boom", booked.id, token) == "appointment-not-found"
    assert refused(booking.use_cases.appointments.find_card_by_link, "rumst", "wrong") == "appointment-not-found"


def test_agendas_and_events_contain_no_personal_data(booking):
    booking.book()
    kept = str(list(booking.stores.agendas.collection.find({})))
    assert "Lieve" not in kept
    assert "example.org" not in kept


def test_another_key_makes_other_links(booking):
    assert Links("other").token("a") != booking.use_cases.links.token("a")


def test_a_card_has_a_language_of_the_municipality_and_a_number_of_its_country(database):
    booking = BookingHarness(database, a_configuration(languages=["fr", "de"], country="NL"))
    _, unsaid = booking.book(contact={**CONTACT, "phone": "0475 123456"})
    assert (unsaid.contact["language"], unsaid.contact["phone"]) == ("fr", "+31475123456")
    appointment, foreign = booking.book(contact={**CONTACT, "language": "nl"}, start="2026-11-30T11:00:00+01:00")
    assert (foreign.contact["language"], appointment.language) == ("fr", "fr")
    _, german = booking.book(contact={**CONTACT, "language": "de"}, start="2026-12-01T11:00:00+01:00")
    assert german.contact["language"] == "de"


def test_an_invalid_telephone_number_stores_no_card(database):
    booking = BookingHarness(database, a_configuration(country="NL"))
    assert refused(booking.book, contact={**CONTACT, "phone": "0470 12 34 56"}) == "invalid-request"
    assert booking.stores.cards.collection.count_documents({}) == 0
