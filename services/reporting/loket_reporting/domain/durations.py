"""Waiting and service times, from the events of a visit in their order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace

from loket_contracts.visits import Phase, events_of

MINUTE = dt.timedelta(minutes=1)
NOTHING = dt.timedelta()

ARRIVAL_EVENTS = events_of(Phase.ARRIVAL)
START_EVENTS = events_of(Phase.START)
PAUSE_EVENTS = events_of(Phase.PAUSE)
END_EVENTS = events_of(Phase.END)
UNDO_EVENTS = events_of(Phase.UNDO)


@dataclass(frozen=True)
class Times:
    """In whole minutes, None when unknown. `waited`: from the arrival to the first start.

    `served`: the total time with staff, without the time in which the visit was parked. `late`: from the planned start,
    or from the arrival when that was later, to the first start; 0 when it began earlier. `early`: the part of `waited`
    before the planned start.
    """

    waited: int | None = None
    served: int | None = None
    late: int | None = None
    early: int | None = None


def measure_times(events: Iterable[tuple[str, dt.datetime]], planned: dt.datetime | None = None) -> Times:
    """`events`: name and moment of each event of one visit, in order. `planned`: its start, of an appointment."""
    here: dt.datetime | None = None
    helped_since: dt.datetime | None = None
    waited: dt.timedelta | None = None
    late: dt.timedelta | None = None
    served, is_over = NOTHING, False
    for name, time in events:
        if name in UNDO_EVENTS:
            here, helped_since, waited, late, served, is_over = None, None, None, None, NOTHING, False
        elif name in ARRIVAL_EVENTS:
            here = time
        elif name in START_EVENTS:
            if waited is None and here is not None:
                waited = time - here
            if late is None and planned is not None:
                late = max(NOTHING, time - max(planned, here or planned))
            helped_since = time
        elif name in PAUSE_EVENTS | END_EVENTS:
            if helped_since is not None:
                served += time - helped_since
            helped_since, is_over = None, name in END_EVENTS
    times = Times(_minutes(waited), _minutes(served) if is_over else None, _minutes(late))
    if times.waited is None or times.late is None:
        return times
    return replace(times, early=max(0, times.waited - times.late))


def _minutes(span: dt.timedelta | None) -> int | None:
    return None if span is None else max(0, round(span / MINUTE))
