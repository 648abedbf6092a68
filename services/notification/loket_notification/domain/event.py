"""An event of booking as notification reads it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class AppointmentEvent:
    """`asked_by`: the role that cancelled or moved it (resident, portal, staff, system). `reason`: its reason code.

    `companion`: invited or withdrawn, if someone comes along. `silent`: staff inform the resident of the change
    themselves. Of a provisional booking, `confirm_by`: the channel of
    its code, and `expires`: until when it can be confirmed.
    """

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
    confirm_by: str = "email"
    expires: dt.datetime | None = None
    companion: str = ""
    silent: bool = False
