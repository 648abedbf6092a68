"""What booking does when asked to hold, book, cancel and move."""

from dataclasses import replace

import pytest
from desk import CONTACT, LATER, START, Desk, refused
from municipality_yaml import a_town

from loket_booking.store.agendas import Agendas
from loket_booking.store.cards import MAX_BOOKING_TIME
from loket_booking.store.links import Links


@pytest.fixture
def desk(database):
    return Desk(database)


def test_a_booking_takes_capacity_and_a_cancellation_gives_it_back(desk):
    before = desk.capacity()
    _, card = desk.book()
    assert desk.capacity() == before - 1
    desk.cancel(card)
    assert desk.capacity() == before
    assert desk.announced == ["appointment.booked.v1", "appointment.cancelled.v1"]


def test_when_all_specialists_are_booked_the_slot_is_taken_and_no_card_is_left(desk):
    for _ in range(desk.capacity()):
        desk.book()
    cards = desk.stores.cards.collection.count_documents({})
    assert refused(desk.book) == "slot-taken"
    assert desk.stores.cards.collection.count_documents({}) == cards


def test_who_loses_the_slot_at_the_last_moment_leaves_no_card(desk, database):
    for _ in range(desk.capacity() - 1):
        desk.book()
    rival = Desk(database)

    class JustTooLate(Agendas):
        def book(self, *args):
            if rival.capacity():
                rival.book()
            super().book(*args)

    late = Desk(database)
    late.stores = replace(late.stores, agendas=JustTooLate(database))
    before = desk.stores.cards.collection.count_documents({})
    assert refused(late.book, key="late") == "slot-taken"
    assert desk.stores.cards.collection.count_documents({}) == before + 1, "the rival's and no other"
    assert refused(late.book, key="late") == "slot-taken"


def test_what_another_instance_took_or_gave_back_is_found_out_by_who_books_from_memory(desk, database):
    desk.book()
    other = Desk(database)
    for _ in range(other.capacity() - 1):
        other.book()
    _, last = other.book()
    assert refused(desk.book) == "slot-taken"
    other.cancel(last)
    desk.book()
    assert refused(desk.book) == "slot-taken"


def test_a_hold_reserves_and_its_booking_changes_nothing_more(desk):
    before = desk.capacity()
    held = desk.hold()
    assert desk.capacity() == before - 1
    booked, _ = desk.book(hold=held.appointment.id)
    assert desk.capacity() == before - 1
    assert booked.resources == held.appointment.resources


def test_a_hold_that_expires_frees_its_time(desk):
    before = desk.capacity()
    held = desk.hold()
    desk.time = held.expires
    assert desk.capacity() == before


def test_an_expired_hold_whose_time_went_to_another_falls_to_a_free_colleague(desk):
    held = desk.hold()
    desk.time = held.expires
    taken, _ = desk.book(resource=held.appointment.resources[0])
    booked, _ = desk.book(hold=held.appointment.id)
    assert booked.start == taken.start
    assert booked.resources != taken.resources


def test_a_repeated_key_gives_the_first_answer_and_books_once(desk):
    first, card = desk.book(key="k")
    again, same_card = desk.book(key="k")
    assert (again, same_card) == (first, card)
    assert desk.announced == ["appointment.booked.v1"]


def test_a_repeated_key_gives_the_first_answer_also_when_it_came_from_a_hold(desk):
    held = desk.hold().appointment.id
    first, _ = desk.book(key="k", hold=held)
    assert desk.book(key="k", hold=held)[0] == first


def test_a_key_that_was_used_for_something_else_is_refused(desk):
    desk.book(key="k")
    assert refused(desk.book, key="k", persons=2) == "idempotency-key-reused"


def test_a_repeated_key_holds_once(desk):
    before = desk.capacity()
    assert desk.hold(key="h") == desk.hold(key="h")
    assert desk.capacity() == before - 1


def test_a_request_that_died_before_its_claim_can_be_repeated_once_its_time_is_over(desk):
    _, card = desk.book(key="k")
    desk.stores.agendas.collection.delete_many({})  # as if the process had died between the card and the claim
    assert refused(desk.book, key="k") == "outcome-unknown"
    desk.time += MAX_BOOKING_TIME
    booked, taken_over = desk.book(key="k")
    assert (booked.id, taken_over.reference) == (card.id, card.reference)


def test_two_requests_under_one_key_that_run_side_by_side_make_one_appointment(desk, database):
    rival = Desk(database)

    class Overtaken(Agendas):
        def book(self, *args):
            if not rival.announced:
                rival.time = desk.time + MAX_BOOKING_TIME
                rival.book(key="k", start=LATER)
            super().book(*args)

    slow = Desk(database)
    slow.stores = replace(slow.stores, agendas=Overtaken(database))
    booked, card = slow.book(key="k", start=LATER)
    assert desk.appointment(card) == booked
    assert slow.announced == []
    assert rival.announced == ["appointment.booked.v1"]


def test_cancelling_twice_is_no_error_and_tells_once(desk):
    _, card = desk.book()
    assert desk.cancel(card) == desk.cancel(card)
    assert desk.announced.count("appointment.cancelled.v1") == 1


