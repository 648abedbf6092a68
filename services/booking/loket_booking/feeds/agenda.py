"""An agenda as a calendar to subscribe to (iCalendar, RFC 5545)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from icalendar import Calendar, Event

from ..domain.appointment import Appointment


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
