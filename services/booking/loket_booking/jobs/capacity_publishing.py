"""Publish the capacity of every resource-day when it changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ..commands.ports import Clock, Publish
from ..domain import capacity
from ..domain.grid import local_date
from ..store.capacities import Capacities
from ..store.configurations import Configurations

RETENTION = dt.timedelta(days=31)
BATCH = 1000


@dataclass(frozen=True)
class CapacityPublishing:
    capacities: Capacities
    configurations: Configurations
    clock: Clock
    publish: Publish

    def publish_capacity(self) -> int:
        """Publish what changed since the last run. Returns the number of events."""
        published = 0
        for calendar in self.configurations.all():
            known = calendar.municipality
            today = local_date(self.clock(), known.time_zone)
            days = max((kind.horizon for kind in known.appointment_types.values()), default=0) + 1
            before = self.capacities.published(known.id, today)
            changes = list(capacity.capacity_changes(calendar, before, today, days, self.clock()))
            for first in range(0, len(changes), BATCH):
                batch = changes[first : first + BATCH]
                ids = {event.id: changed.id for changed, event in batch}
                for event in self.capacities.save_all(batch):
                    self.publish(Capacities.NAME, ids[event.id], [event])
                    published += 1
        self.capacities.delete_before(self.clock().date() - RETENTION)
        return published
