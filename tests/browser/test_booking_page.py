"""Booking, one question a page, in real Chromium: with and without JavaScript, wide and narrow."""

import datetime as dt
import html
import re
import shutil

import pytest
import requests
from playwright.sync_api import Browser, Page, expect
from pymongo import MongoClient

from tests.browser.layout import fits, picture
from tests.chromium import BROWSER, a_context, open_page
from tests.client import ANSWERS, a_visitor, eventually, link_in

BOUWADVIES = "/rumst/tijdstip?type=bouwadvies&location=gemeentehuis"
PDF = b"%PDF-1.7\n%%EOF\n"
LEEGSTAND = "/rumst/tijdstip?type=leegstand&location=telefoon"


def on(page: Page) -> None:
    page.get_by_role("button", name="Verder", exact=True).click()


def answer(page: Page) -> None:
    page.get_by_label("Om welk perceel of adres gaat het?").fill(ANSWERS["perceel"])
    page.get_by_label("Slopen").check()
    on(page)


def fill_in_contact(page: Page, visitor) -> None:
    page.get_by_label("Uw naam").fill(visitor["name"])
    page.get_by_label("E-mail").fill(visitor["email"])
    on(page)


def test_a_stranger_confirms_the_address_with_the_code_or_by_the_link(page: Page, portal):
    visitor = a_visitor()
    page.goto(f"{portal.url}/rumst/tijdstip?type=premies-energie&location=gemeentehuis&lang=nl")
    page.locator("ul.times button").last.click()
    on(page)
    fill_in_contact(page, visitor)
    page.get_by_role("button", name="De afspraak vastleggen").click()
    expect(page.get_by_role("heading", name="Bevestig uw afspraak")).to_be_visible()
    expect(page.get_by_text("***@example.org")).to_be_visible()
    picture(page, "confirm")
    assert fits(page)
    page.get_by_role("link", name="Mijn e-mailadres veranderen").click()
    page.get_by_label("E-mail").fill(visitor["email"])
    on(page)
    page.get_by_role("button", name="De afspraak vastleggen").click()
    page.get_by_label("Code").fill("12")
    page.get_by_role("button", name="De afspraak bevestigen").click()
    expect(page.get_by_role("alert")).to_contain_text("Dit is niet de code")
    picture(page, "confirm-wrong")
    assert fits(page)
    page.goto(link_in(eventually(lambda: portal.mails_to(visitor["email"]))[0]) + "?lang=nl")
    picture(page, "confirm-link")
    assert fits(page)
    page.get_by_role("button", name="De afspraak bevestigen").click()
    expect(page.get_by_role("heading", name="Uw afspraak staat vast")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.get_by_text("U hebt deze afspraak bevestigd")).to_be_visible()
    page.reload()
    expect(page.get_by_text("U hebt deze afspraak bevestigd")).to_be_visible()
    assert page.complaints == []


