"""The calendar entry that goes with a message, as iMIP sends it (RFC 6047)."""

from __future__ import annotations

import datetime as dt

from loket_contracts.calendar_entry import Attendee, CalendarEntry, write_calendar

from ..domain.card import ContactCard


def calendar_entry(card: ContactCard, appointment: str, link: str, now: dt.datetime) -> tuple[str, bytes]:
    """The method ("REQUEST" or "CANCEL") and the calendar object."""
    cancelled = card.state == "cancelled"
    method = "CANCEL" if cancelled else "REQUEST"
    entry = CalendarEntry(
        appointment=appointment, sequence=card.sequence, start=card.start, end=card.end, cancelled=cancelled,
        summary=f"{card.what} ({card.municipality})", organizer=card.municipality,
        organizer_email=card.municipality_email, place=card.location, address=card.address, directions=card.directions,
        bring=card.bring, meeting_url=card.meeting_url, url=link, reminds=True,
    )  # fmt: skip
    attendee = Attendee(card.name, card.email) if card.email else None
    return method, write_calendar(method, [entry], now, attendee=attendee)
