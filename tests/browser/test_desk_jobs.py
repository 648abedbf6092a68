"""The jobs of staff by keyboard alone, with the keys that docs/desk-jobs.md says they take."""

import re

import pytest
from playwright.sync_api import Page, expect
from pymongo import MongoClient

from tests.browser.counted_keyboard import CountedKeyboard, documented_keys
from tests.browser.desk import new_user_page
from tests.browser.layout import fits, picture
from tests.browser.test_desk_page import at, visit

__all__ = ["visit"]


@pytest.fixture(autouse=True)
def nothing_open(hall):
    """A visit that another test left open would be the next one on the page."""
    ended = {"claims.$[open].appointment.state": "completed"}
    is_open = {"open.appointment.state": {"$in": ["checked_in", "in_service", "parked"]}}
    with MongoClient(hall.mongo_uri) as client:
        client.loket_booking.agendas.update_many(
            {"municipality": "halstad", "claims.0": {"$exists": True}}, {"$set": ended}, array_filters=[is_open]
        )


@pytest.fixture
def ann(browser, stack, hall):
    """A page of a user of the team, and its counted keyboard."""
    with new_user_page(browser, stack, "halstad", ["agent/bouw"]) as page:
        yield page, CountedKeyboard(page)


def choose_own_day(page: Page, hall) -> None:
    page.goto(at(hall, "/mijn-dag"))
    page.get_by_label("Ann Claes").check()
    page.get_by_label("Mijn loket").fill("Loket 2")
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_role("heading", name="De hele dag")).to_be_visible()


def test_login_opens_my_day_with_the_next_visit_on_top_and_its_command_two_keys_away(ann, hall, visit):
    page, keyboard = ann
    booked, later = visit(), visit()
    hall.begin(booked["id"], minutes=-10)
    choose_own_day(page, hall)
    page.goto(f"{hall.url}/halstad/balie")  # as after a login
    expect(page).to_have_url(at(hall, "/mijn-dag"))
    current = page.locator("section").filter(has=page.get_by_role("heading", name="Volgende bezoek"))
    expect(current).to_contain_text(booked["reference"])
    expect(current).to_contain_text(re.compile(r"over \d+ minuten"))
    everything = page.locator("section").filter(has=page.get_by_role("heading", name="De hele dag"))
    expect(everything).to_contain_text(later["reference"])
    picture(page, "desk-my-day")
    assert fits(page)
    keyboard.press("v", "Enter")
    expect(current).to_contain_text("is er")
    assert keyboard.keys == documented_keys("See the next visit after logging in, and check in its visitor")
    assert page.complaints == []
    assert hall.post(f"appointments/{booked['id']}/undo-check-in").ok  # else the visit is next in other tests


def test_my_day_marks_a_visit_whose_resident_cannot_be_reached(ann, hall, visit):
    page, _ = ann
    booked = visit(email=None, phone=None)
    choose_own_day(page, hall)
    expect(page.locator("article.visit").filter(has_text=booked["reference"]).last).to_contain_text("niet bereikbaar")


def test_a_visit_that_was_left_open_is_closed_from_my_day(ann, hall, visit):
    page, keyboard = ann
    booked = visit()
    assert hall.post(f"appointments/{booked['id']}/check-in").ok
    hall.begin(booked["id"], minutes=60)
    choose_own_day(page, hall)
    unclosed = page.locator("section").filter(has=page.get_by_role("heading", name="Nog af te sluiten"))
    expect(unclosed).to_contain_text(booked["reference"])
    keyboard.press("v", "Enter")
    current = page.locator("section").filter(has=page.get_by_role("heading", name="Nu bij u"))
    expect(current).to_contain_text(booked["reference"])
    keyboard.press("v", "Enter")
    expect(current).to_have_count(0)
    expect(unclosed).to_have_count(0)
    assert keyboard.keys == documented_keys("Close a visit that was left open")


def test_staff_book_by_telephone_with_a_confirmation_by_sms(ann, hall):
    page, keyboard = ann
    page.goto(at(hall, "/dag"))
    keyboard.press("b")
    page.wait_for_url("**/boeken*")
    keyboard.type("bouw")
    expect(page.locator("input[name=start]:checked")).to_be_focused()  # the free times come with the choice
    keyboard.press("Tab")
    keyboard.type("Jan Telefoon")
    keyboard.press("Tab")
    keyboard.type("0470 12 34 56")
    keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("De bevestiging gaat per sms.")
    assert keyboard.keys == documented_keys("Book at the telephone, with a confirmation by SMS")
    identifier = page.url.split("/afspraak/")[1].split("?")[0]
    assert hall.get(f"appointments/{identifier}/dossier").json()["contact"]["informed_by"] == "sms"
    assert hall.post(f"appointments/{identifier}/cancel", {"reason": "other"}).ok


