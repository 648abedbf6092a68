"""The queue of a location: checked-in appointments and tickets, in the order of the municipality's policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .catalogue import QueuePolicy

#: of the expected wait, what a range begins and ends with; and the minutes to which it is rounded
SHORTEST, LONGEST, ROUNDED = 0.7, 1.3, 5


@dataclass(frozen=True)
class Waiting:
    """A person in the queue. `start`: of an appointment; None for a ticket."""

    id: str
    arrived_at: dt.datetime
    start: dt.datetime | None = None


def waiting_line(waiting: Iterable[Waiting], policy: QueuePolicy, now: dt.datetime) -> list[Waiting]:
    """The queue in the order of calling.

    Appointments with precedence come first, by start; then tickets and appointments that are early or late, by arrival.
    """

    def place(each: Waiting) -> tuple[bool, dt.datetime, str]:
        if policy.order == "appointments_first" and each.start is not None:
            due = each.start - dt.timedelta(minutes=policy.early_minutes) <= now
            in_time = each.arrived_at <= each.start + dt.timedelta(minutes=policy.late_minutes)
            if due and in_time:
                return False, each.start, each.id
        return True, each.arrived_at, each.id

    return sorted(waiting, key=place)


@dataclass(frozen=True)
class Wait:
    """About how long a person waits, in minutes. `is_after_closing`: it will probably not be their turn today."""

    shortest: int
    longest: int
    is_after_closing: bool = False


def expected_wait(before: int, running: int, serving: int, until_closing: int | None) -> Wait | None:
    """Return a range, never beyond closing time. None when no person serves these topics now.

    `before`: minutes of the visits before this one. `running`: minutes that are left of the visits in service.
    `serving`: people who serve. `until_closing`: minutes; None when unknown.
    """
    if serving == 0:
        return None
    expected = (before + running) / serving
    shortest = int(expected * SHORTEST) // ROUNDED * ROUNDED
    longest = (int(expected * LONGEST) // ROUNDED + 1) * ROUNDED
    if until_closing is None:
        return Wait(shortest, longest)
    if shortest >= until_closing:
        return Wait(until_closing, until_closing, is_after_closing=True)
    return Wait(shortest, min(longest, until_closing))


def expected_waits(minutes: Sequence[int], serving: int) -> list[int]:
    """The expected wait of each in minutes. `minutes`: the duration of each visit; `serving`: the people who serve."""
    found, before = [], 0
    for own in minutes:
        found.append(round(before / max(1, serving)))
        before += own
    return found
