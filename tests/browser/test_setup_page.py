"""Leads set up their team by form: hours, topics and words, with a preview, and never against another user's change."""

import datetime as dt
import re
from dataclasses import replace

import pytest
import requests
from playwright.sync_api import Page, expect

from loket_chassis.cli.client import connect
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.notification import Notification
from tests.browser.desk import a_session, csrf_token, set_up_municipality, staff_page
from tests.browser.layout import fits, picture
from tests.client import a_visitor, in_days

PREVIEW, APPLY = "Bekijk wat er zou veranderen", "Laat dit gelden"


@pytest.fixture
def municipality(stack, tmp_path):
    """A municipality that no user has changed yet."""
    return set_up_municipality(stack, tmp_path, "dorp")


@pytest.fixture
def lead(browser, stack, municipality, desk_variant):
    with staff_page(browser, stack, "dorp", desk_variant, ["lead"]) as page:
        yield page


def at(municipality, path=""):
    return f"{municipality.url}/dorp/balie/inrichten{path}"


def text_of(municipality):
    return municipality.get("configuration").json()["text"]


def test_a_lead_changes_hours_after_a_preview_of_the_conflicts(lead: Page, municipality):
    day = in_days(7)
    asked = {"location": "hal", "resource": "ann", "from": day, "to": day}
    last = municipality.get("slots", params={**asked, "appointment_type": "advies"}).json()["slots"][-1]["start"]
    body = {"appointment_types": ["advies"], "location": "hal", "resource": "ann", "answers": {"adres": "x"},
            "start": last, "contact": a_visitor()}  # fmt: skip
    booked = municipality.post("desk/appointments", body).json()
    lead.goto(at(municipality))
    picture(lead, "desk-setup")
    assert fits(lead)
    lead.get_by_role("link", name=re.compile("Ann Claes")).click()
    lead.get_by_role("group", name="Uren 1").get_by_label("Tot", exact=True).fill("12:00")
    lead.get_by_label("Frans", exact=True).check()
    lead.get_by_role("button", name=PREVIEW).click()
    expect(lead.get_by_label("Frans", exact=True)).to_be_checked()
    expect(lead.get_by_text("Afspraken die niet meer zouden passen: 1.")).to_be_visible()
    expect(lead.locator("tr").filter(has_text="Weekuren")).to_contain_text("woensdag")
    picture(lead, "desk-hours")
    assert fits(lead)
    assert 'to: "12:00"' not in text_of(municipality)
    lead.get_by_role("button", name=APPLY).click()
    expect(lead.get_by_role("status")).to_contain_text("Het geldt vanaf nu.")
    assert text_of(municipality).count("12:00") == 1
    assert re.search(r"languages:\s*(- fr|\[fr\])", text_of(municipality))
    lead.get_by_role("link", name="Bekijk welke afspraken niet meer passen").click()
    expect(lead.get_by_role("heading", name=re.compile(r"niet meer passen \(1\)"))).to_be_visible()
    assert municipality.post(f"appointments/{booked['id']}/cancel", {"reason": "other"}).ok


def test_seasonal_hours_can_be_added_and_removed(lead: Page, municipality):
    before = text_of(municipality)
    lead.goto(at(municipality, "/medewerkers/bert"))
    lead.get_by_role("button", name="Uren toevoegen", exact=True).click()
    more = lead.get_by_role("group", name="Uren 2", exact=True)
    more.get_by_label("zaterdag").check()
    more.get_by_label("Van", exact=True).fill("09:00")
    more.get_by_label("Tot", exact=True).fill("08:00")
    more.get_by_label("Geldt vanaf").fill(f"{dt.date.today().year + 1}-07-01")  # noqa: DTZ011
    lead.get_by_role("button", name=PREVIEW).click()
    expect(lead.get_by_role("alert")).to_contain_text("Uren 2, Tot: Het einde moet na het begin liggen.")
    more.get_by_label("Tot", exact=True).fill("10:00")
    lead.get_by_role("button", name=PREVIEW).click()
    lead.get_by_role("button", name=APPLY).click()
    assert "saturday" in text_of(municipality).replace(before, "")
    lead.goto(at(municipality, "/medewerkers/bert"))
    lead.get_by_role("button", name="Verwijderen Uren 2").click()
    lead.get_by_role("button", name=PREVIEW).click()
    lead.get_by_role("button", name=APPLY).click()
    hours = municipality.get("configuration").json()["text"]
    assert "valid_from" not in hours


