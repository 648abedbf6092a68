"""The whole path with real parts: HTTP in, a mail over SMTP and a figure from MongoDB out."""

import datetime as dt
import time
from email import message_from_string, policy

import icalendar
import pytest
import requests

from tests.client import a_visitor, eventually, link_in
from tests.counted import wait_until_counted


@pytest.fixture
def visitor():
    return a_visitor()


@pytest.fixture
def counted(stack):
    """What earlier tests did is in the figures already, and moves them no more."""
    wait_until_counted(stack.servers.mongo_uri, "rumst", ["appointments"])


def test_a_booking_is_mailed_and_counted(portal, visitor, counted):
    kinds = portal.get("appointment-types").json()["appointment_types"]
    assert "bouwadvies" in [kind["id"] for kind in kinds]
    slot = portal.slots()[-1]
    held = portal.post(
        "holds", {"appointment_types": ["bouwadvies"], "location": "gemeentehuis", "start": slot["start"]}
    )
    assert held.status_code == 201
    before = portal.figures()["booked"]
    messages = portal.figures()["messages"]

    answers = {"perceel": "Kerkstraat 1", "werken": "verbouwen"}
    booked = portal.post("appointments", {"hold": held.json()["id"], "contact": visitor, "answers": answers})
    assert booked.status_code == 201, booked.text
    mail = eventually(lambda: portal.mails_to(visitor["email"]))[0]
    eventually(lambda: portal.figures()["booked"] == before + 1)
    eventually(lambda: portal.figures()["messages"] > messages)

    appointment = booked.json()
    assert appointment["start"] == slot["start"]
    assert appointment["reference"] in mail["text"]
    assert link_in(mail) == appointment["manage_url"]


def test_the_mail_contains_a_calendar_entry_with_the_right_time(portal, visitor):
    appointment = portal.booked(contact=visitor)
    mail = eventually(lambda: portal.mails_to(visitor["email"]))[0]
    source = requests.get(f"{portal.mail_url}/{mail['number']}.eml", timeout=5).text
    message = message_from_string(source, policy=policy.default)
    parts = {part.get_content_type(): part for part in message.walk()}
    assert {"text/plain", "text/html", "text/calendar", "application/ics"} <= set(parts)
    entry = icalendar.Calendar.from_ical(parts["application/ics"].get_payload(decode=True))
    assert entry["METHOD"] == "REQUEST"
    (event,) = entry.walk("VEVENT")
    assert event["DTSTART"].dt == dt.datetime.fromisoformat(appointment["start"])
    assert event["DTEND"].dt == dt.datetime.fromisoformat(appointment["end"])
    assert str(event["UID"]).startswith(appointment["id"])


@pytest.mark.parametrize(
    ("language", "subject"),
    [("nl", "Uw afspraak"), ("fr", "Votre rendez-vous"), ("de", "Ihr Termin"), ("en", "Your app")],
)
def test_the_mail_is_in_the_language_of_the_resident(portal, language, subject):
    visitor = a_visitor(language=language)
    portal.booked(contact=visitor)
    assert eventually(lambda: portal.mails_to(visitor["email"]))[0]["subject"].startswith(subject)


def test_cancelling_by_the_link_in_the_mail_frees_the_slot_and_is_mailed_and_counted(portal, visitor, counted):
    appointment = portal.booked(contact=visitor)
    cancelled = portal.figures()["cancelled"]
    link = link_in(eventually(lambda: portal.mails_to(visitor["email"]))[0])

    assert "De afspraak annuleren" in requests.get(link, timeout=5).text
    assert (
        portal.get(f"appointments/{appointment['id']}", token=appointment["link_token"]).json()["state"] == "booked"
    ), "a mail scanner that follows the link changes nothing"
    page = requests.post(f"{link}/annuleren", timeout=5)
    assert "Uw afspraak is geannuleerd" in page.text

    mails = eventually(lambda: (found := portal.mails_to(visitor["email"])) and len(found) == 2 and found)
    assert "gaat niet door" in mails[1]["subject"]
    eventually(lambda: portal.figures()["cancelled"] == cancelled + 1)
    assert appointment["start"] in [slot["start"] for slot in portal.slots()]


def test_cancelling_over_the_api_has_the_same_effects(portal, visitor):
    appointment = portal.booked(contact=visitor)
    eventually(lambda: portal.mails_to(visitor["email"]))
    path = f"appointments/{appointment['id']}/cancel"
    answer = portal.post(path, {"reason": "ill"}, token=appointment["link_token"])
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert portal.post(path, token=appointment["link_token"]).json()["state"] == "cancelled", "twice is no error"
    eventually(lambda: len(portal.mails_to(visitor["email"])) == 2)


