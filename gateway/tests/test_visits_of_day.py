"""The visits of a day, arranged around now."""

import datetime as dt

import pytest

from loket_gateway.pages.desk.visits_of_day import visits_of_day

DAY = "2026-11-30T"


def row(name, start, end, state="booked", purpose="visit"):
    begin, stop = f"{DAY}{start}:00+01:00", f"{DAY}{end}:00+01:00"
    return {
        "appointment": name, "purpose": purpose, "state": state, "start": begin, "end": stop, "taken_from": begin,
        "taken_to": stop,
    }  # fmt: skip


def at(clock):
    return dt.datetime.fromisoformat(f"{DAY}{clock}:00+01:00")


def names(rows):
    return [each["appointment"] for each in rows]


MORNING = [row("b", "10:00", "10:30"), row("a", "09:00", "09:30", "completed"), row("c", "11:00", "11:30")]


@pytest.mark.parametrize(
    ("clock", "current", "before_now"),
    [("08:00", ["b"], 0), ("10:10", ["b"], 2), ("10:30", ["c"], 2), ("12:00", [], 3)],
)
def test_the_next_visit_is_the_first_expected_one_that_is_not_over(clock, current, before_now):
    day = visits_of_day(MORNING, at(clock))
    assert (names(day.rows), names(day.current), day.now_before) == (["a", "b", "c"], current, before_now)


def test_those_in_service_and_then_those_who_checked_in_come_before_the_next_visit():
    assert names(visits_of_day([*MORNING, row("d", "11:30", "12:00", "checked_in")], at("09:45")).current) == ["d"]
    assert names(visits_of_day([*MORNING, row("d", "08:00", "08:30", "in_service")], at("09:45")).current) == ["d"]


def test_a_visit_in_two_agendas_is_one_row_and_time_without_a_state_has_no_row():
    twice = [row("a", "09:00", "09:30"), row("a", "09:00", "09:30"), row("a", "08:30", "09:00", purpose="study")]
    day = visits_of_day([*twice, {"appointment": "x", "purpose": "visit"}], None)
    assert [each["purpose"] for each in day.rows] == ["study", "visit"]
    assert (day.current, day.now_before) == ([], None)
