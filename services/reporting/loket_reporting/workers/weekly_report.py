"""Announce the weekly reports on Monday morning, one for every team with figures, for notification to send."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

from loket_chassis.messaging.publish_once import PublishOnce
from loket_contracts import events
from loket_contracts.envelope import Event

from ..domain.periods import DAY, Period, part_of
from ..store.projections import Projection

#: UTC: seven in summer and six in winter, in Belgium; a missed Monday is caught up on Tuesday
FROM_HOUR, LAST_WEEKDAY = 5, 1
RETENTION = dt.timedelta(days=90)
TEAM = "team:"


def announce(
    projection: Projection,
    announced: PublishOnce,
    publish: Callable[[str, Any, Iterable[Event]], None],
    now: dt.datetime,
) -> int:
    """Announce the reports that are due. Return how many."""
    week = due(now)
    if week is None:
        return 0
    count = 0
    first, last = week.first.isoformat(), week.last.isoformat()
    for municipality in projection.shown.municipalities(first, last):
        names = projection.shown.slices(municipality, TEAM)
        for name in {name for name, _, _ in projection.shown.of(municipality, names, week, "day")}:
            team = name.removeprefix(TEAM)
            event = events.make(
                "report.due",
                municipality=municipality,
                subject=f"report-{municipality}/{team}/{part_of(week.first, 'week')}",
                sequence=1,
                time=now,
                data={"team": team, "from": first, "to": last},
            )
            if announced.add(event):
                publish(announced.name, event.subject, [event])
                count += 1
    announced.forget_before(now - RETENTION)
    return count


def due(now: dt.datetime) -> Period | None:
    """The week of which a report is due now."""
    if now.weekday() > LAST_WEEKDAY or (now.weekday() == 0 and now.hour < FROM_HOUR):
        return None
    monday = now.date() - now.weekday() * DAY - 7 * DAY
    return Period(monday, monday + 6 * DAY)