def test_staff_move_and_cancel_with_a_look_before_it_counts(ann, hall, visit):
    page, keyboard = ann
    booked = visit()
    page.goto(at(hall, f"/afspraak/{booked['id']}"))
    keyboard.press("m")
    page.wait_for_url("**/verplaatsen*")
    keyboard.press("Tab", "Enter")
    expect(page.get_by_label("De inwoner verwittigen met een bericht")).to_be_checked()
    expect(page.get_by_label("Waarom?")).to_be_focused()
    keyboard.press("ArrowDown", "Tab", "Tab", "Enter")
    expect(page.get_by_role("status")).to_contain_text("Verplaatst. De inwoner krijgt daarover een bericht.")
    assert keyboard.keys == documented_keys("Move an appointment to the next free time")
    keyboard.keys = 0
    keyboard.press("c", "Enter", "Tab", "ArrowDown", "Tab", "Tab", "Enter")
    expect(page.get_by_role("status")).to_contain_text("Geannuleerd. De inwoner krijgt daarover een bericht.")
    assert keyboard.keys == documented_keys("Cancel an appointment")


def test_the_next_visit_is_booked_in_two_presses_from_the_outcome(ann, hall, visit):
    page, keyboard = ann
    booked = visit()
    assert hall.post(f"appointments/{booked['id']}/start").ok
    page.goto(at(hall, f"/afspraak/{booked['id']}"))
    keyboard.press("d")
    keyboard.type("Er is nog")
    keyboard.press("Tab", "Enter")
    expect(page.get_by_role("heading", name="Het volgende bezoek")).to_be_visible()
    picture(page, "desk-next-visit")
    assert fits(page)
    keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Geboekt.")
    assert keyboard.keys == documented_keys("Record that another visit is needed, and book it")
    identifier = page.url.split("/afspraak/")[1].split("?")[0]
    assert hall.get(f"appointments/{identifier}/dossier").json()["follows"] == booked["id"]
    assert hall.post(f"appointments/{identifier}/cancel", {"reason": "other"}).ok


def test_staff_invite_note_and_correct_on_the_page_of_a_visit(ann, hall, visit):
    page, keyboard = ann
    booked = visit()
    page.goto(at(hall, f"/afspraak/{booked['id']}"))
    keyboard.press("o")
    keyboard.type("Belt morgen terug.")
    keyboard.press("Enter")
    expect(page.get_by_text("Belt morgen terug.")).to_be_visible()
    assert keyboard.keys == documented_keys("Add an internal note")
    keyboard.keys = 0
    keyboard.press("f")
    page.wait_for_url("**/vervolg*")
    keyboard.press("i", "Enter")
    expect(page.get_by_role("link", name="/uitnodiging/")).to_be_visible()
    assert keyboard.keys == documented_keys("Invite the resident to choose a time")
    page.goto(at(hall, f"/afspraak/{booked['id']}/verbeteren"))
    page.get_by_label("E-mail").fill("verbeterd@example.org")
    page.get_by_label("Welk adres?").fill("Dorp 2")
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_role("link", name="verbeterd@example.org")).to_be_visible()
    expect(page.get_by_text("Dorp 2")).to_be_visible()


def test_a_called_visitor_who_does_not_come_is_called_again_and_then_closed_in_one_press_each(ann, hall):
    page, _ = ann
    number = hall.post("tickets", {"appointment_types": ["advies"], "location": "hal"}).json()["shown"]
    page.goto(at(hall, "/dag?resource=ann&counter=Loket 2"))
    page.get_by_role("button", name=f"Roepen {number}", exact=True).click()
    called = page.locator("aside ul.line li").filter(has=page.get_by_text(number, exact=True))
    expect(called).to_contain_text("Loket 2")
    called.get_by_role("button", name=f"Opnieuw roepen {number}").click()
    expect(called).to_contain_text("Loket 2")
    picture(page, "desk-hall")
    called.get_by_role("button", name=f"Niet gekomen {number}").click()
    expect(called).to_have_count(0)
    expect(page.get_by_label("Wiens agenda")).to_have_value("ann")
    expect(page.get_by_label("Mijn loket")).to_have_value("Loket 2")


def test_a_number_is_shown_large_and_can_be_printed(ann, hall):
    page, _ = ann
    page.goto(at(hall, "/dag"))
    page.get_by_text("Iemand komt binnen").click()
    page.get_by_role("button", name="Een nummer geven").click()
    number = page.locator("aside .huge").inner_text()
    expect(page.get_by_role("button", name="Afdrukken")).to_be_visible()
    page.get_by_role("button", name=f"Weggegaan {number}", exact=True).click()
    expect(page.get_by_role("button", name=f"Roepen {number}", exact=True)).to_have_count(0)


def test_the_day_is_a_list_to_print_and_a_spreadsheet(ann, hall, visit):
    page, _ = ann
    booked = visit()
    page.goto(at(hall, "/dag"))
    page.get_by_role("link", name="Als lijst, om af te drukken").click()
    row = page.get_by_role("row").filter(has_text=booked["contact"]["name"])
    expect(row).to_contain_text("Ann Claes")
    picture(page, "desk-list")
    assert fits(page)
    sheet = page.request.get(at(hall, "/lijst.xlsx"))
    assert (sheet.status, sheet.body()[:2]) == (200, b"PK")
    assert sheet.headers["cache-control"] == "no-store"
