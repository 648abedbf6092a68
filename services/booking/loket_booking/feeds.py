"""Calendars that come and go as iCalendar (RFC 5545): when a specialist is busy elsewhere, and what is in an agenda."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import recurring_ical_events
from icalendar import Calendar, Event

from loket_contracts.errors import Refusal

from .domain.appointment import Appointment
from .domain.catalogue import Closure
from .domain.grid import MINUTES, zone

#: so far ahead the repetitions of an event are worked out
HORIZON = dt.timedelta(days=400)
MOST_EVENTS = 5000
FREE = frozenset({"TRANSPARENT"})


def busy_times(text: str, now: dt.datetime, time_zone: str) -> list[Closure]:
    """The busy times of a calendar from today on, repetitions worked out, in the local time of `time_zone`.

    An event counts unless it is cancelled or marked free (TRANSP, section 3.8.2.7). Its title is not kept. Raises
    Refusal: invalid-request.
    """
    try:
        calendar = Calendar.from_ical(text)
        events = recurring_ical_events.of(calendar).between(now, now + HORIZON)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise _wrong("This is not an iCalendar file.") from error
    if len(events) > MOST_EVENTS:
        raise _wrong(f"There are more than {MOST_EVENTS} events in it.")
    found: set[tuple[dt.date, dt.date, dt.time | None, dt.time | None]] = set()
    for event in events:
        if str(event.get("TRANSP", "")).upper() in FREE or str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        found.update(_days_of(event.start, event.end, zone(time_zone)))
    return [
        Closure(first, last, {"nl": "Bezet"}, start, end)
        for first, last, start, end in sorted(found, key=lambda each: (each[0], each[2] or dt.time(), each[1]))
    ]


def _wrong(detail: str) -> Refusal:
    return Refusal("invalid-request", errors=[{"pointer": "/text", "detail": detail}])


def _days_of(
    start: dt.date | dt.datetime, end: dt.date | dt.datetime, zone_: ZoneInfo
) -> Iterable[tuple[dt.date, dt.date, dt.time | None, dt.time | None]]:
    """The stretch as whole days, or as hours of each of its days; widened to the five-minute grid."""
    if not isinstance(start, dt.datetime) or not isinstance(end, dt.datetime):
        yield start, max(start, end - dt.timedelta(days=1)), None, None  # DTEND is exclusive (section 3.6.1)
        return
    begin, until = _local(start, zone_), _local(end, zone_)
    begin -= dt.timedelta(minutes=begin.minute % MINUTES, seconds=begin.second)
    if until.minute % MINUTES or until.second:
        until += dt.timedelta(minutes=MINUTES - until.minute % MINUTES, seconds=-until.second)
    date = begin.date()
    while date <= until.date():
        first = begin.time() if date == begin.date() else None
        last = until.time() if date == until.date() else None
        if last != dt.time():  # nothing of this day: it ends at its midnight
            yield date, date, first, last
        date += dt.timedelta(days=1)


def _local(moment: dt.datetime, zone_: ZoneInfo) -> dt.datetime:
    """On the wall clock of the zone. A floating time is taken as it stands (section 3.3.5, form 1)."""
    return (moment if moment.tzinfo is None else moment.astimezone(zone_)).replace(tzinfo=None)


def agenda_feed(name: str, appointments: Iterable[tuple[Appointment, str]], now: dt.datetime) -> str:
    """An agenda as a calendar to subscribe to. (appointment, what it is called): it names no resident."""
    calendar = Calendar()
    calendar.add("prodid", "-//Loket//booking//NL")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for appointment, called in appointments:
        event = Event()
        event.add("uid", f"{appointment.id}@loket")
        event.add("sequence", appointment.sequence)
        event.add("dtstamp", now)
        event.add("dtstart", appointment.start)
        event.add("dtend", appointment.end)
        event.add("summary", called)
        event.add("status", "CANCELLED" if appointment.state == "cancelled" else "CONFIRMED")
        calendar.add_component(event)
    return calendar.to_ical().decode()
