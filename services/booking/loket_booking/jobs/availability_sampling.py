"""How far away free slots are, looked up once a day for each type and location, so that it can be followed.

The third free slot is the usual measure of access: one cancellation moves the first, but seldom the third.
"""

from __future__ import annotations

import datetime as dt

from loket_contracts import events
from loket_contracts.commands import FindSlots
from loket_contracts.errors import Refusal

from ..context import Announce, Stores
from ..domain.catalogue import AppointmentType, Municipality
from ..domain.grid import local_date
from ..queries import slots

THIRD = 3
_find = FindSlots()


def sample(stores: Stores, announce: Announce) -> int:
    """Look up what was not looked up today. Returns how many there were."""
    taken = 0
    for calendar in stores.configurations.all():
        known = calendar.municipality
        today = local_date(stores.now(), known.time_zone)
        due = {
            f"sample-{known.id}/{kind.id}/{location}/{today.isoformat()}": (kind, location)
            for kind in known.appointment_types.values()
            for location in sorted(kind.locations)
        }
        for subject in due.keys() - stores.samples.known(due):
            taken += _take(stores, announce, known, subject, *due[subject], today)
        stores.samples.forget_before(stores.now() - dt.timedelta(days=31))
    return taken


def _take(
    stores: Stores, announce: Announce, known: Municipality, subject: str, kind: AppointmentType, location: str,
    today: dt.date,
) -> bool:  # fmt: skip
    wish = _find.load({"appointment_types": [kind.id], "location": location})
    try:
        away = [(start - today).days for start in slots.first_days(stores, known.id, wish, THIRD)]
    except Refusal:  # nobody can give it, which is as far away as can be
        away = []
    event = events.make(
        "availability.sampled",
        municipality=known.id,
        subject=subject,
        sequence=1,
        time=stores.now(),
        data={
            "appointment_type": kind.id,
            "team": kind.team,
            "location": location,
            "date": today.isoformat(),
            "first_after_days": away[0] if away else None,
            "third_after_days": away[THIRD - 1] if len(away) == THIRD else None,
        },
    )
    if not stores.samples.add(event):
        return False
    announce(stores.samples.name, subject, [event])
    return True