def test_a_lead_changes_the_texts_of_a_topic_and_residents_see_them(lead: Page, municipality):
    lead.goto(at(municipality, "/onderwerpen/advies"))
    title = lead.get_by_role("group", name="Naam", exact=True)
    title.get_by_label("Nederlands").fill("Advies over bouwen")
    title.get_by_label("Français").fill("Conseil de construction")
    lead.get_by_role("group", name="Wat u meebrengt").get_by_label("Nederlands").fill("Een plan\nFoto's")
    lead.get_by_label("Minuten gesprek").fill("600")
    lead.get_by_role("button", name=PREVIEW).click()
    expect(lead.get_by_role("alert")).to_contain_text("Minuten gesprek: Geef een getal van 5 tot 480.")
    assert fits(lead)
    lead.get_by_label("Minuten gesprek").fill("45")
    lead.get_by_role("button", name=PREVIEW).click()
    expect(lead.locator("tr").filter(has_text="Naam")).to_contain_text("Conseil de construction")
    picture(lead, "desk-topic")
    assert fits(lead)
    lead.get_by_role("button", name=APPLY).click()
    expect(lead.get_by_role("status")).to_be_visible()
    lead.goto(f"{municipality.url}/dorp/onderwerp/advies")
    expect(lead.get_by_role("heading", name="Advies over bouwen")).to_be_visible()
    expect(lead.get_by_text("Het gesprek duurt 45 minuten.")).to_be_visible()
    expect(lead.get_by_text("Een plan")).to_be_visible()


def test_questions_are_added_ordered_and_asked_on_a_condition(lead: Page, municipality):
    lead.goto(at(municipality, "/onderwerpen?copy=advies"))
    lead.get_by_role("group", name="Naam", exact=True).get_by_label("Nederlands").fill("Een tuin")
    lead.get_by_role("button", name="Vraag toevoegen").click()
    question = lead.get_by_role("group", name="Vraag 2", exact=True)
    question.get_by_role("group", name="Vraag", exact=True).get_by_label("Nederlands").fill("Is er een vijver?")
    question.get_by_label("Soort antwoord").select_option("choice")
    for number, text in enumerate(("Ja", "Nee"), 1):
        question.get_by_role("button", name="Antwoord toevoegen").click()
        answer = question.get_by_role("group", name=f"Antwoord {number}", exact=True)
        answer.get_by_label("Nederlands").fill(text)
    question.get_by_role("button", name="Omhoog Vraag 2").click()
    last = lead.get_by_role("group", name="Vraag 2", exact=True)
    last.get_by_label("Is er een vijver? Ja").check()
    lead.get_by_role("button", name=PREVIEW).click()
    picture(lead, "desk-questions")
    assert fits(lead)
    lead.get_by_role("button", name=APPLY).click()
    expect(lead.get_by_role("link", name=re.compile("Een tuin"))).to_be_visible()
    text = text_of(municipality)
    assert "only_if: {question: is-er-een-vijver, is: [ja]}" in text
    assert text.index("is-er-een-vijver:") < text.index("only_if: {question: is-er-een-vijver")


def test_a_topic_is_removed_after_a_preview_of_its_visits_and_can_be_added_again(lead: Page, municipality):
    start = municipality.slots("boom", "hal")[-1]["start"]
    visit = municipality.booked(appointment_types=["boom"], location="hal", start=start, answers={})
    lead.goto(at(municipality, "/onderwerpen/boom"))
    lead.get_by_role("button", name="Bekijk wat verwijderen zou veranderen").click()
    expect(lead.get_by_text("Afspraken die niet meer zouden passen: 1.")).to_be_visible()
    picture(lead, "desk-removal")
    lead.get_by_role("button", name="Toch schrappen").click()
    expect(lead.get_by_role("status")).to_be_visible()
    assert "boom:" not in text_of(municipality)
    lead.get_by_text("Verwijderde onderwerpen").click()
    lead.get_by_role("link", name="Een boom kappen").click()
    lead.get_by_role("button", name=PREVIEW).click()
    lead.get_by_role("button", name=APPLY).click()
    assert "boom:" in text_of(municipality)
    assert municipality.post(f"appointments/{visit['id']}/cancel", {"reason": "other"}).ok


