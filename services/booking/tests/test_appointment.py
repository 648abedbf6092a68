"""An appointment accepts only the commands of its table, and each one publishes an event."""

import datetime as dt
from dataclasses import replace

import pytest
from builders import a_municipality, utc
from hypothesis import given
from hypothesis import strategies as st

from loket_booking.commands.queue import waiting_of
from loket_booking.domain import appointment as life
from loket_booking.domain.appointment_spec import spec_for
from loket_booking.domain.catalogue import QueuePolicy
from loket_booking.domain.lifecycle import Actor
from loket_booking.domain.resource_day import AgendaKey, Placement
from loket_contracts import events
from loket_contracts.errors import Refusal
from loket_contracts.event_data import ACTORS, AppointmentData

NOW = utc(2026, 11, 24, 8)
START, END = utc(2026, 11, 30, 8), utc(2026, 11, 30, 8, 30)
MUNICIPALITY = a_municipality(queue=QueuePolicy(early_minutes=15), phone="03 888 00 00")
SPEC = spec_for(MUNICIPALITY, ["advies"], 1, None)
#: around midnight before the visit, when it may be announced, begins and ends, and around midnight after it
MOMENTS = sorted(
    moment + dt.timedelta(minutes=off)
    for moment in (utc(2026, 11, 29, 23), utc(2026, 11, 30, 7, 45), START, END, utc(2026, 11, 30, 23))
    for off in (-1, 0, 1)
)


def at(resource="ro-1"):
    return [Placement(AgendaKey("rumst", resource, dt.date(2026, 11, 30)), 108, 114)]


def held():
    return life.hold("a1", "rumst", SPEC, at(), START, NOW, "resident")


def booked():
    return life.book(MUNICIPALITY, held(), now=NOW, by=Actor("resident"), language="nl")[0]


def give(appointment, command, by="staff", now=NOW):
    if command == "book":
        return life.book(MUNICIPALITY, appointment, now=now, by=Actor(by), language="nl")
    if command == "request":
        return life.request(MUNICIPALITY, appointment, now=now, by=Actor(by))
    if command == "cancel":
        return life.cancel(MUNICIPALITY, appointment, now=now, by=Actor(by), reason="ill")
    if command == "reschedule":
        return life.reschedule(MUNICIPALITY, appointment, SPEC, at("ro-2"), START, now=now, by=Actor(by))
    return life.apply_command(MUNICIPALITY, appointment, command, now=now, by=Actor(by))


def in_time(command, by, now):
    """The rule in the tests' own words."""
    at_desk = by in ("staff", "system")
    match command:
        case "check_in" if at_desk:
            return utc(2026, 11, 29, 23) <= now < utc(2026, 11, 30, 23)
        case "check_in":
            return utc(2026, 11, 30, 7, 45) <= now < utc(2026, 11, 30, 23)
        case "start" | "complete":
            return now >= utc(2026, 11, 29, 23)
        case "no_show":
            return now >= START
        case "cancel" | "reschedule":
            return now < (END if by == "staff" else START)
        case "ask" | "remind_of_documents" | "flag":
            return now < START
    return True


GIVEN_COMMANDS = st.tuples(st.sampled_from(sorted(life.TRANSITIONS)), st.sampled_from(ACTORS), st.integers(0, 3))


