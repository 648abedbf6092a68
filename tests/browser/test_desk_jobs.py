"""The jobs of staff by keyboard alone, with the keys that docs/desk-jobs.md says they take."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.counted_keyboard import CountedKeyboard, documented_keys
from tests.browser.desk import new_user_page
from tests.browser.layout import fits, picture
from tests.browser.test_desk_page import at, visit

__all__ = ["visit"]


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
    expect(current).to_contain_text("over 10 minuten")
    everything = page.locator("section").filter(has=page.get_by_role("heading", name="De hele dag"))
    expect(everything).to_contain_text(later["reference"])
    picture(page, "desk-my-day")
    assert fits(page)
    keyboard.press("v", "Enter")
    expect(current).to_contain_text("is er")
    assert keyboard.keys == documented_keys("See the next visit after logging in, and check in its visitor")
    assert page.complaints == []


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
