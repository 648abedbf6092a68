"""Two residents want the same slot, and staff watch."""

import datetime as dt

from playwright.sync_api import Page, expect

from tests.browser.desk import logged_in
from tests.browser.layout import fits, picture
from tests.chromium import a_context, open_page
from tests.client import a_visitor


def finish(page: Page, visitor) -> str:
    """From the page with the resident's name to the end. Returns the reference."""
    page.get_by_label("Uw naam").fill(visitor["name"])
    page.get_by_label("E-mail").fill(visitor["email"])
    page.get_by_role("button", name="Verder", exact=True).click()
    page.get_by_role("button", name="De afspraak vastleggen").click()
    expect(page.get_by_role("heading", name="Uw afspraak staat vast")).to_be_visible()
    return page.locator("dt:text-is('Referentie') + dd").inner_text()


def test_two_residents_race_for_a_slot_and_staff_see_both_bookings_live(browser, stack, hall, variant):
    # Carla alone gives this: every moment is a single one
    first, second = (open_page(a_context(browser, *variant), variant[0]) for _ in range(2))
    day = (dt.datetime.now(dt.UTC).date() + dt.timedelta(days=4)).isoformat()
    for page in (first, second):
        page.goto(f"{hall.url}/halstad/tijdstip?type=boom&location=hal&month={day[:7]}&day={day}")
    wanted = second.locator("ul.times button").nth(7)
    start, clock = wanted.get_attribute("value"), wanted.inner_text()
    desk = logged_in(a_context(browser, 1280, True), stack, "halstad", 1280, ["agent/groen"])
    desk.goto(f"{hall.url}/halstad/balie?date={start[:10]}&resource=carla")

    first.locator(f"ul.times button[value='{start}']").click()
    wanted.click()
    expect(second.get_by_role("alert")).to_contain_text(clock)
    picture(second, "overtaken")
    assert fits(second)
    other = second.locator("ul.others button").first
    offered = dt.datetime.fromisoformat(other.get_attribute("value"))
    assert abs(offered - dt.datetime.fromisoformat(start)) <= dt.timedelta(minutes=45)
    other.click()

    references = [finish(page, a_visitor()) for page in (first, second)]
    for reference in references:  # staff press nothing at the desk
        expect(desk.locator("article.visit").filter(has_text=reference)).to_be_visible()
    for page in (first, second, desk):
        page.context.close()