def test_a_telephone_call_needs_a_number_to_ring(desk):
    body = {"appointment_types": ["leegstand"], "location": "telefoon", "answers": {"perceel": "x"}}
    assert refused(desk.book, **body) == "invalid-request"
    assert desk.book(**body, contact={**CONTACT, "phone": "0470 12 34 56"})[0].channel == "phone"


def test_a_move_to_another_day_keeps_the_appointment_its_card_and_its_link(desk):
    before = desk.capacity()
    booked, card = desk.book()
    moved = desk.reschedule(card, LATER)
    assert (moved.id, moved.sequence) == (booked.id, 2)
    assert desk.capacity() == before
    found = desk.use_cases.appointments.find_card_by_link("rumst", desk.use_cases.links.token(booked.id))
    assert desk.appointment(found) == moved
    assert desk.announced == ["appointment.booked.v1", "appointment.rescheduled.v1"]


def test_a_move_by_a_quarter_of_an_hour_is_not_stopped_by_its_own_old_time(desk):
    for _ in range(desk.capacity()):
        _, card = desk.book()
    assert desk.reschedule(card, "2026-11-30T10:15:00+01:00").sequence == 2


def test_a_move_to_where_it_is_already_tells_nobody(desk):
    booked, card = desk.book()
    assert desk.reschedule(card, START) == booked
    assert desk.announced == ["appointment.booked.v1"]


@pytest.mark.parametrize(
    ("start", "code"),
    [("2026-12-25T10:00:00+01:00", "slot-not-offered"), ("2026-11-01T10:00:00+01:00", "slot-in-the-past")],
)
def test_a_move_that_cannot_be_leaves_everything_as_it_was(desk, start, code):
    booked, card = desk.book()
    assert refused(desk.reschedule, card, start) == code
    assert desk.appointment(card) == booked


def test_a_move_to_a_full_slot_is_refused(desk):
    for _ in range(desk.capacity()):
        desk.book()
    _, card = desk.book(start=LATER)
    assert refused(desk.reschedule, card, START) == "slot-taken"


def test_what_is_cancelled_cannot_be_moved(desk):
    _, card = desk.book()
    desk.cancel(card)
    assert refused(desk.reschedule, card, LATER) == "not-allowed-in-state"


def test_a_whole_visit_is_told_step_by_step(desk):
    _, card = desk.book()
    desk.begin(card)
    for command in ("check_in", "start", "complete"):
        desk.step(card, command)
    done = desk.appointment(card)
    assert done.state == "completed"
    assert [step.command for step in done.history] == ["book", "check_in", "start", "complete"]
    assert [name.split(".")[1] for name in desk.announced] == ["booked", "checked_in", "started", "completed"]


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
def test_what_cannot_be_booked_is_refused_and_nothing_is_stored(desk, changes, code):
    assert refused(desk.book, **changes) == code
    assert desk.stores.cards.collection.count_documents({}) == 0
    assert desk.stores.agendas.collection.count_documents({"claims": {"$exists": True}}) == 0
    assert desk.announced == []


def test_only_a_hash_of_the_link_is_kept_and_only_the_right_link_opens(desk):
    booked, card = desk.book()
    token = desk.use_cases.links.token(booked.id)
    assert token not in str(desk.stores.cards.collection.find_one({}))
    assert desk.use_cases.appointments.find_card("rumst", booked.id, token) == card
    assert desk.use_cases.appointments.find_card_by_link("rumst", token) == card
    assert refused(desk.use_cases.appointments.find_card, "rumst", booked.id, "wrong") == "appointment-not-found"
    assert refused(desk.use_cases.appointments.find_card, "boom", booked.id, token) == "appointment-not-found"
    assert refused(desk.use_cases.appointments.find_card_by_link, "rumst", "wrong") == "appointment-not-found"


def test_the_agenda_and_its_events_know_nobody(desk):
    desk.book()
    kept = str(list(desk.stores.agendas.collection.find({})))
    assert "Lieve" not in kept
    assert "example.org" not in kept


def test_another_key_makes_other_links(desk):
    assert Links("other").token("a") != desk.use_cases.links.token("a")


def test_a_resident_is_kept_with_a_language_of_the_municipality_and_a_number_of_its_country(database):
    desk = Desk(database, a_town(languages=["fr", "de"], country="NL"))
    _, unsaid = desk.book(contact={**CONTACT, "phone": "0475 123456"})
    assert (unsaid.contact["language"], unsaid.contact["phone"]) == ("fr", "+31475123456")
    appointment, foreign = desk.book(contact={**CONTACT, "language": "nl"}, start="2026-11-30T11:00:00+01:00")
    assert (foreign.contact["language"], appointment.language) == ("fr", "fr")
    _, german = desk.book(contact={**CONTACT, "language": "de"}, start="2026-12-01T11:00:00+01:00")
    assert german.contact["language"] == "de"


def test_a_number_that_does_not_exist_in_the_country_leaves_no_card_behind(database):
    desk = Desk(database, a_town(country="NL"))
    assert refused(desk.book, contact={**CONTACT, "phone": "0470 12 34 56"}) == "invalid-request"
    assert desk.stores.cards.collection.count_documents({}) == 0
