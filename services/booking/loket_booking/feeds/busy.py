"""When somebody is busy, worked out from their calendar (iCalendar, RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import recurring_ical_events
from icalendar import Calendar, Component

from loket_contracts.errors import Refusal

from ..domain.catalogue import Closure
from ..domain.grid import MINUTES, zone

#: so far ahead the repetitions of an event are worked out
HORIZON = dt.timedelta(days=400)
MOST_EVENTS = 5000
FREE = frozenset({"TRANSPARENT"})
DAY = dt.timedelta(days=1)


def busy_times(text: str, now: dt.datetime, time_zone: str) -> list[Closure]:
    """The busy times of a calendar from today on, repetitions worked out, in the local time of `time_zone`.

    An event counts unless it is cancelled, marked free (TRANSP, section 3.8.2.7), or over before it begins. Its title
    is not kept. Raises Refusal: invalid-request. What is written to take for ever does: see `apart`.
    """
    local = zone(time_zone)
    today = dt.datetime.combine(now.astimezone(local).date(), dt.time(), local)
    until = now + HORIZON
    try:
        calendar = Calendar.from_ical(text)
        calendar.subcomponents = [each for each in calendar.subcomponents if not _ends_first(each)]
        events = recurring_ical_events.of(calendar).between(now, until)
        if len(events) > MOST_EVENTS:
            raise refused(f"There are more than {MOST_EVENTS} events in it.")
        found = {
            busy
            for event in events
            if str(event.get("TRANSP", "")).upper() not in FREE and str(event.get("STATUS", "")).upper() != "CANCELLED"
            for busy in _days_of(event.start, event.end, today, until)
        }
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError) as error:
        raise refused("This is not an iCalendar file.") from error
    return [
        Closure(first, last, {"nl": "Bezet"}, start, end)
        for first, last, start, end in sorted(found, key=lambda each: (each[0], each[2] or dt.time(), each[1]))
    ]


def refused(detail: str) -> Refusal:
    return Refusal("invalid-request", errors=[{"pointer": "/text", "detail": detail}])


def _ends_first(component: Component) -> bool:
    """Against section 3.8.2.2; working out repetitions would turn it around."""
    start, end = component.get("DTSTART"), component.get("DTEND")
    try:
        return bool(start and end and end.dt < start.dt)
    except TypeError:  # a day and a moment
        return False


def _days_of(
    start: dt.date, end: dt.date, today: dt.datetime, until: dt.datetime
) -> Iterator[tuple[dt.date, dt.date, dt.time | None, dt.time | None]]:
    """What of the stretch lies from today on, as whole days or as hours of each of its days, on the five-minute grid.

    `today`: its midnight, in the zone whose wall clock counts.
    """
    if not isinstance(start, dt.datetime) or not isinstance(end, dt.datetime):
        first, last = max(start, today.date()), min(end, until.date())
        yield first, max(first, last - DAY), None, None  # DTEND is exclusive (section 3.6.1)
        return
    begin, over = (_on_the_clock(each, today, until) for each in (start, end))
    begin -= dt.timedelta(minutes=begin.minute % MINUTES, seconds=begin.second)
    if over.minute % MINUTES or over.second:
        over += dt.timedelta(minutes=MINUTES - over.minute % MINUTES, seconds=-over.second)
    date = begin.date()
    while date <= over.date():
        first_hour = begin.time() if date == begin.date() else None
        last_hour = over.time() if date == over.date() else None
        if last_hour != dt.time():  # nothing of this day: it ends at its midnight
            yield date, date, first_hour, last_hour
        date += DAY


def _on_the_clock(moment: dt.datetime, earliest: dt.datetime, latest: dt.datetime) -> dt.datetime:
    """Within these bounds, on the first one's clock. A floating time is taken as it stands (section 3.3.5, form 1)."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=earliest.tzinfo)
    return min(max(moment, earliest), latest).astimezone(earliest.tzinfo).replace(tzinfo=None)
