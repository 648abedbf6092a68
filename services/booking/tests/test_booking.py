"""What booking does when asked to hold, book, cancel and move."""

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


def test_a_booking_takes_capacity_and_a_cancellation_gives_it_back(booking):
    before = booking.capacity()
    _, card = booking.book()
    assert booking.capacity() == before - 1
    booking.cancel(card)
    assert booking.capacity() == before
    assert booking.announced == ["appointment.booked.v1", "appointment.cancelled.v1"]


def test_when_all_specialists_are_booked_the_slot_is_taken_and_no_card_is_left(booking):
    for _ in range(booking.capacity()):
        booking.book()
    cards = booking.stores.cards.collection.count_documents({})
    assert refused(booking.book) == "slot-taken"
    assert booking.stores.cards.collection.count_documents({}) == cards


def test_who_loses_the_slot_at_the_last_moment_leaves_no_card(booking, database):
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


def test_what_another_instance_took_or_gave_back_is_found_out_by_who_books_from_memory(booking, database):
    booking.book()
    other = BookingHarness(database)
    for _ in range(other.capacity() - 1):
        other.book()
    _, last = other.book()
    assert refused(booking.book) == "slot-taken"
    other.cancel(last)
    booking.book()
    assert refused(booking.book) == "slot-taken"


def test_a_hold_reserves_and_its_booking_changes_nothing_more(booking):
    before = booking.capacity()
    held = booking.hold()
    assert booking.capacity() == before - 1
    booked, _ = booking.book(hold=held.appointment.id)
    assert booking.capacity() == before - 1
    assert booked.resources == held.appointment.resources


def test_a_hold_that_expires_frees_its_time(booking):
    before = booking.capacity()
    held = booking.hold()
    booking.time = held.expires
    assert booking.capacity() == before


def test_an_expired_hold_whose_time_went_to_another_falls_to_a_free_colleague(booking):
    held = booking.hold()
    booking.time = held.expires
    taken, _ = booking.book(resource=held.appointment.resources[0])
    booked, _ = booking.book(hold=held.appointment.id)
    assert booked.start == taken.start
    assert booked.resources != taken.resources


def test_a_repeated_key_gives_the_first_answer_and_books_once(booking):
    first, card = booking.book(key="k")
    again, same_card = booking.book(key="k")
    assert (again, same_card) == (first, card)
    assert booking.announced == ["appointment.booked.v1"]


def test_a_repeated_key_gives_the_first_answer_also_when_it_came_from_a_hold(booking):
    held = booking.hold().appointment.id
    first, _ = booking.book(key="k", hold=held)
    assert booking.book(key="k", hold=held)[0] == first


def test_a_key_that_was_used_for_something_else_is_refused(booking):
    booking.book(key="k")
    assert refused(booking.book, key="k", persons=2) == "idempotency-key-reused"


def test_a_repeated_key_holds_once(booking):
    before = booking.capacity()
    assert booking.hold(key="h") == booking.hold(key="h")
    assert booking.capacity() == before - 1


def test_a_request_that_died_before_its_claim_can_be_repeated_once_its_time_is_over(booking):
    _, card = booking.book(key="k")
    booking.stores.agendas.collection.delete_many({})  # as if the process had died between the card and the claim
    assert refused(booking.book, key="k") == "outcome-unknown"
    booking.time += MAX_BOOKING_TIME
    booked, taken_over = booking.book(key="k")
    assert (booked.id, taken_over.reference) == (card.id, card.reference)


def test_two_requests_under_one_key_that_run_side_by_side_make_one_appointment(booking, database):
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


def test_cancelling_twice_is_no_error_and_tells_once(booking):
    _, card = booking.book()
    assert booking.cancel(card) == booking.cancel(card)
    assert booking.announced.count("appointment.cancelled.v1") == 1


def test_a_telephone_call_needs_a_number_to_ring(booking):
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


