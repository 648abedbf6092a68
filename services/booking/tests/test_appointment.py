"""The life of an appointment has no way round: what is not in the table is refused, and every step is told."""

import datetime as dt

import pytest
from builders import a_municipality, utc
from hypothesis import given
from hypothesis import strategies as st

from loket_booking.domain import appointment as life
from loket_booking.domain.agenda import AgendaKey, Placement
from loket_booking.domain.lifecycle import Actor
from loket_booking.domain.visit import plan
from loket_contracts import events
from loket_contracts.errors import Refusal
from loket_contracts.event_data import ACTORS

NOW = utc(2026, 11, 24, 8)
VISIT = plan(a_municipality(), ["advies"], 1, None)


def at(resource="ro-1"):
    return [Placement(AgendaKey("rumst", resource, dt.date(2026, 11, 30)), 108, 114)]


def booked():
    draft = life.held("a1", "rumst", VISIT, at(), utc(2026, 11, 30, 8), NOW, "resident")
    return life.book(draft, now=NOW, by=Actor("resident"), language="nl")[0]


def give(appointment, command, by="staff"):
    if command == "book":
        return life.book(appointment, now=NOW, by=Actor(by), language="nl")
    if command == "cancel":
        return life.cancel(appointment, now=NOW, by=Actor(by), reason="ill")
    if command == "reschedule":
        return life.reschedule(appointment, VISIT, at("ro-2"), utc(2026, 11, 30, 12), now=NOW, by=Actor(by))
    return life.step(appointment, command, now=NOW, by=Actor(by))


@given(st.lists(st.sampled_from(sorted(life.COMMANDS)), max_size=12), st.sampled_from(ACTORS))
def test_whatever_is_tried_only_the_steps_of_the_table_happen(commands, by):
    appointment = booked()
    for name in commands:
        rule = life.COMMANDS[name]
        if appointment.state in rule.sources and by in rule.actors:
            changed, event = give(appointment, name, by)
            assert (changed.state, changed.sequence) == (rule.target, appointment.sequence + 1)
            assert changed.id == appointment.id
            assert (event.name, event.sequence) == (rule.event, changed.sequence)
            last = changed.history[-1]
            assert (last.command, last.at, last.by) == (name, NOW, by)
            assert changed.history[:-1] == appointment.history
            assert events.EVENTS[event.name].schema().validate(dict(event.data)) == {}
            appointment = changed
        else:
            with pytest.raises(Refusal) as refused:
                give(appointment, name, by)
            assert refused.value.params["allowed"] == (", ".join(life.allowed(appointment.state, by)) or "nothing")


@pytest.mark.parametrize("state", ["completed", "cancelled"])
def test_an_ended_appointment_stays_ended(state):
    assert life.allowed(state, "staff") == []


def test_a_resident_can_move_cancel_and_check_in_and_nothing_else():
    assert life.allowed("booked", "resident") == ["cancel", "check_in", "reschedule"]
    assert life.allowed("checked_in", "resident") == []


def test_a_mistaken_no_show_and_check_in_can_be_undone():
    for command, undo in (("no_show", "undo_no_show"), ("check_in", "undo_check_in")):
        appointment, _ = give(booked(), command)
        appointment, event = give(appointment, undo)
        assert (appointment.state, event.name) == ("booked", "appointment.reinstated")


def test_a_move_tells_where_it_was():
    moved, event = give(booked(), "reschedule")
    assert event.data["previous_start"] == "2026-11-30T09:00:00+01:00"
    assert event.data["start"] == "2026-11-30T13:00:00+01:00"
    assert moved.resources == ("ro-2",)


def test_the_history_never_runs_back_in_time_whatever_the_clock_says():
    appointment = booked()
    earlier = NOW - dt.timedelta(seconds=3)
    changed, event = life.step(appointment, "check_in", now=earlier, by=Actor("staff"))
    assert changed.history[-1].at == event.time == NOW
