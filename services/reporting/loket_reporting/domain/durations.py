"""Waiting and service times, from the steps of a visit in their order."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from loket_contracts.visits import Phase, events_of

MINUTE = dt.timedelta(minutes=1)
NOTHING = dt.timedelta()

ARRIVES = events_of(Phase.ARRIVAL)
BEGINS = events_of(Phase.START)
PAUSES = events_of(Phase.PAUSE)
ENDS = events_of(Phase.END)
TAKES_BACK = events_of(Phase.UNDO)


@dataclass(frozen=True)
class Times:
    """In whole minutes, None when unknown. `waited`: from the arrival to the first start.

    `served`: the total time with staff, without the time in which the visit was parked.
    """

    waited: int | None = None
    served: int | None = None


def walk(steps: Iterable[tuple[str, dt.datetime]]) -> Times:
    """`steps`: name and moment of each event of one visit, in order."""
    here: dt.datetime | None = None
    helped_since: dt.datetime | None = None
    waited: dt.timedelta | None = None
    served, is_over = NOTHING, False
    for name, time in steps:
        if name in TAKES_BACK:
            here, helped_since, waited, served, is_over = None, None, None, NOTHING, False
        elif name in ARRIVES:
            here = time
        elif name in BEGINS:
            if waited is None and here is not None:
                waited = time - here
            helped_since = time
        elif name in PAUSES | ENDS:
            if helped_since is not None:
                served += time - helped_since
            helped_since, is_over = None, name in ENDS
    return Times(_minutes(waited), _minutes(served) if is_over else None)


def _minutes(span: dt.timedelta | None) -> int | None:
    return None if span is None else max(0, round(span / MINUTE))