def test_a_move_by_a_quarter_of_an_hour_is_not_stopped_by_its_own_old_time(booking):
    for _ in range(booking.capacity()):
        _, card = booking.book()
    assert booking.reschedule(card, "2026-11-30T10:15:00+01:00").sequence == 2


def test_a_move_to_where_it_is_already_tells_nobody(booking):
    booked, card = booking.book()
    assert booking.reschedule(card, START) == booked
    assert booking.announced == ["appointment.booked.v1"]


@pytest.mark.parametrize(
    ("start", "code"),
    [("2026-12-25T10:00:00+01:00", "slot-not-offered"), ("2026-11-01T10:00:00+01:00", "slot-in-the-past")],
)
def test_a_move_that_cannot_be_leaves_everything_as_it_was(booking, start, code):
    booked, card = booking.book()
    assert refused(booking.reschedule, card, start) == code
    assert booking.appointment(card) == booked


def test_a_move_to_a_full_slot_is_refused(booking):
    for _ in range(booking.capacity()):
        booking.book()
    _, card = booking.book(start=LATER)
    assert refused(booking.reschedule, card, START) == "slot-taken"


def test_what_is_cancelled_cannot_be_moved(booking):
    _, card = booking.book()
    booking.cancel(card)
    assert refused(booking.reschedule, card, LATER) == "not-allowed-in-state"


def test_a_whole_visit_is_told_step_by_step(booking):
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
def test_what_cannot_be_booked_is_refused_and_nothing_is_stored(booking, changes, code):
    assert refused(booking.book, **changes) == code
    assert booking.stores.cards.collection.count_documents({}) == 0
    assert booking.stores.agendas.collection.count_documents({"claims": {"$exists": True}}) == 0
    assert booking.announced == []


def test_only_a_hash_of_the_link_is_kept_and_only_the_right_link_opens(booking):
    booked, card = booking.book()
    token = booking.use_cases.links.token(booked.id)
    assert token not in str(booking.stores.cards.collection.find_one({}))
    assert booking.use_cases.appointments.find_card("rumst", booked.id, token) == card
    assert booking.use_cases.appointments.find_card_by_link("rumst", token) == card
    assert refused(booking.use_cases.appointments.find_card, "rumst", booked.id, "wrong") == "appointment-not-found"
    assert refused(booking.use_cases.appointments.find_card, "boom", booked.id, token) == "appointment-not-found"
    assert refused(booking.use_cases.appointments.find_card_by_link, "rumst", "wrong") == "appointment-not-found"


def test_the_agenda_and_its_events_know_nobody(booking):
    booking.book()
    kept = str(list(booking.stores.agendas.collection.find({})))
    assert "Lieve" not in kept
    assert "example.org" not in kept


def test_another_key_makes_other_links(booking):
    assert Links("other").token("a") != booking.use_cases.links.token("a")


def test_a_resident_is_kept_with_a_language_of_the_municipality_and_a_number_of_its_country(database):
    booking = BookingHarness(database, a_configuration(languages=["fr", "de"], country="NL"))
    _, unsaid = booking.book(contact={**CONTACT, "phone": "0475 123456"})
    assert (unsaid.contact["language"], unsaid.contact["phone"]) == ("fr", "+31475123456")
    appointment, foreign = booking.book(contact={**CONTACT, "language": "nl"}, start="2026-11-30T11:00:00+01:00")
    assert (foreign.contact["language"], appointment.language) == ("fr", "fr")
    _, german = booking.book(contact={**CONTACT, "language": "de"}, start="2026-12-01T11:00:00+01:00")
    assert german.contact["language"] == "de"


def test_a_number_that_does_not_exist_in_the_country_leaves_no_card_behind(database):
    booking = BookingHarness(database, a_configuration(country="NL"))
    assert refused(booking.book, contact={**CONTACT, "phone": "0470 12 34 56"}) == "invalid-request"
    assert booking.stores.cards.collection.count_documents({}) == 0
