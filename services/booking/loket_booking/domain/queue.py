"""The line of those who are here: checked-in appointments and tickets together, by a policy that can be told aloud."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .catalogue import QueuePolicy


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits. `start` is of an appointment; a ticket has none."""

    id: str
    arrived_at: dt.datetime
    start: dt.datetime | None = None


def line(waiting: Iterable[Waiting], policy: QueuePolicy, now: dt.datetime) -> list[Waiting]:
    """Those who wait, in the order in which they are called.

    An appointment within its time comes first, by its start. Everybody else follows by arrival: tickets, appointments
    whose time has not come yet, and those whose resident came too late.
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
    """About how long each in the line waits, when those before them take so many minutes and so many people serve."""
    found, before = [], 0
    for own in minutes:
        found.append(round(before / max(1, serving)))
        before += own
    return found
