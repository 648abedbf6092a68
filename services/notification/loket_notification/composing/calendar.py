"""The calendar entry that goes with a message, as iMIP sends it (RFC 6047)."""

from __future__ import annotations

import datetime as dt
import hashlib

from loket_contracts.calendar_entry import Attendee, CalendarEntry, write_calendar

from ..domain.card import Companion, ContactCard


def calendar_entry(card: ContactCard, appointment: str, link: str, now: dt.datetime) -> tuple[str, bytes]:
    """The method ("REQUEST" or "CANCEL") and the calendar object."""
    attendee = Attendee(card.name, card.email) if card.email else None
    return _write(card, appointment, attendee, now, cancelled=card.state == "cancelled", link=link)


def companion_entry(card: ContactCard, appointment: str, companion: Companion, now: dt.datetime) -> tuple[str, bytes]:
    """The same for someone who comes along: without the link to the page, and with another UID.

    The UID reveals nothing of the appointment's id, and stays when the same person is invited again.
    """
    uid = hashlib.sha256(f"{appointment}:{companion.email}".encode()).hexdigest()[:32]
    attendee = Attendee(companion.name, companion.email)
    is_over = card.state == "cancelled" or companion.withdrawn is not None
    return _write(card, uid, attendee, now, cancelled=is_over, link="")


def _write(
    card: ContactCard, uid: str, attendee: Attendee | None, now: dt.datetime, *, cancelled: bool, link: str
) -> tuple[str, bytes]:
    method = "CANCEL" if cancelled else "REQUEST"
    entry = CalendarEntry(
        appointment=uid, sequence=card.sequence, start=card.start, end=card.end, cancelled=cancelled,
        summary=f"{card.what} ({card.municipality})", organizer=card.municipality,
        organizer_email=card.municipality_email, place=card.location, address=card.address, directions=card.directions,
        bring=card.bring, meeting_url=card.meeting_url, url=link, reminds=True,
    )  # fmt: skip
    return method, write_calendar(method, [entry], now, attendee=attendee)