def test_a_resident_books_views_moves_and_cancels(page: Page, portal):
    visitor = a_visitor()
    page.goto(f"{portal.url}/rumst/")
    picture(page, "choose")
    assert fits(page)
    page.get_by_role("link", name="Advies vóór een vergunningsaanvraag").click()
    expect(page.get_by_label("Gemeentehuis, loket Omgeving")).to_be_checked()
    picture(page, "topic")
    assert fits(page)
    page.get_by_role("button", name="Kies een moment").click()
    expect(page.get_by_role("heading", name="Kies een moment")).to_be_visible()
    picture(page, "moments")
    assert fits(page)
    time = page.locator("ul.times button").last
    clock = time.inner_text()
    time.click()
    expect(page.locator(".summary")).to_contain_text(clock)
    expect(page.get_by_text("Stap 1 van 3")).to_be_visible()
    picture(page, "questions")
    assert fits(page)
    answer(page)
    expect(page.get_by_role("heading", name="Uw gegevens")).to_be_visible()
    picture(page, "who")
    assert fits(page)
    fill_in_contact(page, visitor)
    expect(page.get_by_text(visitor["email"])).to_be_visible()
    expect(page.get_by_text("Slopen")).to_be_visible()
    picture(page, "check")
    assert fits(page)
    page.get_by_role("button", name="De afspraak vastleggen").click()
    expect(page.get_by_role("heading", name="Uw afspraak staat vast")).to_be_visible()
    picture(page, "done")
    assert fits(page)
    calendar = page.request.get(
        portal.url + page.get_by_role("link", name="Toevoegen aan mijn agenda").get_attribute("href")
    )
    assert calendar.text().startswith("BEGIN:VCALENDAR")
    code = page.get_by_alt_text(re.compile("^Code van uw referentie"))
    assert page.request.get(f"{portal.url}{code.get_attribute('src')}").headers["content-type"].startswith("image/svg")
    assert page.complaints == []

    page.goto(link_in(eventually(lambda: portal.mails_to(visitor["email"]))[0]))
    expect(page.get_by_text(clock)).to_be_visible()
    page.get_by_role("link", name="Een ander moment kiezen").click()
    other = page.locator("ul.times button").first
    other_clock = other.inner_text()
    other.click()
    page.get_by_role("button", name="Ja, verplaatsen").click()
    expect(page.get_by_role("heading", name="Uw afspraak is verplaatst")).to_be_visible()
    expect(page.locator("dl")).to_contain_text(other_clock)
    picture(page, "moved")
    page.get_by_text("De afspraak annuleren").click()
    page.get_by_label("Waarom annuleert u?").select_option("solved-otherwise")
    page.get_by_role("button", name="Ja, annuleren").click()
    expect(page.get_by_role("heading", name="Uw afspraak is geannuleerd")).to_be_visible()
    picture(page, "cancelled")
    assert page.complaints == []


