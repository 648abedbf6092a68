"""Someone who comes along gets a calendar entry that every calendar program understands, and its changes."""

import datetime as dt

import icalendar
import pytest
from contact_cards import a_contact_card

from loket_notification.commands import render
from loket_notification.domain.card import ContactCard
from loket_notification.domain.event import AppointmentEvent
from loket_notification.domain.kinds import KINDS
from loket_notification.domain.planning import Plan, PlannedMessage, plan

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
START = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)
JAN = {"name": "Jan Zuid", "email": "jan@example.org", "invited": 2, "withdrawn": None, "destination": "mark-jan"}
WITHDRAWN = JAN | {"withdrawn": 3}


def an_event(name, companion):
    return AppointmentEvent(
        f"appointment.{name}", "rumst", "a1", 2, START, START + dt.timedelta(minutes=45), "Europe/Brussels",
        companion=companion,
    )  # fmt: skip


def kinds_for_companions(event):
    return [each.kind for each in plan(event, Plan(), NOW) if KINDS[each.kind].to == "companion"]


def mail(kind, companions, sequence=2, **changes):
    card = ContactCard.read(a_contact_card(companions=companions, sequence=sequence, **changes))
    message = PlannedMessage("rumst", "a1", sequence, kind, "email", START, "Europe/Brussels", NOW, START)
    return render.make(message, card, "jan@example.org", Plan(), "https://afspraak.example", NOW)


def entry(outgoing):
    """The method, and the entry of the calendar. tests/interop reads it with a library of another language."""
    calendar = icalendar.Calendar.from_ical(outgoing.calendar)
    (event,) = calendar.walk("VEVENT")
    return calendar["METHOD"], event


@pytest.mark.parametrize(
    ("name", "companion", "kinds"),
    [
        ("booked", "", []),
        ("rescheduled", "", []),
        ("companion_changed", "invited", ["companion"]),
        ("booked", "invited", ["companion"]),
        ("rescheduled", "invited", ["companion_moved"]),
        ("cancelled", "invited", ["companion_cancelled"]),
        ("companion_changed", "withdrawn", ["companion_withdrawn"]),
    ],
)
def test_messages_are_planned_only_where_someone_comes_along(name, companion, kinds):
    assert kinds_for_companions(an_event(name, companion)) == kinds


def test_an_invitation_asks_the_person_to_put_the_visit_in_their_calendar():
    outgoing = mail("companion", [JAN])
    method, event = entry(outgoing)
    assert outgoing.calendar_method == method == "REQUEST"
    assert (event["ATTENDEE"], event["ATTENDEE"].params["CN"]) == ("mailto:jan@example.org", "Jan Zuid")
    assert event["DTSTART"].dt == START
    assert outgoing.to_name == "Jan Zuid"


def test_a_move_and_a_cancellation_change_the_same_entry():
    first, moved = mail("companion", [JAN]), mail("companion_moved", [JAN], 3)
    cancelled = mail("companion_cancelled", [JAN], 4, state="cancelled")
    entries = [entry(each) for each in (first, moved, cancelled)]
    assert len({event["UID"] for _, event in entries}) == 1
    assert [(method, event["SEQUENCE"]) for method, event in entries] == [("REQUEST", 2), ("REQUEST", 3), ("CANCEL", 4)]
    assert entries[-1][1]["STATUS"] == "CANCELLED"


def test_a_withdrawn_invitation_cancels_the_entry_of_that_person_alone():
    method, event = entry(mail("companion_withdrawn", [WITHDRAWN, JAN | {"email": "an@example.org", "invited": 4}], 3))
    assert (method, event["ATTENDEE"]) == ("CANCEL", "mailto:jan@example.org")


def test_a_message_to_a_companion_has_neither_the_link_nor_the_id_of_the_appointment():
    outgoing = mail("companion", [JAN])
    text = outgoing.text + outgoing.html + outgoing.calendar.decode()
    assert "TOKEN" not in text
    assert "a1@loket" not in text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Lieve Demo", "Lieve Demo vraagt of u meekomt"), ("D'Hondt-Ó Séaghdha", "D&#39;Hondt-Ó Séaghdha"),
        ("Win 1000 euro", "Iemand vraagt"), ("Zie spam.example/x", "Iemand vraagt"),
    ],
)  # fmt: skip
def test_a_name_that_could_be_an_advertisement_is_not_sent_to_a_stranger(name, shown):
    assert shown in mail("companion", [JAN], contact={"name": name}).html