def test_a_conflicting_change_is_reported_and_the_input_is_preserved(lead: Page, municipality):
    lead.goto(at(municipality, "/onderwerpen/boom"))
    lead.get_by_label("Minuten gesprek").fill("20")
    lead.get_by_role("button", name=PREVIEW).click()
    newer = text_of(municipality).replace("phone: 03 555 01 00", "phone: 03 555 01 99")
    headers = {"Authorization": f"Bearer {municipality.key}", "Content-Type": "application/yaml"}
    assert requests.put(municipality.path("configuration"), data=newer.encode(), headers=headers, timeout=10).ok
    lead.get_by_role("button", name=APPLY).click()
    expect(lead.get_by_role("alert")).to_contain_text("Iemand anders heeft de instellingen intussen veranderd.")
    expect(lead.get_by_label("Minuten gesprek")).to_have_value("20")
    lead.get_by_role("button", name=PREVIEW).click()
    lead.get_by_role("button", name=APPLY).click()
    assert "duration: 20" in text_of(municipality)
    assert "01 99" in text_of(municipality)


def test_a_message_text_is_changed_after_a_preview(lead: Page, municipality):
    lead.goto(f"{municipality.url}/dorp/balie/teksten?kind=reminder&language=nl")
    lead.get_by_label("Onderwerp").fill("Tot {{ nobody }}!")
    lead.get_by_role("button", name="Bekijken hoe het leest").click()
    expect(lead.get_by_role("alert")).to_be_visible()
    lead.get_by_label("Onderwerp").fill("Tot {{ day }}!")
    lead.get_by_label("Als sms").fill("Tot ziens! " * 100)
    lead.get_by_role("button", name="Bekijken hoe het leest").click()
    expect(lead.get_by_role("alert").get_by_role("link", name="Als sms")).to_have_attribute("href", "#sms")
    lead.get_by_label("Als sms").fill("")
    lead.get_by_role("button", name="Bekijken hoe het leest").click()
    expect(lead.get_by_text("Zo zou het lezen. Er is nog niets veranderd.")).to_be_visible()
    picture(lead, "desk-words")
    assert fits(lead)
    lead.get_by_role("button", name="Deze woorden gebruiken").click()
    expect(lead.get_by_role("status")).to_contain_text("Deze woorden worden vanaf nu gebruikt.")
    expect(lead.locator("strong").filter(has_text=re.compile("^Tot .*!$"))).to_be_visible()
    lead.get_by_label("Onderwerp").fill("")
    lead.get_by_role("button", name="Bekijken hoe het leest").click()
    lead.get_by_role("button", name="Deze woorden gebruiken").click()
    expect(lead.locator("strong").filter(has_text=re.compile("^Herinnering"))).to_be_visible()


def test_a_conflicting_change_of_a_message_text_is_not_overwritten(lead: Page, municipality, stack):
    lead.goto(f"{municipality.url}/dorp/balie/teksten?kind=thanks&language=nl")
    lead.get_by_label("Onderwerp").fill("Bedankt!")
    lead.get_by_role("button", name="Bekijken hoe het leest").click()
    notification = connect(stack.servers.amqp_uri, Notification)
    version = notification.words("dorp", "thanks", "nl")["version"]
    other = AmendPart(section="nl", name="thanks", version=version, values={"closing": "Tot ziens!"})
    notification.change_words("dorp", "other", other)
    lead.get_by_role("button", name="Bekijken hoe het leest").click()
    lead.get_by_role("button", name="Deze woorden gebruiken").click()
    expect(lead.get_by_role("alert")).to_contain_text("Iemand anders heeft de instellingen intussen veranderd.")
    notification.change_words("dorp", "other", replace(other, version=version + 1, values={"closing": None}))


def test_a_lead_of_one_team_can_set_up_that_team_only(browser, stack, municipality):
    with staff_page(browser, stack, "dorp", (1280, False), ["lead/groen"]) as page:
        page.goto(at(municipality))
        expect(page.get_by_role("link", name=re.compile("Carla Nys"))).to_be_visible()
        expect(page.get_by_role("link", name=re.compile("Ann Claes"))).to_have_count(0)
        expect(page.get_by_role("heading", name="Teams")).to_have_count(0)
        for path in ("/medewerkers/ann", "/onderwerpen/advies", "/teams/bouw", "/teams", "/regels", "/gemeente"):
            page.goto(at(municipality, path))
            expect(page.get_by_role("alert")).to_contain_text("U mag dit niet doen.")
        page.goto(f"{municipality.url}/dorp/balie/teksten")
        expect(page.get_by_role("button", name="Bekijken hoe het leest")).to_have_count(0)


def test_the_hours_of_an_unknown_person_cannot_be_changed(stack, municipality):
    session, _ = a_session(stack, "dorp")
    form = {"csrf_token": csrf_token(session, f"{municipality.url}/dorp")}
    answer = session.post(at(municipality, "/medewerkers/nobody"), data=form, timeout=10)
    assert (answer.status_code, "Deze medewerker kan dit niet: kies iemand anders." in answer.text) == (200, True)
    assert [each.status_code for each in answer.history] == [303]


