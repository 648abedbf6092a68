"""An appointment as an iCalendar object (RFC 5545), for mails, pages, the API and the feeds of specialists.

One appointment has one UID for all its life, and SEQUENCE rises with every change, so a calendar program moves or
removes the entry that it has. Moments are written in UTC (RFC 5545, section 3.3.5, form 2): readers disagree on what a
VTIMEZONE says.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Alarm, Calendar, Event, vCalAddress, vText

#: of a municipality that gave no address; ORGANIZER is required (RFC 5546, section 3.2.1)
NO_ADDRESS = "noreply@loket.example"
REMIND_BEFORE = dt.timedelta(hours=24)


@dataclass(frozen=True)
class CalendarEntry:
    """What the calendar of one reader shows of an appointment.

    `appointment`: the id of the appointment for its resident; in a feed, an identifier that reveals nothing of that id.
    `start`, `end`: with a time zone. `organizer`: the name of the municipality. `url`: the page of the appointment,
    for its resident alone. `meeting_url`: of a video call. `reminds`: whether the calendar program reminds its reader a
    day before.
    """

    appointment: str
    sequence: int
    start: dt.datetime
    end: dt.datetime
    summary: str
    cancelled: bool
    organizer: str
    organizer_email: str | None
    place: str = ""
    address: str = ""
    directions: str = ""
    bring: tuple[str, ...] = ()
    meeting_url: str = ""
    url: str = ""
    reminds: bool = False


@dataclass(frozen=True)
class Attendee:
    """Who is invited, in a calendar that asks or cancels (RFC 5546, sections 3.2.2 and 3.2.5)."""

    name: str
    email: str


def write_calendar(
    method: str, entries: Iterable[CalendarEntry], now: dt.datetime, name: str = "", attendee: Attendee | None = None
) -> bytes:
    """The iCalendar object.

    `method`: "PUBLISH", "REQUEST" or "CANCEL". `name`: of a calendar to subscribe to. Leave it out of a single
    appointment: Outlook opens a new calendar for each name (MS-OXCICAL on X-WR-CALNAME).
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Loket//Loket//NL")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
    for entry in entries:
        calendar.add_component(_event(entry, now, attendee))
    return bytes(calendar.to_ical())


def _event(entry: CalendarEntry, now: dt.datetime, attendee: Attendee | None) -> Event:
    event = Event()
    event.add("uid", f"{entry.appointment}@loket")
    event.add("sequence", entry.sequence)
    event.add("dtstamp", now.astimezone(dt.UTC))
    event.add("dtstart", entry.start.astimezone(dt.UTC))
    event.add("dtend", entry.end.astimezone(dt.UTC))
    event.add("summary", entry.summary)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event["organizer"] = _address(entry.organizer, entry.organizer_email or NO_ADDRESS)
    meeting_url = "" if entry.cancelled else entry.meeting_url
    if location := ", ".join(part for part in (entry.place, entry.address, meeting_url) if part):
        event.add("location", location)
    if attendee is not None:
        invited = _address(attendee.name, attendee.email)
        invited.params["PARTSTAT"] = vText("ACCEPTED")
        invited.params["RSVP"] = vText("FALSE")
        event.add("attendee", invited, encode=False)
    if not entry.cancelled:
        _add_preparation(event, entry)
    return event


def _add_preparation(event: Event, entry: CalendarEntry) -> None:
    """Add what helps the reader to come, and to come prepared."""
    if entry.url:
        event.add("url", entry.url)
    if entry.meeting_url:  # RFC 7986, section 5.11
        event.add("conference", entry.meeting_url, parameters={"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"]})
    if description := "\n".join([entry.directions, *(f"- {thing}" for thing in entry.bring)]).strip():
        event.add("description", description)
    if entry.reminds:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.summary)
        alarm.add("trigger", -REMIND_BEFORE)
        event.add_component(alarm)


def _address(name: str, email: str) -> vCalAddress:
    address = vCalAddress(f"mailto:{email}")
    address.params["CN"] = vText(_parameter(name))
    return address


def _parameter(text: str) -> str:
    """A name as the value of a parameter, where quotes and backslashes have no agreed form (RFC 5545, section 3.2)."""
    return text.translate({ord('"'): "'", ord("\\"): "/"})
