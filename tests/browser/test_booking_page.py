"""The booking pages in real Chromium, without JavaScript, on a wide and on a narrow screen."""

import shutil

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.browser.looks import fits, picture
from tests.client import a_visitor, eventually, link_in


def test_a_resident_books_sees_and_cancels(page: Page, portal):
    visitor = a_visitor()
    page.goto(f"{portal.url}/rumst/")
    picture(page, "choose")
    assert fits(page)
    page.get_by_role("link", name="Advies vóór een vergunningsaanvraag").click()
    expect(page.get_by_role("heading", name="Kies een moment")).to_be_visible()
    picture(page, "slots")
    assert fits(page)
    time = page.locator("ul.times button").first
    clock = time.inner_text()
    time.click()
    expect(page.locator(".summary")).to_contain_text(clock)
    page.get_by_label("Om welk perceel of adres gaat het?").fill("Kerkstraat 1")
    page.get_by_label("Slopen").check()
    page.get_by_label("Uw naam").fill(visitor["name"])
    page.get_by_label("E-mail").fill(visitor["email"])
    picture(page, "form")
    assert fits(page)
    page.get_by_role("button", name="De afspraak vastleggen").click()
    expect(page.get_by_role("heading", name="Uw afspraak staat vast")).to_be_visible()
    picture(page, "done")
    assert fits(page)
    assert page.complaints == []

    page.goto(link_in(eventually(lambda: portal.mails_to(visitor["email"]))[0]))
    expect(page.get_by_text(clock)).to_be_visible()
    page.get_by_role("link", name="Een ander moment kiezen").click()
    other = page.locator("ul.times button").last
    other_clock = other.inner_text()
    other.click()
    expect(page.get_by_role("heading", name="Uw afspraak is verplaatst")).to_be_visible()
    expect(page.locator("dl")).to_contain_text(other_clock)
    picture(page, "moved")
    page.get_by_text("De afspraak annuleren").click()
    page.get_by_role("button", name="Ja, annuleren").click()
    expect(page.get_by_role("heading", name="Uw afspraak is geannuleerd")).to_be_visible()
    picture(page, "cancelled")


def test_what_is_missing_is_listed_on_top_and_at_the_field_and_what_was_typed_is_kept(page: Page, portal):
    page.goto(f"{portal.url}/rumst/tijdstip?type=premies-energie&location=telefoon")
    page.locator("ul.times button").first.click()
    page.get_by_label("Uw naam").fill("Lieve Demo")
    page.get_by_label("E-mail").fill("geen adres")
    page.get_by_role("button", name="De afspraak vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("E-mail: Naar dit e-mailadres kunnen we niet schrijven.")
    expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("E-mail").fill("lieve@example.org")
    page.get_by_role("button", name="De afspraak vastleggen").click()
    expect(page.get_by_role("alert")).to_contain_text("Wij bellen u: geef uw nummer.")
    expect(page.get_by_label("Uw naam")).to_have_value("Lieve Demo")
    picture(page, "mistakes")
    assert fits(page)


def test_a_form_that_is_sent_twice_books_once(page: Page, portal):
    visitor = a_visitor()
    page.goto(f"{portal.url}/rumst/tijdstip?type=premies-energie&location=telefoon")
    page.locator("ul.times button").first.click()
    hold = page.locator("input[name=hold]").get_attribute("value")
    form = {"hold": hold, **visitor}
    pages = [requests.post(f"{portal.url}/rumst/gegevens", data=form, timeout=10).url for _ in range(2)]
    assert pages[0] == pages[1]
    page.reload()
    expect(page.get_by_role("heading", name="Die reservatie bestaat niet meer")).to_be_visible()
    expect(page.get_by_role("link", name="Opnieuw een moment kiezen")).to_be_visible()


@pytest.mark.parametrize(("tongue", "heading"), [("Français", "Choisissez un moment"), ("English", "Choose a moment")])
def test_the_language_can_be_changed_on_every_page_and_stays(page: Page, portal, tongue, heading):
    page.goto(f"{portal.url}/rumst/")
    page.get_by_role("link", name=tongue).click()
    page.locator("ul.cards a").first.click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    page.locator("ul.times button").first.click()
    assert "lang=" in page.url


def test_the_interface_documentation_can_be_read(page: Page, portal):
    page.goto(f"{portal.url}/docs")
    expect(page.get_by_role("heading", name="Free starts", exact=True)).to_be_visible()
    assert fits(page)


def test_chromium_is_the_one_of_the_system(browser: Browser):
    assert shutil.which("chromium")
    assert browser.version