def test_missing_input_is_listed_at_the_top_and_at_the_field_and_the_rest_is_preserved(page: Page, portal):
    page.goto(portal.url + LEEGSTAND)
    page.locator("ul.times button").first.click()
    on(page)
    expect(page.get_by_role("alert")).to_contain_text("Om welk perceel of adres gaat het? Vul dit in.")
    page.get_by_label("Om welk perceel of adres gaat het?").fill("Kerkstraat 1")
    on(page)
    page.get_by_label("Uw naam").fill("Lieve Demo")
    page.get_by_label("E-mail").fill("geen adres")
    on(page)
    expect(page.get_by_role("alert")).to_contain_text("E-mail: Naar dit e-mailadres kunnen we niet schrijven.")
    expect(page.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("E-mail").fill("lieve@example.org")
    on(page)
    expect(page.get_by_role("alert")).to_contain_text("Wij bellen u: geef uw nummer.")
    expect(page.get_by_label("Uw naam")).to_have_value("Lieve Demo")
    picture(page, "mistakes")
    assert fits(page)


def test_back_and_reload_preserve_the_form(page: Page, portal):
    page.goto(portal.url + BOUWADVIES)
    page.locator("ul.times button").last.click()
    answer(page)
    expect(page.get_by_role("heading", name="Uw gegevens")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Uw gegevens")).to_be_visible()
    fill_in_contact(page, a_visitor())
    page.get_by_role("link", name="Wijzigen Om welk perceel").click()
    expect(page.get_by_label("Om welk perceel of adres gaat het?")).to_have_value(ANSWERS["perceel"])
    expect(page.get_by_label("Slopen")).to_be_checked()
    on(page)
    expect(page.get_by_label("Uw naam")).to_have_value(re.compile("^Lieve Demo"))
    page.go_back()
    expect(page.get_by_label("Om welk perceel of adres gaat het?")).to_have_value(ANSWERS["perceel"])


def test_another_slot_can_be_chosen_at_the_end_without_filling_in_the_form_again(page: Page, portal):
    visitor = a_visitor()
    page.goto(portal.url + BOUWADVIES)
    page.locator("ul.times button").first.click()
    answer(page)
    fill_in_contact(page, visitor)
    page.get_by_role("link", name="Wijzigen Wanneer").click()
    time = page.locator("ul.times button").last
    clock = time.inner_text()
    time.click()
    expect(page.locator(".summary")).to_contain_text(clock)
    on(page)
    on(page)
    expect(page.get_by_text(visitor["email"])).to_be_visible()
    page.get_by_role("button", name="De afspraak vastleggen").click()
    expect(page.locator("dl.facts")).to_contain_text(clock)


def test_a_conditional_question_appears_with_its_answer(scripted_page: Page, portal):
    scripted_page.goto(portal.url + BOUWADVIES)
    scripted_page.locator("ul.times button").last.click()
    expect(scripted_page.get_by_label("Wat is het dan?")).to_be_hidden()
    scripted_page.get_by_label("Iets anders").check()
    expect(scripted_page.get_by_label("Wat is het dan?")).to_be_visible()


def test_the_countdown_reports_when_the_slot_is_no_longer_held(scripted_page: Page, portal):
    scripted_page.clock.install()
    scripted_page.goto(portal.url + BOUWADVIES)
    scripted_page.locator("ul.times button").last.click()
    left = scripted_page.locator("[data-until]")
    expect(left).to_contain_text("nog 10 minuten")
    scripted_page.clock.fast_forward("09:10")
    expect(left).to_contain_text("nog één minuut")
    scripted_page.clock.fast_forward("01:30")
    expect(left).to_contain_text("niet langer voor u vrij")


def search_for(page, text):
    page.get_by_label("Zoek in uw eigen woorden").fill(text)
    page.get_by_role("button", name="Zoeken", exact=True).click()


def test_topics_are_found_by_everyday_words(page: Page, portal):
    page.goto(f"{portal.url}/rumst/")
    search_for(page, "ik wil een boom laten omhakken")
    expect(page.get_by_role("status")).to_contain_text("1 onderwerp gevonden")
    expect(page.locator("ul.cards a")).to_contain_text("Een boom kappen")
    picture(page, "found")
    page.get_by_role("link", name="Alle onderwerpen tonen").click()
    expect(page.get_by_role("heading", name="Wonen")).to_be_visible()
    picture(page, "topics")


def test_a_typing_error_leads_to_the_nearest_topics(page: Page, portal):
    page.goto(f"{portal.url}/rumst/")
    search_for(page, "zwmebad")
    status = page.get_by_role("status")
    expect(status).to_contain_text("Geen enkel onderwerp gaat precies over “zwmebad”.")
    expect(page.locator("ul.cards a").first).to_contain_text("Advies vóór een vergunningsaanvraag")
    picture(page, "nearest")
    page.get_by_role("link", name="Bedoelt u “zwembad”?").click()
    expect(status).to_contain_text("gevonden voor “zwembad”")


def test_a_search_without_results_shows_all_topics_and_the_telephone_number(page: Page, portal):
    page.goto(f"{portal.url}/rumst/")
    search_for(page, "xyzzy")
    expect(page.get_by_role("status")).to_contain_text("Niets gevonden voor “xyzzy”")
    expect(page.locator("[data-topics]").get_by_role("link", name="+3235550100")).to_be_visible()
    picture(page, "nothing-found")
    assert page.locator("ul.cards li").count() > 5


def test_topics_are_found_while_the_resident_types(scripted_page: Page, portal):
    scripted_page.goto(f"{portal.url}/rumst/")
    field = scripted_page.get_by_label("Zoek in uw eigen woorden")
    field.press_sequentially("veran")
    expect(scripted_page.locator("ul.cards li")).to_have_count(1)
    expect(scripted_page.get_by_role("status")).to_contain_text("1 onderwerp gevonden voor “veran”")
    expect(scripted_page).to_have_url(re.compile("search=veran"))
    expect(field).to_be_focused()
    field.fill("")
    expect(scripted_page.get_by_role("heading", name="Wonen")).to_be_visible()
    expect(scripted_page.get_by_role("status")).to_have_text("")


@pytest.mark.parametrize("text", ["boom", "vergunning", "zwmebad", "xyzzy", "lawaai van de buren"])
def test_a_search_has_the_same_results_with_and_without_a_script(scripted_page: Page, portal, text):
    scripted_page.goto(f"{portal.url}/rumst/?lang=nl")
    scripted_page.get_by_label("Zoek in uw eigen woorden").press_sequentially(text)
    expect(scripted_page.get_by_role("status")).to_contain_text(f"“{text}”")
    results = scripted_page.locator("[data-found], [data-topics]")
    typed = results.all_inner_texts()
    scripted_page.goto(f"{portal.url}/rumst/?search={text}&lang=nl")
    assert results.all_inner_texts() == typed


def test_a_search_is_counted_once_and_not_at_each_letter(scripted_page: Page, portal):
    before = searches(portal)
    scripted_page.goto(f"{portal.url}/rumst/")
    field = scripted_page.get_by_label("Zoek in uw eigen woorden")
    field.press_sequentially("xyzzy")
    expect(scripted_page.get_by_role("status")).to_contain_text("“xyzzy”")
    assert searches(portal) == before
    with scripted_page.expect_response(
        lambda response: "search=xyzzy" in response.url and "typing" not in response.url
    ):
        field.press("Enter")
    expect(scripted_page.get_by_role("status")).to_be_focused()
    assert searches(portal) == before + 1


def searches(portal):
    """The searches that found nothing."""
    line = re.search(
        r'^loket_topic_searches_total{municipality="rumst",result="nothing"} (\S+)',
        portal.session.get(f"{portal.url}/metrics", timeout=10).text, re.M,
    )  # fmt: skip
    return float(line[1]) if line else 0


def test_a_resident_who_loses_a_slot_is_offered_the_nearest(browser: Browser, portal):
    """One holds the last place and fills in too slowly; another books meanwhile."""
    slow = open_page(a_context(browser, 360, False), 360)
    slow.goto(portal.url + BOUWADVIES)
    slow.locator("table.calendar a").last.click()
    place = slow.locator("ul.times button").last
    start = place.get_attribute("value")
    place.click()
    hold = re.search(r"hold=(\w+)", slow.url)[1]
    answer(slow)
    fill_in_contact(slow, a_visitor())
    expect(slow.get_by_role("heading", name="Klopt alles?")).to_be_visible()
    expire(portal, hold)
    while (others := portal.book(start)).status_code == 201:
        pass
    assert others.json()["code"] == "slot-taken"
    slow.get_by_role("button", name="De afspraak vastleggen").click()
    expect(slow.get_by_role("heading", name="Dit moment is niet meer vrij")).to_be_visible()
    picture(slow, "gone")
    assert fits(slow)
    slow.locator("ul.others button").first.click()
    on(slow)
    on(slow)
    slow.get_by_role("button", name="De afspraak vastleggen").click()
    expect(slow.get_by_role("heading", name="Uw afspraak staat vast")).to_be_visible()
    slow.context.close()


def expire(portal, hold):
    """As if the resident had gone for a walk."""
    past = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    with MongoClient(portal.mongo_uri) as client:
        client.loket_booking.agendas.update_many(
            {"holds.id": hold}, {"$set": {"holds.$[ours].x": past}}, array_filters=[{"ours.id": hold}]
        )


def test_an_invited_resident_who_loses_a_slot_can_choose_another_with_the_same_invitation(portal):
    def invited():
        sent = portal.post("invitations", {"appointment_type": "bezwaar-bespreken"}, portal.staff_key)
        assert sent.status_code == 201, sent.text
        return sent.json()["token"]

    token = invited()
    moments = requests.get(f"{portal.url}/rumst/uitnodiging/{token}", timeout=10).text
    start = re.findall(r'name="start"\s+value="([^"]+)"', moments)[-1]
    wanted = {"type": "bezwaar-bespreken", "location": "gemeentehuis", "start": start, "invitation": token}
    held = requests.post(f"{portal.url}/rumst/reserveren", data=wanted, timeout=10, allow_redirects=False)
    hold = re.search(r"hold=(\w+)", held.headers["Location"])[1]
    expire(portal, hold)
    topic = {"appointment_types": ["bezwaar-bespreken"], "answers": {}}
    while (others := portal.book(start, **topic, invitation=invited())).status_code == 201:
        pass
    assert others.json()["code"] == "slot-taken"
    gone = requests.get(f"{portal.url}/rumst/gegevens?hold={hold}&invitation={token}", timeout=10)
    assert gone.status_code == 409
    (link,) = re.findall(r'href="(/rumst/tijdstip\?[^"]+)"', gone.text)
    other_moments = requests.get(portal.url + html.unescape(link), timeout=10)
    assert other_moments.status_code == 200
    assert f'name="invitation" value="{token}"' in other_moments.text
    assert f'name="instead_of" value="{hold}"' in other_moments.text


def test_a_file_sent_while_booking_is_attached_to_the_appointment(page: Page, portal):
    visitor = a_visitor()
    page.goto(portal.url + BOUWADVIES)
    page.locator("ul.times button").last.click()
    plan, no_plan = {"mimeType": "application/pdf"}, {"mimeType": "text/plain", "buffer": b"hello"}
    page.get_by_label("Om welk perceel of adres gaat het?").fill(ANSWERS["perceel"])
    page.get_by_label("Plannen of een schets").set_input_files({**no_plan, "name": "brief.txt"})
    page.get_by_role("button", name="Dit meesturen").click()
    expect(page.get_by_role("alert")).to_contain_text("Plannen of een schets")
    expect(page.get_by_label("Om welk perceel of adres gaat het?")).to_have_value(ANSWERS["perceel"])
    for name in ("plan.pdf", "schets.pdf"):
        page.get_by_label("Plannen of een schets").set_input_files(
            {**plan, "name": name, "buffer": PDF + name.encode()}
        )
        page.get_by_role("button", name="Dit meesturen").click()
        expect(page.get_by_text(f"✓ {name}")).to_be_visible()
    picture(page, "questions-files")
    assert fits(page)
    page.get_by_role("button", name="Verwijderen schets.pdf").click()
    expect(page.get_by_text("✓ schets.pdf")).to_have_count(0)
    page.get_by_label("Om welk perceel of adres gaat het?").press("Enter")  # goes on, and takes nothing away
    expect(page.get_by_role("alert")).to_contain_text("Wat wilt u doen?")
    expect(page.get_by_text("✓ plan.pdf")).to_be_visible()
    answer(page)
    fill_in_contact(page, visitor)
    expect(page.get_by_text("plan.pdf")).to_be_visible()
    page.get_by_role("button", name="De afspraak vastleggen").click()
    expect(page.get_by_text("✓ plan.pdf")).to_be_visible()


def test_a_form_that_is_sent_twice_books_once(page: Page, portal):
    page.goto(portal.url + BOUWADVIES)
    page.locator("ul.times button").last.click()
    answer(page)
    fill_in_contact(page, a_visitor())
    hold = page.locator("input[name=hold]").get_attribute("value")
    urls = [
        requests.post(f"{portal.url}/rumst/nakijken", data={"hold": hold}, timeout=10, allow_redirects=False).headers
        for _ in range(2)
    ]
    assert urls[0]["Location"] == urls[1]["Location"]


@pytest.mark.parametrize(("tongue", "heading"), [("Français", "Choisissez un créneau"), ("English", "Choose a time")])
def test_the_language_can_be_changed_on_every_page_and_persists(page: Page, portal, tongue, heading):
    page.goto(f"{portal.url}/rumst/")
    page.get_by_role("link", name=tongue).click()
    page.locator("ul.cards a").first.click()
    page.locator("main form button").last.click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    page.locator("ul.times button").first.click()
    assert "lang=" in page.url


def test_a_resident_can_book_with_the_keyboard_alone(scripted_page: Page, portal):
    page = scripted_page
    page.goto(f"{portal.url}/rumst/onderwerp/bouwadvies")
    page.keyboard.press("Tab")
    expect(page.locator(".utrecht-skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    press_until(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kies een moment")).to_be_visible()
    press_until(page, "ul.times button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Uw vraag")).to_be_visible()
    press_until(page, "#answer-perceel")
    page.keyboard.type("Kerkstraat 1")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    press_until(page, "main form > p > button")  # past sending a document along
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Uw gegevens")).to_be_visible()
    press_until(page, "#name")
    page.keyboard.type("Lieve Demo")
    page.keyboard.press("Tab")
    page.keyboard.type(a_visitor()["email"])
    press_until(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Klopt alles?")).to_be_visible()
    press_until(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Uw afspraak staat vast")).to_be_visible()


def press_until(page: Page, selector: str) -> None:
    """Tab until this has the focus, which must be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none"
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_the_interface_documentation_is_readable(page: Page, portal):
    page.goto(f"{portal.url}/docs")
    expect(page.get_by_role("heading", name="List free slots", exact=True)).to_be_visible()
    assert fits(page)


def test_the_browser_is_the_chromium_of_the_system(browser: Browser):
    assert shutil.which(BROWSER)
    assert browser.version
