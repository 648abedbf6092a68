"""What notification knows of an event of booking."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class AppointmentEvent:
    """`asked_by`: who cancelled or moved it (resident, portal, staff, system), with the `reason` code they gave."""

    name: str
    municipality: str
    appointment: str
    sequence: int
    start: dt.datetime
    end: dt.datetime
    time_zone: str
    types: tuple[str, ...] = ()
    asked_by: str = "resident"
    reason: str = ""
