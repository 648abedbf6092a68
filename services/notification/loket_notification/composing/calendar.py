"""The calendar entry that goes with a message: iCalendar (RFC 5545) as iMIP sends it (RFC 6047, RFC 5546).

One appointment is one UID for all its life, and SEQUENCE rises with every change, so a calendar program moves or
removes the entry that it has.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone, vCalAddress, vText

from ..domain.card import ContactCard

END = b"END:VCALENDAR\r\n"


@cache
def _timezone(name: str) -> bytes:
    """The VTIMEZONE of a zone as it is written: the same for every entry, and slow to work out."""
    return bytes(Timezone.from_tzid(name).to_ical())


def calendar_entry(card: ContactCard, appointment: str, link: str, now: dt.datetime) -> tuple[str, bytes]:
    """The method ("REQUEST" or "CANCEL") and the calendar object."""
    cancelled = card.state == "cancelled"
    method = "CANCEL" if cancelled else "REQUEST"
    zone = ZoneInfo(card.time_zone)
    event = Event()
    event.add("uid", f"{appointment}@loket")
    event.add("sequence", card.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", card.start.astimezone(zone))
    event.add("dtend", card.end.astimezone(zone))
    event.add("summary", f"{card.what} ({card.municipality})")
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("location", ", ".join(part for part in (card.location, card.address) if part))
    organizer = vCalAddress(f"mailto:{card.municipality_email or 'noreply@loket.example'}")
    organizer.params["CN"] = vText(_parameter(card.municipality))
    event["organizer"] = organizer
    attendee = vCalAddress(f"mailto:{card.email}")
    attendee.params["CN"] = vText(_parameter(card.name))
    attendee.params["PARTSTAT"] = vText("ACCEPTED")
    attendee.params["RSVP"] = vText("FALSE")
    event.add("attendee", attendee, encode=False)
    if not cancelled:
        event.add("url", link)
        event.add("description", "\n".join([card.directions, *(f"- {thing}" for thing in card.bring)]).strip())
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", card.what)
        alarm.add("trigger", dt.timedelta(hours=-24))
        event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Loket//notification//NL")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    return method, bytes(calendar.to_ical()).removesuffix(END) + _timezone(card.time_zone) + END


def _parameter(text: str) -> str:
    """A name as the value of a parameter, where quotes and backslashes have no agreed form (RFC 5545, 3.2)."""
    return text.translate({ord('"'): "'", ord("\\"): "/"})
