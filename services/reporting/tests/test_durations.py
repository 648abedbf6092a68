"""Waiting and service times, by the events of a visit."""

import datetime as dt

import pytest

from loket_reporting.domain.durations import measure_times

NINE = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)


def events(*history):
    return [(name, NINE + dt.timedelta(minutes=minute)) for name, minute in history]


@pytest.mark.parametrize(
    ("history", "waited", "served"),
    [
        ([("appointment.booked", -60)], None, None),
        ([("appointment.checked_in", 0)], None, None),
        ([("appointment.checked_in", 0), ("appointment.started", 7)], 7, None),
        ([("appointment.checked_in", 0), ("appointment.started", 7), ("appointment.completed", 30)], 7, 23),
        ([("appointment.started", 7), ("appointment.completed", 30)], None, 23),
        ([("ticket.issued", 0), ("ticket.called", 4), ("ticket.completed", 9)], 4, 5),
        ([("ticket.issued", 0), ("ticket.called", 4), ("ticket.transferred", 6), ("ticket.called", 20),
          ("ticket.completed", 30)], 4, 12),
        ([("ticket.issued", 0), ("ticket.left", 9)], None, None),
    ],
)  # fmt: skip
def test_waiting_ends_at_the_first_start_and_service_at_the_completion(history, waited, served):
    times = measure_times(events(*history))
    assert (times.waited, times.served) == (waited, served)


def test_parked_time_is_not_service_time():
    history = events(
        ("appointment.checked_in", 0), ("appointment.started", 5), ("appointment.parked", 15),
        ("appointment.resumed", 50), ("appointment.started", 60), ("appointment.completed", 70),
    )  # fmt: skip
    assert measure_times(history).waited == 5
    assert measure_times(history).served == 20


def test_an_undone_check_in_counts_for_nothing():
    history = events(
        ("appointment.checked_in", 0), ("appointment.reinstated", 1), ("appointment.checked_in", 30),
        ("appointment.started", 33),
    )  # fmt: skip
    assert measure_times(history).waited == 3


@pytest.mark.parametrize(
    ("history", "early", "late"),
    [
        ([("appointment.checked_in", -12), ("appointment.started", 7)], 12, 7),
        ([("appointment.checked_in", -12), ("appointment.started", -2)], 10, 0),
        ([("appointment.checked_in", 10), ("appointment.started", 14)], 0, 4),
        ([("appointment.started", 7)], None, 7),
        ([("appointment.started", -7)], None, 0),
        ([("appointment.checked_in", -5), ("appointment.started", 1), ("appointment.parked", 9),
          ("appointment.started", 30)], 5, 1),
        ([("appointment.checked_in", -5), ("appointment.started", 1), ("appointment.reinstated", 2)], None, None),
        ([("appointment.checked_in", -5)], None, None),
    ],
)  # fmt: skip
def test_waiting_has_a_part_before_the_time_of_the_appointment_and_a_part_beyond_it(history, early, late):
    times = measure_times(events(*history), NINE)
    assert (times.early, times.late) == (early, late)


def test_a_ticket_has_no_time_to_be_early_or_late_for():
    times = measure_times(events(("ticket.issued", 0), ("ticket.called", 4)))
    assert (times.waited, times.early, times.late) == (4, None, None)
