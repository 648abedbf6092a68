"""Visitors are called in an order that staff can explain: tickets and appointments in one line."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from booking_harness import STAFF, START, BookingHarness, refused
from builders import utc
from hypothesis import given
from hypothesis import strategies as st
from municipality_yaml import OFFICE, WORKDAYS, a_configuration, specialist, types

from loket_booking.commands.request import Request
from loket_booking.domain import ticket as tickets
from loket_booking.domain.catalogue import QueuePolicy
from loket_booking.domain.lifecycle import Actor
from loket_booking.domain.queue import Wait, Waiting, expected_wait, waiting_line
from loket_booking.domain.ticket import Ticket
from loket_contracts.errors import Refusal
from loket_contracts.event_data import ACTORS
from loket_contracts.events import EVENTS
from loket_contracts.rpc.booking.steps import CallNext, TakeStep
from loket_contracts.rpc.booking.tickets import IssueTicket
from loket_contracts.rpc.message import from_json

NOON = utc(2026, 11, 30, 9)


def minutes(number):
    return dt.timedelta(minutes=number)


def order(waiting, **policy):
    return [each.id for each in waiting_line(waiting, QueuePolicy(**policy), NOON)]


def test_an_appointment_in_its_time_precedes_tickets_that_arrived_earlier():
    here = [Waiting("t1", NOON - minutes(40)), Waiting("a1", NOON - minutes(2), NOON)]
    assert order(here) == ["a1", "t1"]
    assert order(here, order="arrival") == ["t1", "a1"]


def test_an_early_appointment_waits_among_the_tickets():
    here = [Waiting("t1", NOON - minutes(5)), Waiting("a1", NOON - minutes(2), NOON + minutes(30))]
    assert order(here) == ["t1", "a1"]
    assert order(here, early_minutes=30) == ["a1", "t1"]


def test_a_late_arrival_loses_the_precedence_of_an_appointment():
    here = [Waiting("t1", NOON - minutes(50)), Waiting("a1", NOON - minutes(1), NOON - minutes(30))]
    assert order(here) == ["t1", "a1"]
    assert order(here, late_minutes=30) == ["a1", "t1"]


def test_appointments_are_called_by_start_and_tickets_by_arrival():
    here = [
        Waiting("t2", NOON - minutes(3)), Waiting("a2", NOON - minutes(20), NOON),
        Waiting("t1", NOON - minutes(9)), Waiting("a1", NOON - minutes(10), NOON - minutes(5)),
    ]  # fmt: skip
    assert order(here) == ["a1", "a2", "t1", "t2"]


@given(st.lists(st.tuples(st.integers(-90, 0), st.none() | st.integers(-60, 60)), max_size=8), st.randoms())
def test_the_order_of_the_line_does_not_depend_on_the_input_order(people, random):
    here = [
        Waiting(str(n), NOON + minutes(came), None if start is None else NOON + minutes(start))
        for n, (came, start) in enumerate(people)
    ]
    before = order(here)
    random.shuffle(here)
    assert order(here) == before


@given(st.lists(st.sampled_from(sorted(tickets.TRANSITIONS)), max_size=12), st.sampled_from(ACTORS))
def test_a_ticket_accepts_only_the_commands_of_its_table(commands, by):
    ticket = Ticket("x/1", "rumst", "hal", 1, "ruimte", ("advies",), 1, "nl", "Europe/Brussels", NOON)
    for name in commands:
        rule = tickets.TRANSITIONS[name]
        if ticket.state in rule.sources and by in rule.actors:
            changed, event = tickets.apply_command(ticket, name, now=NOON, by=Actor(by))
            assert (changed.state, changed.sequence) == (rule.target, ticket.sequence + 1)
            assert EVENTS[event.name].schema().validate(dict(event.data)) == {}
            ticket = changed
        else:
            with pytest.raises(Refusal):
                tickets.apply_command(ticket, name, now=NOON, by=Actor(by))


@pytest.fixture
def booking(database):
    booking = BookingHarness(
        database,
        a_configuration(
            appointment_types=types(
                advies={},
                natuur={"team": "milieu", "needs": [{"skill": "natuur"}]},
                samen={"needs": [{"kind": "room"}]},
            )
        ),
    )
    booking.time = utc(2026, 11, 30, 7)
    return booking


def walk_in(booking, *kinds, **changes):
    body = from_json(IssueTicket, {"appointment_types": list(kinds or ["advies"]), **changes})
    return booking.use_cases.queue.issue_ticket("rumst", body, Request())


def call(booking, resource="ro-1"):
    command = CallNext(resource=resource, location="hal", desk="Loket 3")
    return booking.use_cases.queue.call_next("rumst", command, STAFF)


def take(booking, identifier, command, **body):
    details = from_json(TakeStep, body)
    return booking.use_cases.queue.apply_ticket_command("rumst", identifier, command, details, STAFF)


def arrived(booking, start, resource="ro-1"):
    _, card = booking.book(start=start, resource=resource)
    booking.apply(card, "check_in")
    return card


def test_ticket_numbers_count_by_location_and_day_and_are_published(booking):
    assert [walk_in(booking).number for _ in range(3)] == [1, 2, 3]
    assert booking.take_events() == ["ticket.issued"] * 3
    booking.later(days=1)
    assert walk_in(booking).number == 1


def test_call_next_calls_the_due_appointment_first_and_then_the_tickets_in_order(booking):
    first, second = walk_in(booking), walk_in(booking)
    card = arrived(booking, "2026-11-30T09:00:00+01:00")
    booking.time = utc(2026, 11, 30, 8)
    called = [call(booking), call(booking), call(booking)]
    assert [each.id for each in called] == [card.id, first.id, second.id]
    assert {each.state for each in called} == {"in_service"}
    assert {each.desk for each in called} == {"Loket 3"}
    assert refused(call, booking) == "nobody-waiting"


def test_a_specialist_is_offered_their_own_appointments_and_the_tickets_they_can_serve(booking):
    card = arrived(booking, "2026-11-30T09:00:00+01:00", "ro-1")
    nature = walk_in(booking, "natuur")
    assert refused(call, booking, "ro-2") == "nobody-waiting"
    assert call(booking, "mi-1").id == nature.id
    assert call(booking, "ro-1").id == card.id


def test_a_visitor_is_never_called_to_two_counters(database, booking):
    for _ in range(12):
        walk_in(booking)

    called, refusals = [], []

    def call_until_empty(resource):
        while "nobody-waiting" not in refusals:
            try:
                called.append(call(booking, resource).id)
            except Refusal as refusal:
                refusals.append(refusal.code)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(call_until_empty, ["ro-1", "ro-2"] * 2))
    assert len(called) == len(set(called)) == 12
    assert set(refusals) <= {"nobody-waiting", "changed-meanwhile"}


def test_a_parked_ticket_waits_aside_and_returns_to_its_place(booking):
    first, second = walk_in(booking), walk_in(booking)
    call(booking)
    take(booking, first.id, "park")
    assert call(booking).id == second.id
    take(booking, first.id, "resume")
    walk_in(booking)
    assert call(booking).id == first.id


def test_a_transferred_ticket_keeps_its_place_at_the_other_team(booking):
    first = walk_in(booking)
    walk_in(booking, "natuur")
    call(booking)
    take(booking, first.id, "transfer", team="milieu", appointment_types=["natuur"])
    assert call(booking, "mi-1").id == first.id
    assert refused(take, booking, first.id, "transfer", team="nergens") == "invalid-request"
    assert (
        refused(take, booking, first.id, "transfer", team="milieu", appointment_types=["advies"])
        == "types-not-combinable"
    )


def test_a_transferred_appointment_becomes_a_ticket_with_its_place_in_the_line(booking):
    card = arrived(booking, "2026-11-30T09:00:00+01:00")
    booking.later(minutes=1)
    walk_in(booking, "natuur")
    call(booking)
    command = TakeStep(team="milieu", appointment_types=("natuur",))
    issued = booking.use_cases.queue.transfer(card, command, STAFF)
    assert issued.follows == card.id
    done = booking.appointment(card)
    assert (done.state, done.outcome) == ("completed", "referred")
    assert call(booking, "mi-1").id == issued.id


def test_an_appointment_can_be_parked_and_resumed(booking):
    card = arrived(booking, "2026-11-30T09:00:00+01:00")
    call(booking)
    assert booking.apply(card, "park").state == "parked"
    assert refused(call, booking) == "nobody-waiting"
    booking.apply(card, "resume")
    assert call(booking).id == card.id
    assert booking.apply(card, "complete", outcome="answered").outcome == "answered"


def test_people_with_an_appointment_are_called_by_a_short_number_of_the_day(booking):
    first, second = arrived(booking, "2026-11-30T09:00:00+01:00"), arrived(booking, "2026-11-30T10:00:00+01:00")
    ticket = walk_in(booking)
    booking.apply(first, "undo_check_in")
    booking.apply(first, "check_in")
    waiting = booking.use_cases.waiting_room.queue("rumst", "hal")["waiting"]
    assert {each["id"]: each["shown"] for each in waiting} == {first.id: "A1", second.id: "A2", ticket.id: "1"}


def test_an_appointment_without_a_number_is_called_by_its_reference(booking):
    card = arrived(booking, "2026-11-30T09:00:00+01:00")
    booking.stores.arrival_numbers.collection.delete_many({})  # release 0.1 checked it in
    (waiting,) = booking.use_cases.waiting_room.queue("rumst", "hal")["waiting"]
    assert waiting["shown"] == card.reference


def test_the_waiting_room_shows_numbers_and_no_names(booking):
    walk_in(booking)
    booking.later(minutes=1)
    arrived(booking, "2026-11-30T09:00:00+01:00")
    call(booking)
    seen = booking.use_cases.waiting_room.queue("rumst", "hal")
    assert [each["shown"] for each in seen["called"]] == ["1"]
    assert [each["kind"] for each in seen["waiting"]] == ["appointment"]
    assert "Lieve" not in str(seen)
    assert refused(booking.use_cases.waiting_room.queue, "rumst", "nergens") == "unknown-location"


@pytest.mark.parametrize(
    ("identifier", "command", "code"),
    [
        ("nonsense", "call", "ticket-not-found"),
        (None, "dance", "invalid-request"),
        (None, "complete", "not-allowed-in-state"),
    ],
)
def test_an_impossible_command_is_refused(booking, identifier, command, code):
    assert refused(take, booking, identifier or walk_in(booking).id, command) == code


def test_a_ticket_requires_a_location_that_people_visit(database):
    configuration = a_configuration(locations={"hal": {"name": "Hal"}, "lijn": {"name": "Lijn", "channel": "phone"}})
    assert refused(walk_in, BookingHarness(database, configuration), location="lijn") == "unknown-location"


def given(booking, location="hal"):
    return booking.use_cases.waiting_room.walk_in_topics("rumst", location)


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ((2026, 11, 30, 7, 59), "2026-11-30T09:00:00+01:00"),  # a Monday, before the hours
        ((2026, 11, 30, 11, 0), "2026-12-01T09:00:00+01:00"),  # at their end
        ((2026, 11, 30, 0, 57), "2026-11-30T09:00:00+01:00"),  # at night
        ((2026, 11, 28, 9, 0), "2026-11-30T09:00:00+01:00"),  # on Saturday
        ((2026, 12, 4, 12, 0), "2026-12-07T09:00:00+01:00"),  # on Friday afternoon
    ],
)
def test_outside_opening_hours_no_numbers_are_given_until_the_next_opening(booking, moment, opens):
    booking.time = utc(*moment)
    assert given(booking) == {"appointment_types": [], "opens_at": opens}


def test_numbers_are_given_from_the_first_hours_to_the_last_also_in_a_break(database):
    hours = [{"days": WORKDAYS, "from": begin, "to": end} for begin, end in (("09:00", "12:00"), ("13:30", "16:00"))]
    configuration = a_configuration(resources={"ro-1": specialist(hours=hours)})
    booking = BookingHarness(database, configuration)
    for moment in ((8, 0), (11, 15), (14, 59)):
        booking.time = utc(2026, 11, 30, *moment)
        assert given(booking)["appointment_types"] == ["advies"]
    booking.time = utc(2026, 11, 30, 15)
    assert given(booking)["appointment_types"] == []


def test_on_a_closed_day_no_numbers_are_given(database):
    closed = [{"first": "2026-11-30", "last": "2026-12-01", "reason": "Kermis"}]
    booking = BookingHarness(database, a_configuration(closures=closed))
    booking.time = utc(2026, 11, 30, 9)
    assert given(booking) == {"appointment_types": [], "opens_at": "2026-12-02T09:00:00+01:00"}


def test_numbers_are_given_only_for_public_topics_with_a_person_who_is_here(database):
    kinds = types(
        advies={}, natuur={"team": "milieu", "needs": [{"skill": "natuur"}]}, samen={"needs": [{"kind": "room"}]},
        genodigd={"visibility": "link"}, intern={"visibility": "staff"}, elders={"locations": ["punt"]},
    )  # fmt: skip
    room = {"kind": "room", "name": "Zaal", "locations": ["hal"], "skills": ["bouwen"], "hours": OFFICE}
    leave = [{"first": "2026-11-30", "last": "2026-11-30", "reason": "leave"}]
    people = {
        "ro-1": specialist(), "mi-1": specialist(team="milieu", skills=["natuur"], closures=leave),
        "punt-1": specialist(locations=["punt"], closures=leave), "zaal": room,
    }  # fmt: skip
    places = {"hal": {"name": "Hal"}, "punt": {"name": "Punt"}}
    booking = BookingHarness(database, a_configuration(appointment_types=kinds, resources=people, locations=places))
    booking.time = utc(2026, 11, 30, 9)
    assert given(booking)["appointment_types"] == ["advies"]
    assert given(booking, "punt")["appointment_types"] == []
    booking.later(days=1)
    assert given(booking)["appointment_types"] == ["advies", "natuur"]
    assert refused(given, booking, "nergens") == "unknown-location"


def test_the_queue_says_when_each_person_was_called(booking):
    card = arrived(booking, "2026-11-30T09:00:00+01:00")
    booking.time = utc(2026, 11, 30, 8)
    number = walk_in(booking)
    walk_in(booking)
    for resource in ("ro-2", "ro-1"):
        call(booking, resource)
        booking.later(minutes=1)
    queue = booking.use_cases.waiting_room.queue("rumst", "hal")
    assert {each["id"]: each["called_at"][11:16] for each in queue["called"]} == {number.id: "08:00", card.id: "08:01"}
    assert [each["called_at"] for each in queue["waiting"]] == [None]


@pytest.mark.parametrize(
    ("before", "running", "serving", "until_closing", "expected"),
    [
        (0, 0, 1, None, Wait(0, 5)),
        (60, 30, 2, None, Wait(30, 60)),
        (60, 30, 1, 120, Wait(60, 120)),
        (300, 0, 1, 60, Wait(60, 60, is_after_closing=True)),
        (30, 0, 0, 60, None),
    ],
)
def test_a_wait_is_a_range_and_never_beyond_closing_time(before, running, serving, until_closing, expected):
    assert expected_wait(before, running, serving, until_closing) == expected


def test_a_wait_counts_the_line_of_the_own_team_alone(booking):
    booking.time = NOON
    for topic in ("natuur", "natuur", "advies"):
        walk_in(booking, topic)
    line = booking.use_cases.waiting_room.queue("rumst", "hal")["waiting"]
    assert [(each["wait_from"], each["wait_to"]) for each in line] == [(0, 5), (20, 40), (0, 5)]


def test_without_a_person_who_serves_no_wait_is_named(booking):
    walk_in(booking)  # at eight o'clock
    (waiting,) = booking.use_cases.waiting_room.queue("rumst", "hal")["waiting"]
    assert (waiting["wait_from"], waiting["wait_to"], waiting["is_after_closing"]) == (None, None, False)


def test_a_number_that_was_called_is_called_again_or_has_left(booking):
    issued = walk_in(booking)
    assert take(booking, issued.id, "call", resource="ro-1", desk="Loket 2").desk == "Loket 2"
    booking.later(minutes=3)
    assert take(booking, issued.id, "recall").state == "in_service"
    (called,) = booking.use_cases.waiting_room.queue("rumst", "hal")["called"]
    assert called["called_at"] == booking.time.isoformat()
    assert take(booking, issued.id, "leave").state == "left"


def test_an_appointment_that_was_called_becomes_a_no_show_in_one_step(booking):
    _, card = booking.book(start=START)
    booking.begin(card)
    booking.apply(card, "start")
    assert booking.apply(card, "recall").state == "in_service"
    assert booking.apply(card, "no_show").state == "no_show"
    assert booking.apply(card, "undo_no_show").state == "booked"


def test_numbers_that_are_left_are_closed_an_hour_after_closing_time(booking):
    waiting, served = walk_in(booking), walk_in(booking)
    take(booking, served.id, "call")
    close = booking.use_cases.housekeeping.queue_closing.close_queues
    assert close() == 0
    booking.time = utc(2026, 11, 30, 12)  # an hour after noon
    late = walk_in(booking)
    assert close() == 2
    states = [booking.stores.tickets.get(each.id).state for each in (waiting, served, late)]
    assert states == ["left", "completed", "waiting"]
    booking.later(days=1)
    assert close() == 1
