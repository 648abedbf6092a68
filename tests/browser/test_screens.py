"""The screens in the hall: the kiosk where visitors check in, and the display that calls them."""

import datetime as dt
import re
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
import requests
import yaml
from playwright.sync_api import Page, expect

from tests.browser.desk import configuration, noon_zone
from tests.browser.layout import fits, picture
from tests.client import Portal, a_visitor


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


def later(hall):
    """An appointment of another day."""
    day = (dt.datetime.now(ZoneInfo(noon_zone())).date() + dt.timedelta(days=3)).isoformat()
    asked = {"appointment_type": "boom", "location": "hal", "from": day, "to": day}
    body = {"appointment_types": ["boom"], "location": "hal", "contact": a_visitor()}
    start = hall.get("desk/slots", params=asked).json()["slots"][0]["start"]
    return hall.post("desk/appointments", {**body, "start": start}).json()


def arrive(page, text):
    page.get_by_label(re.compile("^Scan uw code")).fill(text)
    page.get_by_role("button", name="Ik ben er").click()


def number_of(hall, booked):
    """The number by which a person with an appointment is called."""
    queue = hall.get("queue", params={"location": "hal"}).json()
    (shown,) = [each["shown"] for each in (*queue["waiting"], *queue["called"]) if each["id"] == booked["id"]]
    assert re.fullmatch(r"A\d+", shown)
    return shown


def test_a_visitor_checks_in_by_reference_and_the_screen_forgets_it(coupled: Page, hall):
    booked = today(hall)
    picture(coupled, "kiosk")
    assert fits(coupled)
    arrive(coupled, booked["reference"].lower().replace("-", ""))
    expect(coupled.get_by_role("heading", name="U bent aangemeld")).to_be_visible()
    expect(coupled.locator(".huge")).to_have_text(number_of(hall, booked))
    picture(coupled, "kiosk-here")
    assert fits(coupled)
    assert hall.get(f"appointments/{booked['id']}").json()["state"] == "checked_in"
    coupled.get_by_role("link", name="Klaar").click()
    expect(coupled.get_by_label(re.compile("^Scan uw code"))).to_have_value("")
    arrive(coupled, booked["reference"])  # twice is once
    expect(coupled.get_by_role("heading", name="U bent aangemeld")).to_be_visible()
    assert coupled.complaints == []


def test_a_visitor_checks_in_by_name_and_chooses_one_of_two_appointments(coupled: Page, hall):
    mark = time.time_ns()
    name = f"Zoë Van{mark} Peeters"
    first, second = today(hall, name=name), today(hall, name=name)
    arrive(coupled, f"peeters zoe van{mark}")
    expect(coupled.get_by_role("heading", name="Welke afspraak is van u?")).to_be_visible()
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


def said_to(page, text):
    arrive(page, text)
    return page.get_by_role("alert").inner_text()


def test_each_reason_why_a_visitor_is_not_expected_has_its_own_sentence(coupled: Page, hall):
    early, called, cancelled = later(hall), today(hall), today(hall)
    hall.post(f"appointments/{called['id']}/start", {"desk": "Loket 4"})
    hall.post(f"appointments/{cancelled['id']}/cancel")
    assert said_to(coupled, early["reference"]).startswith("Uw afspraak is op ")
    assert hall.get(f"appointments/{early['id']}").json()["state"] == "booked"
    assert said_to(coupled, called["reference"]).startswith("U bent al opgeroepen")
    picture(coupled, "kiosk-called")
    assert fits(coupled)
    assert "geannuleerd" in said_to(coupled, cancelled["reference"])
    hall.post(f"appointments/{called['id']}/complete", {"outcome": "answered"})


def test_a_walk_in_takes_a_number(coupled: Page, hall):
    coupled.get_by_role("link", name="Een nummer nemen").click()
    assert fits(coupled)
    coupled.get_by_role("button", name="Een boom kappen").click()
    number = coupled.locator(".huge").inner_text()
    picture(coupled, "kiosk-number")
    assert number in {each["shown"] for each in hall.get("queue", params={"location": "hal"}).json()["waiting"]}
    # a page of the kiosk goes back to the first automatically, with or without a script
    assert coupled.request.get(f"{hall.url}/halstad/onthaal/nummer?location=hal").headers["refresh"].startswith("60;")


def numbers_of(hall):
    return {each["shown"] for each in hall.get("queue", params={"location": "hal"}).json()["waiting"]}


