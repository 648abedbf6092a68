"""From the first run to the first booking without a shell: the assistant of the installation creates a municipality."""

import re

import requests
from playwright.sync_api import expect

from tests.browser.layout import fits, picture
from tests.chromium import a_context, open_page
from tests.client import INSTALLATION_KEY, a_visitor, in_days

WORDS = "een rij van woorden"


def test_a_new_municipality_is_live_and_a_resident_books_there(browser, stack):
    context = a_context(browser, 1280, False)
    page = open_page(context, 1280)
    page.goto(f"{stack.url}/installatie?lang=nl")
    page.get_by_label("Sleutel van de installatie").fill("something else")
    page.get_by_role("button", name="Verder").click()
    expect(page.get_by_role("alert")).to_contain_text("Sleutel van de installatie: Dit is niet de sleutel.")
    page.get_by_label("Sleutel van de installatie").fill(INSTALLATION_KEY)
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("link", name="Een gemeente aanmaken").click()
    page.get_by_label("Naam", exact=True).first.fill("Nieuwdorp aan Zee")
    page.get_by_label("E-mailadres", exact=True).fill("nieuwdorp@example.org")
    page.get_by_label("Telefoonnummer").fill("niets")
    page.get_by_label("Straat en nummer").fill("Plein 1")
    page.get_by_label("Postcode").fill("2840")
    page.get_by_label("Gemeente of stad").fill("Nieuwdorp")
    page.get_by_label("Team", exact=True).fill("Burgerzaken")
    page.get_by_label("Identiteitskaart").check()
    page.get_by_role("button", name="Medewerker toevoegen").click()
    for number, name in enumerate(("An Claes", "Bert Maes"), 1):
        page.get_by_role("group", name=f"Medewerker {number}", exact=True).get_by_label("Naam").fill(name)
    page.get_by_role("button", name="Voorbeeld bekijken").click()
    expect(page.get_by_role("alert")).to_contain_text("Telefoonnummer:")
    page.get_by_label("Telefoonnummer").fill("03 555 02 00")
    page.get_by_role("button", name="Voorbeeld bekijken").click()
    expect(page.get_by_text("Er bestaat nog niets.")).to_be_visible()
    expect(page.get_by_text("Burgerzaken: An Claes, Bert Maes")).to_be_visible()
    picture(page, "installation")
    assert fits(page)
    page.get_by_role("button", name="Aanmaken").click()
    expect(page.get_by_role("status")).to_contain_text("De gemeente is online.")
    password = page.get_by_role("status").locator("code").inner_text()
    picture(page, "installation-done")

    page.get_by_role("link", name="Aanmelden bij de balie").click()
    page.get_by_label("Naam van uw account").fill("beheer")
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Aanmelden").click()
    page.locator("input[name=old]").fill(password)
    page.locator("input[name=new]").fill(WORDS)
    page.locator("input[name=again]").fill(WORDS)
    page.locator("main form button").first.click()
    page.goto(f"{stack.url}/nieuwdorp-aan-zee/balie/inrichten")
    expect(page.get_by_role("link", name=re.compile("Identiteitskaart"))).to_be_visible()

    api = f"{stack.url}/api/v1/nieuwdorp-aan-zee"
    asked = {"appointment_type": "identiteitskaart", "location": "office", "from": in_days(7), "to": in_days(14)}
    start = requests.get(f"{api}/slots", params=asked, timeout=10).json()["slots"][0]["start"]
    body = {"appointment_types": ["identiteitskaart"], "location": "office", "start": start, "contact": a_visitor()}
    answer = requests.post(f"{api}/appointments", json=body, timeout=10)
    assert answer.status_code in (201, 202), answer.text

    page.goto(f"{stack.url}/installatie/nieuw?lang=nl")
    page.get_by_label("Naam", exact=True).first.fill("Nieuwdorp aan Zee")
    page.get_by_role("button", name="Voorbeeld bekijken").click()
    expect(page.get_by_role("alert")).to_contain_text("Er is al een gemeente met dit woord.")
    context.close()


def test_the_assistant_needs_the_key(stack):
    url = f"{stack.url}/installatie"
    assert 'name="key"' in requests.get(url, timeout=10).text
    refused = requests.post(f"{url}/nieuw", data={"action": "take", "name": "Elders"}, timeout=10)
    assert refused.status_code in (401, 403)
    assert requests.get(f"{stack.url}/elders/", timeout=10).status_code == 404
