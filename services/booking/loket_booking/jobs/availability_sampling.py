"""Sample once a day how far away the first and third free slots are, for each appointment type and location.

The third free slot is the usual measure of access: one cancellation moves the first, but seldom the third.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from loket_chassis.messaging.publish_once import PublishOnce
from loket_contracts import events
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.slots import FindSlots

from ..commands.ports import Clock, Publish
from ..domain.catalogue import AppointmentType, Municipality
from ..domain.grid import local_date
from ..queries.slots import SlotQueries
from ..store.configurations import Configurations

THIRD = 3
RETENTION = dt.timedelta(days=31)


@dataclass(frozen=True)
class AvailabilitySampling:
    configurations: Configurations
    samples: PublishOnce
    slots: SlotQueries
    clock: Clock
    publish: Publish

    def sample_availability(self) -> int:
        """Publish the samples that are missing for today. Returns their number."""
        taken = 0
        for calendar in self.configurations.all():
            known = calendar.municipality
            today = local_date(self.clock(), known.time_zone)
            due = {
                f"sample-{known.id}/{kind.id}/{location}/{today.isoformat()}": (kind, location)
                for kind in known.appointment_types.values()
                for location in sorted(kind.locations)
            }
            for subject in due.keys() - self.samples.known(due):
                taken += self._sample(known, subject, *due[subject], today)
        self.samples.forget_before(self.clock() - RETENTION)
        return taken

    def _sample(self, known: Municipality, subject: str, kind: AppointmentType, location: str, today: dt.date) -> bool:
        criteria = FindSlots(appointment_types=(kind.id,), location=location)
        try:
            away = [(start - today).days for start in self.slots.first_days(known.id, criteria, THIRD)]
        except Refusal:  # no resource can give it
            away = []
        event = events.make(
            "availability.sampled",
            municipality=known.id,
            subject=subject,
            sequence=1,
            time=self.clock(),
            data={
                "appointment_type": kind.id,
                "team": kind.team,
                "location": location,
                "date": today.isoformat(),
                "first_after_days": away[0] if away else None,
                "third_after_days": away[THIRD - 1] if len(away) == THIRD else None,
            },
        )
        if not self.samples.add(event):
            return False
        self.publish(self.samples.name, subject, [event])
        return True