@given(st.sampled_from((held, booked)), st.lists(GIVEN_COMMANDS, max_size=14))
def test_a_command_succeeds_exactly_in_the_states_and_times_of_its_table(begin, steps):
    appointment, moment = begin(), 0
    for name, by, later in steps:
        moment = min(moment + later, len(MOMENTS) - 1)
        rule, now = life.TRANSITIONS[name], MOMENTS[moment]
        may = life.allowed_commands(MUNICIPALITY, appointment, by, now)
        in_state = appointment.state in rule.sources and by in rule.actors
        assert (name in may) == (in_state and in_time(name, by, now))
        if name in may and name == "request":  # its events are those of the provisional booking
            changed = life.request(MUNICIPALITY, appointment, now=now, by=Actor(by))
            assert changed == replace(appointment, state="provisional")
            appointment = changed
        elif name in may:
            changed, event = give(appointment, name, by, now)
            assert (changed.state, changed.sequence) == (rule.target, appointment.sequence + 1)
            assert changed.id == appointment.id
            assert (event.name, event.sequence) == (rule.event, changed.sequence)
            last = changed.history[-1]
            assert (last.command, last.at, last.by) == (name, now, by)
            assert changed.history[:-1] == appointment.history
            assert events.EVENTS[event.name].schema().validate(dict(event.data)) == {}
            appointment = changed
        else:
            with pytest.raises(Refusal) as refused:
                give(appointment, name, by, now)
            assert (refused.value.code == "not-allowed-in-state") == (not in_state)
            if not in_state:
                assert refused.value.params["allowed"] == (", ".join(may) or "nothing")


@pytest.mark.parametrize("state", ["completed", "cancelled"])
def test_an_ended_appointment_stays_ended(state):
    assert life.allowed_commands(MUNICIPALITY, replace(booked(), state=state), "staff", NOW) == []


@pytest.mark.parametrize(
    ("minutes", "may"),
    [(-16, ["cancel", "reschedule"]), (-15, ["cancel", "check_in", "reschedule"]), (0, ["check_in"])],
)
def test_a_resident_can_only_move_cancel_and_check_in_and_only_in_time(minutes, may):
    now = START + dt.timedelta(minutes=minutes)
    assert life.allowed_commands(MUNICIPALITY, booked(), "resident", now) == may
    assert life.allowed_commands(MUNICIPALITY, replace(booked(), state="checked_in"), "resident", now) == []


def test_a_no_show_and_a_check_in_can_be_undone():
    for command, undo in (("no_show", "undo_no_show"), ("check_in", "undo_check_in")):
        appointment, _ = give(booked(), command, now=START)
        appointment, event = give(appointment, undo, now=START)
        assert (appointment.state, event.name) == ("booked", "appointment.reinstated")


def test_the_event_of_a_move_contains_the_previous_time():
    moved, event = life.reschedule(
        MUNICIPALITY, booked(), SPEC, at("ro-2"), utc(2026, 11, 30, 12), now=NOW, by=Actor("staff")
    )
    assert event.data["previous_start"] == "2026-11-30T09:00:00+01:00"
    assert event.data["start"] == "2026-11-30T13:00:00+01:00"
    assert moved.resources == ("ro-2",)


def test_the_history_stays_in_order_when_the_clock_runs_back():
    appointment = booked()
    earlier = NOW - dt.timedelta(seconds=3)
    changed, event = life.apply_command(MUNICIPALITY, appointment, "ask", now=earlier, by=Actor("staff"))
    assert changed.history[-1].at == event.time == NOW


def test_a_resident_who_was_checked_in_by_mistake_waits_from_the_real_arrival():
    appointment = booked()
    for command, minutes in (("check_in", -20), ("undo_check_in", -19), ("check_in", -3)):
        appointment, _ = give(appointment, command, now=START + dt.timedelta(minutes=minutes))
    assert waiting_of(appointment).arrived_at == START - dt.timedelta(minutes=3)


def test_a_resident_who_was_parked_keeps_the_first_arrival():
    appointment = booked()
    for command, minutes in (("check_in", -5), ("start", 0), ("park", 2), ("resume", 9)):
        appointment, _ = give(appointment, command, now=START + dt.timedelta(minutes=minutes))
    assert waiting_of(appointment).arrived_at == START - dt.timedelta(minutes=5)


def test_the_event_schema_has_every_optional_field_of_an_event():
    assert {*life.OPTIONAL_IN_EVENTS} <= AppointmentData._declared_fields.keys()
