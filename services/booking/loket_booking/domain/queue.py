"""The queue of a location: checked-in appointments and tickets, in the order of the municipality's policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .catalogue import QueuePolicy


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


def expected_waits(minutes: Sequence[int], serving: int) -> list[int]:
    """The expected wait of each in minutes. `minutes`: the duration of each visit; `serving`: the people who serve."""
    found, before = [], 0
    for own in minutes:
        found.append(round(before / max(1, serving)))
        before += own
    return found
