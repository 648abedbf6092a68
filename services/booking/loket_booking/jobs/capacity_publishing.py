"""Publish the capacity of every resource-day when it changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import chain

from loket_chassis.runtime.cooperative import cooperatively

from ..commands.ports import Clock, Publish
from ..domain import capacity
from ..domain.grid import local_date
from ..domain.opening_hours import Calendar
from ..store.capacities import Capacities
from ..store.configurations import Configurations

RETENTION = dt.timedelta(days=31)
#: after this, capacities are compared again even if this process knows of no change: another may have published others
COMPARED_FOR = dt.timedelta(minutes=15)
BATCH = 1000


@dataclass(frozen=True)
class CapacityPublishing:
    capacities: Capacities
    configurations: Configurations
    clock: Clock
    publish: Publish
    #: by municipality, the calendar, the day and the time of the last complete run
    _done: dict[str, tuple[Calendar, dt.date, dt.datetime]] = field(default_factory=dict)

    def publish_capacity(self) -> int:
        """Publish what changed since the last run. Returns the number of events."""
        published = 0
        for calendar in self.configurations.all():
            known = calendar.municipality
            now = self.clock()
            today = local_date(now, known.time_zone)
            done = self._done.get(known.id)
            if done is None or done[0] is not calendar or done[1] != today or now - done[2] >= COMPARED_FOR:
                published += self._publish(calendar, today)
                self._done[known.id] = calendar, today, now
        self.capacities.delete_before(self.clock().date() - RETENTION)
        return published

    def _publish(self, calendar: Calendar, today: dt.date) -> int:
        known = calendar.municipality
        days = max((kind.horizon for kind in known.appointment_types.values()), default=0) + 1
        before = self.capacities.published(known.id, today)
        by_resource = capacity.capacity_changes(calendar, before, today, days, self.clock())
        changes = list(chain.from_iterable(cooperatively(by_resource)))
        published = 0
        for first in range(0, len(changes), BATCH):
            batch = changes[first : first + BATCH]
            ids = {event.id: changed.id for changed, event in batch}
            for event in self.capacities.save_all(batch):
                self.publish(Capacities.NAME, ids[event.id], [event])
                published += 1
        return published