def test_an_administrator_goes_back_to_an_earlier_version_after_a_preview(browser, stack, municipality):
    first = text_of(municipality)
    version = municipality.get("configuration").json()["version"]
    newer = first.replace("De hal", "De grote hal")
    headers = {"Authorization": f"Bearer {municipality.key}", "Content-Type": "application/yaml"}
    assert requests.put(municipality.path("configuration"), data=newer.encode(), headers=headers, timeout=10).ok
    with staff_page(browser, stack, "dorp", (1280, False), ["admin"]) as page:
        page.goto(f"{municipality.url}/dorp/balie/beheer/versies")
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=str(version), exact=True))
        row.get_by_role("link").click()
        expect(page.get_by_text("Alle afspraken passen nog.")).to_be_visible()
        picture(page, "desk-versions")
        assert fits(page)
        page.get_by_role("button", name=f"Terug naar versie {version}").click()
        expect(page.get_by_role("status")).to_contain_text(f"Versie {version + 2} geldt nu.")
    assert text_of(municipality) == first


def test_a_lead_sets_up_a_team_by_forms_alone_and_a_resident_books_it(lead: Page, municipality):
    """A team, a person, a room and a topic that needs both."""

    def apply():
        lead.get_by_role("button", name=PREVIEW).click()
        lead.get_by_role("button", name=APPLY).click()
        expect(lead.get_by_role("status")).to_contain_text("Het geldt vanaf nu.")

    def fill_in_hours():
        lead.get_by_role("button", name="Uren toevoegen", exact=True).click()
        hours = lead.get_by_role("group", name="Uren 1", exact=True)
        for day in ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"):
            hours.get_by_label(day).check()
        hours.get_by_label("Van", exact=True).fill("06:00")
        hours.get_by_label("Tot", exact=True).fill("23:00")

    lead.goto(at(municipality))
    lead.get_by_role("link", name="Nieuw team").click()
    lead.get_by_role("group", name="Naam", exact=True).get_by_label("Nederlands").fill("Energie")
    apply()
    lead.get_by_role("link", name="Nieuwe medewerker").click()
    lead.get_by_label("Naam", exact=True).fill("Dirk Op de Beeck")
    lead.get_by_label("Team", exact=True).select_option("energie")
    lead.get_by_role("group", name="Plaatsen").get_by_label("De hal").check()
    lead.get_by_label(re.compile("Andere, met komma")).fill("Zonnepanelen")
    fill_in_hours()
    apply()
    lead.get_by_role("link", name="Nieuw lokaal of loket").click()
    lead.get_by_label("Naam", exact=True).fill("Zaal Zon")
    lead.get_by_role("group", name="Plaatsen").get_by_label("De hal").check()
    fill_in_hours()
    apply()
    lead.get_by_role("link", name="Nieuw onderwerp").click()
    lead.get_by_role("group", name="Naam", exact=True).get_by_label("Nederlands").fill("Zonnepanelen leggen")
    lead.get_by_label("Minuten gesprek").fill("30")
    lead.get_by_label("Team", exact=True).select_option("energie")
    lead.get_by_role("group", name="Plaatsen").get_by_label("De hal").check()
    for number, kind in enumerate(("person", "room"), 1):
        lead.get_by_role("button", name="Nog iets nodig").click()
        need = lead.get_by_role("group", name=f"Nodig {number}", exact=True)
        need.get_by_label("Medewerker, lokaal of loket").select_option(kind)
    lead.get_by_role("group", name="Nodig 1", exact=True).get_by_label("vaardigheid").select_option("zonnepanelen")
    apply()
    booked = municipality.booked(
        appointment_types=["zonnepanelen-leggen"], location="hal", answers={},
        start=municipality.slots("zonnepanelen-leggen", "hal")[-1]["start"],
    )  # fmt: skip
    assert booked["state"] == "booked"
    lead.goto(at(municipality, "/medewerkers/energie-1"))
    lead.get_by_label(re.compile("Laatste werkdag")).fill(in_days(1))
    lead.get_by_role("button", name="Bekijk wie naar een collega moet").click()
    expect(lead.get_by_text("Afspraken die niet meer zouden passen: 1.")).to_be_visible()
    assert municipality.post(f"appointments/{booked['id']}/cancel", {"reason": "other"}).ok