def test_after_an_immediate_cancellation_the_last_mail_is_about_the_cancellation(portal, visitor):
    appointment = portal.booked(contact=visitor)
    portal.post(f"appointments/{appointment['id']}/cancel", token=appointment["link_token"])

    def subjects():
        return [mail["subject"] for mail in portal.mails_to(visitor["email"])]

    eventually(lambda: any("gaat niet door" in subject for subject in subjects()))
    time.sleep(1)
    assert "gaat niet door" in subjects()[-1]
    assert len(subjects()) <= 2


def test_moving_an_appointment_is_mailed_and_updates_the_same_calendar_entry(portal, visitor):
    appointment = portal.booked(contact=visitor)
    eventually(lambda: portal.mails_to(visitor["email"]))
    start = next(slot["start"] for slot in portal.slots() if slot["start"][:10] != appointment["start"][:10])
    path = f"appointments/{appointment['id']}"
    moved = portal.post(f"{path}/reschedule", {"start": start}, token=appointment["link_token"]).json()
    assert (moved["id"], moved["start"], moved["sequence"]) == (appointment["id"], start, 2)
    assert portal.get(path, token=appointment["link_token"]).json()["start"] == start
    assert appointment["start"] in [slot["start"] for slot in portal.slots()]

    mails = eventually(lambda: (found := portal.mails_to(visitor["email"])) and len(found) == 2 and found)
    assert "gewijzigd" in mails[1]["subject"]
    entries = []
    for mail in mails:
        source = requests.get(f"{portal.mail_url}/{mail['number']}/afspraak.ics", timeout=5).text
        entries.append(icalendar.Calendar.from_ical(source).walk("VEVENT")[0])
    assert entries[0]["UID"] == entries[1]["UID"]
    assert entries[0]["SEQUENCE"] < entries[1]["SEQUENCE"]
    assert entries[1]["DTSTART"].dt == dt.datetime.fromisoformat(start)


def test_a_resident_can_check_in_and_then_no_longer_cancel(portal, counted):
    appointment = portal.booked()
    path, token = f"appointments/{appointment['id']}", appointment["link_token"]
    before = portal.figures()["checked_in"]
    early = portal.post(f"{path}/check-in", token=token)
    assert (early.status_code, early.json()["code"]) == (409, "too-early")
    assert "kan pas vanaf" in early.json()["detail"]
    portal.begin(appointment["id"])
    assert portal.post(f"{path}/check-in", token=token).json()["state"] == "checked_in"
    refused = portal.post(f"{path}/cancel", token=token)
    assert (refused.status_code, refused.json()["code"]) == (409, "not-allowed-in-state")
    eventually(lambda: portal.figures()["checked_in"] == before + 1)


def test_after_the_start_an_appointment_is_neither_cancelled_nor_moved_by_its_link(portal):
    appointment = portal.booked()
    path, token = f"appointments/{appointment['id']}", appointment["link_token"]
    assert set(appointment["allowed"]) == {"cancel", "reschedule"}
    portal.begin(appointment["id"])
    for step, body in (("cancel", None), ("reschedule", {"start": portal.slots()[-1]["start"]})):
        refused = portal.post(f"{path}/{step}", body, token=token, headers={"Accept-Language": "en"})
        assert (refused.status_code, refused.json()["code"]) == (409, "appointment-begun")
        assert "Contact the municipality: +32" in refused.json()["detail"]
    join = portal.post("waiting-list", {"appointment": appointment["id"]}, token=token)
    assert (join.status_code, join.json()["code"]) == (409, "appointment-begun")
    assert portal.get(path, token=token).json()["allowed"] == ["check_in"]


def test_a_repeated_idempotency_key_books_once_and_mails_once(portal, visitor):
    start = portal.slots()[-1]["start"]
    answers = [portal.book(start, key=f"k-{visitor['email']}", contact=visitor) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    eventually(lambda: portal.mails_to(visitor["email"]))
    time.sleep(1)
    assert len(portal.mails_to(visitor["email"])) == 1


def test_a_held_slot_is_not_offered_to_others(portal):
    slot = portal.slots("leegstand")[0]
    body = {"appointment_types": ["leegstand"], "location": "gemeentehuis", "start": slot["start"]}
    for _ in range(slot["capacity"]):
        assert portal.post("holds", body).status_code == 201
    assert slot["start"] not in [each["start"] for each in portal.slots("leegstand")]
    refused = portal.post("holds", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")


def test_an_appointment_with_a_specialist_and_a_room_claims_both(portal):
    slots = {slot["start"]: slot["capacity"] for slot in portal.slots("verkaveling")}
    start = next(iter(slots))
    body = {"appointment_types": ["verkaveling"], "location": "gemeentehuis", "answers": {"perceel": "x"}}
    appointment = portal.booked(start=start, **body)
    assert len(appointment["with"]) == 1
    after = {slot["start"]: slot["capacity"] for slot in portal.slots("verkaveling")}
    assert after.get(start, 0) == slots[start] - 1
