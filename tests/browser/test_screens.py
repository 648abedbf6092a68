"""The screens in the hall: the kiosk where visitors check in, and the display that calls them."""

import datetime as dt
import re
import time
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import noon_zone
from tests.browser.layout import fits, picture
from tests.client import a_visitor


@pytest.fixture
def coupled(page: Page, hall, stack):
    """A screen that was coupled with a kiosk's key."""
    page.goto(f"{hall.url}/halstad/onthaal")
    expect(page.get_by_role("heading", name="Dit scherm koppelen")).to_be_visible()
    assert fits(page)
    page.get_by_label("Sleutel").fill("loket_000000000000_" + "x" * 43)
    page.get_by_role("button", name="Koppelen").click()
    expect(page.get_by_role("alert")).to_contain_text("past hier niet")
    page.get_by_label("Sleutel").fill(stack.machine_key("halstad", "kiosk"))
    page.get_by_role("button", name="Koppelen").click()
    expect(page.get_by_role("heading", name="Welkom. Hebt u een afspraak?")).to_be_visible()
    page.complaints.clear()  # of the refused key
    return page


def today(hall, kind="boom", **contact):
    day = dt.datetime.now(ZoneInfo(noon_zone())).date().isoformat()
    asked = {"appointment_type": kind, "location": "hal", "from": day, "to": day}
    start = hall.get("desk/slots", params=asked).json()["slots"][0]["start"]
    body = {"appointment_types": [kind], "location": "hal", "start": start, "contact": a_visitor(**contact)}
    made = hall.post("desk/appointments", body)
    assert made.status_code == 201, made.text
    return made.json()


def arrive(page, text):
    page.get_by_label(re.compile("^Toon uw code")).fill(text)
    page.get_by_role("button", name="Ik ben er").click()


def test_a_visitor_checks_in_by_reference_and_the_screen_forgets_it(coupled: Page, hall):
    booked = today(hall)
    picture(coupled, "kiosk")
    assert fits(coupled)
    arrive(coupled, booked["reference"].lower().replace("-", ""))
    expect(coupled.get_by_role("heading", name="U bent aangemeld")).to_be_visible()
    expect(coupled.locator(".huge")).to_have_text(booked["reference"])
    picture(coupled, "kiosk-here")
    assert fits(coupled)
    assert hall.get(f"appointments/{booked['id']}").json()["state"] == "checked_in"
    coupled.get_by_role("link", name="Klaar").click()
    expect(coupled.get_by_label(re.compile("^Toon uw code"))).to_have_value("")
    arrive(coupled, booked["reference"])  # twice is once
    expect(coupled.get_by_role("heading", name="U bent aangemeld")).to_be_visible()
    assert coupled.complaints == []


def test_a_visitor_checks_in_by_name_and_chooses_one_of_two_appointments(coupled: Page, hall):
    mark = time.time_ns()
    name = f"Zoë Van{mark} Peeters"
    first, second = today(hall, name=name), today(hall, name=name)
    arrive(coupled, f"peeters zoe van{mark}")
    expect(coupled.get_by_role("heading", name="Welke is de uwe?")).to_be_visible()
    expect(coupled.get_by_text("Peeters")).to_have_count(0)
    picture(coupled, "kiosk-which")
    coupled.locator("ul.others button").first.click()
    expect(coupled.get_by_role("heading", name="U bent aangemeld")).to_be_visible()
    states = {hall.get(f"appointments/{each['id']}").json()["state"] for each in (first, second)}
    assert states == {"checked_in", "booked"}
    for each in (first, second):
        hall.post(f"appointments/{each['id']}/cancel")


def test_a_visitor_who_is_not_expected_reads_what_to_do(coupled: Page):
    arrive(coupled, "Niemand Nergens")
    expect(coupled.get_by_role("alert")).to_contain_text("We vinden geen afspraak van vandaag")


def test_a_walk_in_takes_a_number(coupled: Page, hall):
    coupled.get_by_role("link", name="Een nummer nemen").click()
    assert fits(coupled)
    coupled.get_by_role("button", name="Een boom kappen").click()
    number = coupled.locator(".huge").inner_text()
    picture(coupled, "kiosk-number")
    assert number in {each["shown"] for each in hall.get("queue", params={"location": "hal"}).json()["waiting"]}
    # a page of the kiosk goes back to the first automatically, with or without a script
    assert coupled.request.get(f"{hall.url}/halstad/onthaal/nummer?location=hal").headers["refresh"].startswith("60;")


def test_removing_its_key_unpairs_a_screen(page: Page, hall):
    made = hall.post("api-keys", {"name": f"kiosk-{time.time_ns()}", "roles": ["kiosk"]}).json()
    page.goto(f"{hall.url}/halstad/koppelen?next=scherm")
    page.get_by_label("Sleutel").fill(made["key"])
    page.get_by_role("button", name="Koppelen").click()
    expect(page.get_by_role("heading", name="U bent aan de beurt")).to_be_visible()
    hall.send("DELETE", f"api-keys/{made['name']}")
    page.goto(f"{hall.url}/halstad/scherm?location=hal")
    expect(page.get_by_role("heading", name="Dit scherm koppelen")).to_be_visible()


def test_the_display_shows_numbers_and_counters_and_no_names(coupled: Page, hall):
    booked = today(hall, name="Geheime Naam")
    hall.post(f"appointments/{booked['id']}/check-in")
    hall.post(f"appointments/{booked['id']}/start", {"desk": "Loket 4"})
    coupled.goto(f"{hall.url}/halstad/scherm?location=hal")
    expect(coupled.locator("ul.called")).to_contain_text(booked["reference"])
    expect(coupled.locator("ul.called")).to_contain_text("Loket 4")
    assert "Geheime" not in coupled.content()
    picture(coupled, "display", whole=False)
    assert fits(coupled)
    hall.post(f"appointments/{booked['id']}/complete", {"outcome": "answered"})


def test_the_display_refreshes_automatically_and_survives_a_lost_connection(scripted_page: Page, hall, stack):
    scripted_page.goto(f"{hall.url}/halstad/koppelen?next=scherm")
    scripted_page.get_by_label("Sleutel").fill(stack.machine_key("halstad", "kiosk"))
    scripted_page.get_by_role("button", name="Koppelen").click()
    expect(scripted_page.get_by_role("heading", name="U bent aan de beurt")).to_be_visible()
    scripted_page.route("**/scherm*", lambda route: route.abort())
    expect(scripted_page.locator("body.away")).to_be_attached(timeout=10000)
    booked = today(hall)
    hall.post(f"appointments/{booked['id']}/start", {"desk": "Loket 5"})
    scripted_page.unroute("**/scherm*")
    expect(scripted_page.locator("ul.called li.new")).to_contain_text(booked["reference"], timeout=10000)
    expect(scripted_page.locator("body.away")).to_have_count(0)
    hall.post(f"appointments/{booked['id']}/complete", {"outcome": "answered"})


def test_a_screen_returns_to_its_start_after_a_refusal(coupled: Page, hall):
    refused = coupled.request.post(f"{hall.url}/halstad/onthaal/nummer?location=hal", form={"type": "nothing"})
    assert (refused.status, refused.headers["refresh"]) == (422, "10; url=/halstad/onthaal?location=hal")
    refused = coupled.goto(f"{hall.url}/halstad/scherm?location=nowhere")
    assert (refused.status, refused.headers["refresh"]) == (422, "10; url=/halstad/scherm")
    expect(coupled.get_by_role("link", name="Naar het begin")).to_be_visible()
