"""Holds: provisional claims, kept in the agenda beside the booked ones."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from loket_chassis.storage.connection import Document

from ..domain.appointment import Appointment
from ..domain.resource_day import Placement

#: how long an expired hold is remembered, so that who comes back late can still be helped to a free moment
REMEMBERED = dt.timedelta(hours=1)


@dataclass(frozen=True)
class HeldSlot:
    """A hold as it is kept: the appointment to be, where its time is reserved, and until when."""

    appointment: Appointment
    placements: list[Placement]
    expires: dt.datetime
    #: of the request that made it; None for what was held before this was stored
    fingerprint: str | None = None


def forgotten(hold: str | None, now: dt.datetime) -> Document:
    """The holds that a booking clears away: its own, and those that expired long ago."""
    return {"holds": {"$or": [{"id": hold}, {"x": {"$lte": now - REMEMBERED}}]}}


def released(appointment: str) -> str:
    """The name of the hold that keeps the time of a cancelled appointment from others for a while."""
    return f"released-{appointment}"