def test_a_form_for_a_number_that_is_sent_twice_gives_one_number_and_a_reload_none(coupled: Page, hall):
    coupled.get_by_role("link", name="Een nummer nemen").click()
    form = {"type": "boom", "once": coupled.locator("input[name=once]").input_value()}
    before, address = numbers_of(hall), f"{hall.url}/halstad/onthaal/nummer?location=hal&lang=nl"
    pages = [coupled.request.post(address, form=form) for _ in range(2)]
    assert pages[0].url == pages[1].url
    headers = {"Cookie": "; ".join(f"{each['name']}={each['value']}" for each in coupled.context.cookies())}
    headers["Origin"] = hall.url

    once = f"together {time.time_ns()}"

    def press(_):
        return requests.post(address, data=form | {"once": once}, headers=headers, timeout=15, allow_redirects=False)

    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(press, range(4)))
    assert {each.status_code for each in together} == {303}
    (place,) = {each.headers["Location"] for each in together}
    coupled.goto(pages[0].url)
    coupled.reload()
    assert numbers_of(hall) - before == {
        coupled.locator(".huge").inner_text(),
        parse_qs(place.partition("?")[2])["number"][0],
    }
    coupled.goto(address)
    assert coupled.locator("input[name=once]").input_value() != form["once"]


def test_the_next_visitor_begins_in_the_usual_language(coupled: Page, hall):
    coupled.goto(f"{hall.url}/halstad/onthaal?location=hal&lang=fr")
    coupled.get_by_role("link", name="Prendre un numéro").click()
    coupled.get_by_role("button", name="Een boom kappen").click()
    expect(coupled.locator("html")).to_have_attribute("lang", "fr")
    refresh = coupled.request.get(coupled.url).headers["refresh"]
    assert refresh == "20; url=/halstad/onthaal?location=hal"
    coupled.locator("a.utrecht-button").click()
    expect(coupled.locator("html")).to_have_attribute("lang", "nl")


def test_a_closed_hall_gives_no_number_and_says_when_it_opens(page: Page, stack, tmp_path):
    day = dt.datetime.now(ZoneInfo(noon_zone())).date()
    closed = [{"first": day.isoformat(), "last": (day + dt.timedelta(days=1)).isoformat(), "reason": "Kermis"}]
    file = tmp_path / "dichtstad.yaml"
    file.write_text(yaml.safe_dump(yaml.safe_load(configuration("dichtstad")) | {"closures": closed}))
    stack.configure(file)
    page.goto(f"{stack.url}/dichtstad/koppelen?next=onthaal")
    page.get_by_label("Sleutel").fill(stack.machine_key("dichtstad", "kiosk"))
    page.get_by_role("button", name="Koppelen").click()
    page.get_by_role("link", name="Een nummer nemen").click()
    expect(page.get_by_role("heading", name="We zijn gesloten")).to_be_visible()
    expect(page.locator("main")).to_contain_text("06:00 uur")
    picture(page, "kiosk-closed")
    assert fits(page)
    refused = page.request.post(f"{stack.url}/dichtstad/onthaal/nummer?location=hal&lang=fr", form={"type": "boom"})
    assert refused.status == 409
    assert "Nous ouvrons à nouveau" in refused.text()
    portal = Portal.on(stack, "dichtstad", stack.machine_key("dichtstad"))
    assert portal.get("queue", params={"location": "hal"}).json()["waiting"] == []


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
    expect(coupled.locator("ul.called")).to_contain_text(number_of(hall, booked))
    expect(coupled.locator("ul.called")).to_contain_text("Loket 4")
    assert "Geheime" not in coupled.content()
    picture(coupled, "display", whole=False)
    assert fits(coupled)
    hall.post(f"appointments/{booked['id']}/complete", {"outcome": "answered"})


def test_the_last_call_is_on_top_of_the_display_whatever_its_kind(coupled: Page, hall):
    booked = today(hall)
    hall.post(f"appointments/{booked['id']}/check-in")
    taken = [hall.post("tickets", {"appointment_types": ["boom"], "location": "hal"}).json() for _ in range(9)]
    for each in reversed(taken):
        hall.post(f"tickets/{each['id'].partition('/')[2]}/call")
    coupled.goto(f"{hall.url}/halstad/scherm?location=hal")
    called = [each.split()[0] for each in coupled.locator("ul.called li").all_inner_texts()]
    assert called == [each["shown"] for each in taken[:8]]
    hall.post(f"appointments/{booked['id']}/start", {"desk": "Loket 4"})
    coupled.reload()
    assert coupled.locator("ul.called li").first.inner_text().startswith(number_of(hall, booked))
    picture(coupled, "display-calls", whole=False)
    for each in taken:
        hall.post(f"tickets/{each['id'].partition('/')[2]}/complete", {"outcome": "answered"})
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
    assert (refused.status, refused.headers["refresh"]) == (409, "60; url=/halstad/onthaal?location=hal")
    refused = coupled.request.post(f"{hall.url}/halstad/onthaal/nummer?location=nowhere&lang=fr", form={})
    assert (refused.status, refused.headers["refresh"]) == (422, "10; url=/halstad/onthaal")
    refused = coupled.goto(f"{hall.url}/halstad/scherm?location=nowhere")
    assert (refused.status, refused.headers["refresh"]) == (422, "10; url=/halstad/scherm")
    expect(coupled.get_by_role("link", name="Naar het begin")).to_be_visible()
