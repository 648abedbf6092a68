"""The page behind a resident's link: documents, requests, an earlier slot, and feedback."""

import re

import pytest
from nameko.standalone.rpc import ServiceRpcProxy
from playwright.sync_api import Page, expect

from tests.browser.layout import fits, picture
from tests.client import Portal, a_visitor, eventually
from tests.qr_reader import codes_in

PDF = {"name": "plan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%%EOF\n"}


@pytest.fixture
def desk(servers):
    """Staff, who have no pages yet: over RPC."""
    with ServiceRpcProxy("booking", {"AMQP_URI": servers.amqp_uri}, timeout=10) as booking:
        yield booking


def test_a_resident_uploads_a_document_and_answers_the_specialists_request(page: Page, portal, desk):
    appointment = portal.booked()
    desk.ask("rumst", "ro-1", appointment["id"], {"text": "Wie is uw architect?"})
    page.goto(appointment["manage_url"])
    expect(page.get_by_text("Wie is uw architect?")).to_be_visible()
    picture(page, "prepare")
    assert fits(page)
    page.get_by_label("Plannen of een schets").set_input_files(PDF)
    page.get_by_role("button", name="Dit document versturen").click()
    expect(page.get_by_role("heading", name="Bedankt, we hebben het ontvangen")).to_be_visible()
    expect(page.get_by_text("✓ plan.pdf")).to_be_visible()
    page.get_by_label("Uw antwoord").fill("Mevrouw Peeters")
    page.get_by_role("button", name="Het antwoord versturen").click()
    expect(page.get_by_text("Uw antwoord: Mevrouw Peeters")).to_be_visible()
    seen = desk.dossier("rumst", "ro-1", appointment["reference"])
    assert [file["name"] for file in seen["files"]] == ["plan.pdf"]
    assert seen["asked"][0]["answer"] == "Mevrouw Peeters"
    assert page.complaints == []


def test_the_qr_code_on_the_page_contains_the_reference(page: Page, portal, tmp_path):
    appointment = portal.booked()
    page.goto(appointment["manage_url"])
    expect(page.get_by_alt_text(f"Code van uw referentie {appointment['reference']}")).to_be_visible()
    page.screenshot(path=tmp_path / "page.png", full_page=True)
    assert codes_in(tmp_path / "page.png") == [appointment["reference"]]


def test_a_resident_accepts_the_offer_of_an_earlier_slot(page: Page, portal):
    body = {"appointment_types": ["bomen-kappen"], "answers": {"perceel": "x"}}
    free = portal.slots("bomen-kappen")
    early = portal.booked(start=free[0]["start"], contact=a_visitor(), **body)
    late = portal.booked(start=free[-1]["start"], contact=a_visitor(), **body)
    page.goto(late["manage_url"])
    page.get_by_role("link", name="Wilt u een vroeger tijdstip?").click()
    page.get_by_label("Na 17 uur").check()
    page.get_by_label("dinsdag").check()
    page.get_by_label("Niet vóór").fill("2031-02-03")
    picture(page, "waiting-list")
    assert fits(page)
    page.get_by_role("button", name="Zet mij op de wachtlijst").click()
    expect(page.get_by_text("Wat u past: dinsdag, na 17 uur, niet vóór 3 februari 2031.")).to_be_visible()
    page.get_by_role("link", name="Wijzigen wat u past").click()
    page.get_by_label("Na 17 uur").uncheck()
    page.get_by_label("dinsdag").uncheck()
    page.get_by_label("Niet vóór").fill("")
    page.get_by_role("button", name="Bewaren").click()
    expect(page.get_by_role("heading", name="U staat op de wachtlijst")).to_be_visible()
    portal.post(f"appointments/{early['id']}/cancel", {}, token=early["link_token"])

    def offered():
        page.reload()
        return page.get_by_role("heading", name="Er is een vroeger moment vrij").is_visible()

    eventually(offered)
    picture(page, "offer")
    assert fits(page)
    page.get_by_role("button", name="Ja, dit moment nemen").click()
    expect(page.get_by_role("heading", name="Uw afspraak is verplaatst")).to_be_visible()
    assert page.complaints == []


def test_answers_can_be_changed_until_the_visit(page: Page, portal, desk):
    appointment = portal.booked()
    page.goto(appointment["manage_url"])
    page.get_by_text("Uw antwoorden bekijken of wijzigen").click()
    page.get_by_label("Om welk perceel of adres gaat het?").fill("Dorpsstraat 7")
    page.get_by_role("button", name="Deze antwoorden bewaren").click()
    expect(page.get_by_role("heading", name="Bedankt, we hebben het ontvangen")).to_be_visible()
    assert desk.dossier("rumst", "ro-1", appointment["reference"])["answers"]["perceel"] == "Dorpsstraat 7"
    assert page.complaints == []


def test_changing_an_answer_shows_the_question_that_depends_on_it(page: Page, portal, desk):
    appointment = portal.booked()
    page.goto(appointment["manage_url"])
    page.get_by_text("Uw antwoorden bekijken of wijzigen").click()
    page.get_by_label("Iets anders").check()
    page.get_by_role("button", name="Deze antwoorden bewaren").click()
    expect(page.get_by_role("alert")).to_contain_text("Wat is het dan?")
    expect(page.get_by_label("Iets anders")).to_be_checked()
    picture(page, "answers-mistake")
    assert fits(page)
    page.get_by_label("Wat is het dan?").fill("Een carport")
    page.get_by_role("button", name="Deze antwoorden bewaren").click()
    expect(page.get_by_role("heading", name="Bedankt, we hebben het ontvangen")).to_be_visible()
    answers = desk.dossier("rumst", "ro-1", appointment["reference"])["answers"]
    assert (answers["werken"], answers["omschrijving"]) == ("andere", "Een carport")


def test_an_empty_or_too_long_answer_is_marked_and_no_input_is_lost(page: Page, portal, desk):
    appointment = portal.booked()
    for wrong in ("", "x" * 2100):
        page.goto(appointment["manage_url"])
        page.get_by_text("Uw antwoorden bekijken of wijzigen").click()
        page.get_by_label("Om welk perceel of adres gaat het?").fill(wrong)
        page.get_by_label("Is er een eerder dossier?").fill("OMV_2025012345")
        page.get_by_role("button", name="Deze antwoorden bewaren").click()
        expect(page.get_by_role("alert")).to_contain_text("Om welk perceel of adres gaat het?")
        expect(page.get_by_label("Om welk perceel of adres gaat het?")).to_have_value(wrong)
        expect(page.get_by_label("Is er een eerder dossier?")).to_have_value("OMV_2025012345")
    assert "dossier" not in desk.dossier("rumst", "ro-1", appointment["reference"])["answers"]


def test_a_refused_file_is_explained_beside_its_field(page: Page, portal):
    appointment = portal.booked()
    page.goto(appointment["manage_url"])
    page.get_by_label("Plannen of een schets").set_input_files(
        {"name": "plan.docx", "mimeType": "application/zip", "buffer": b"PK"}
    )
    page.get_by_role("button", name="Dit document versturen").click()
    expect(page.get_by_role("alert")).to_contain_text("Plannen of een schets")
    expect(page.get_by_role("heading", name="Uw afspraak", exact=True)).to_be_visible()


def test_a_move_asks_for_confirmation_and_names_the_old_time(page: Page, portal):
    free = portal.slots("bomen-kappen")
    appointment = portal.booked(
        appointment_types=["bomen-kappen"], answers={"perceel": "x"}, start=free[-1]["start"]
    )  # fmt: skip
    page.goto(f"{appointment['manage_url']}/verplaatsen")
    old = appointment["start"][11:16]
    expect(page.get_by_text("Uw afspraak nu")).to_contain_text(old)
    other = page.locator("ul.times button").first
    new = other.inner_text()
    other.click()
    expect(page.get_by_role("heading", name="Uw afspraak verplaatsen?")).to_be_visible()
    expect(page.locator("dl s")).to_contain_text(old)
    expect(page.locator("dl strong")).to_contain_text(f"{new} – ")
    assert (
        portal.get(f"appointments/{appointment['id']}", appointment["link_token"]).json()["start"]
        == (appointment["start"])
    ), "nothing moves before it is confirmed"
    picture(page, "move-check")
    assert fits(page)
    page.get_by_role("button", name="Ja, verplaatsen").click()
    expect(page.get_by_role("heading", name="Uw afspraak is verplaatst")).to_be_visible()
    expect(page.locator("dl")).to_contain_text(new)
    assert page.complaints == []


def test_a_resident_can_rate_the_visit_once(page: Page, portal, desk):
    appointment = portal.booked()
    portal.begin(appointment["id"])
    desk.step("rumst", "ro-1", appointment["id"], "start", {"desk": "Loket 2"})
    desk.step("rumst", "ro-1", appointment["id"], "complete", {"outcome": "answered"})
    page.goto(appointment["manage_url"])
    picture(page, "feedback")
    assert fits(page)
    page.get_by_label("5", exact=True).check()
    page.get_by_label("Wat kan beter?").fill("Niets")
    page.get_by_role("button", name="Versturen").click()
    expect(page.get_by_role("heading", name="Bedankt voor uw mening")).to_be_visible()
    again = portal.post(f"appointments/{appointment['id']}/feedback", {"score": 1}, token=appointment["link_token"])
    assert again.json()["code"] == "feedback-given"


def test_a_resident_who_is_too_late_to_cancel_reads_the_reason_and_the_telephone_number(page: Page, portal):
    appointment = portal.booked()
    page.goto(appointment["manage_url"])
    page.get_by_text("De afspraak annuleren").click()
    portal.begin(appointment["id"])
    page.get_by_role("button", name="Ja, annuleren").click()
    expect(page.get_by_role("alert")).to_contain_text("Uw afspraak is al begonnen")
    page.goto(appointment["manage_url"])
    expect(page.get_by_text("Uw afspraak is al begonnen.")).to_be_visible()
    expect(page.get_by_role("status").get_by_role("link")).to_have_attribute("href", re.compile(r"^tel:\+32"))
    for gone in ("De afspraak annuleren", "Een ander moment kiezen", "Laat het mij weten"):
        expect(page.get_by_text(gone)).to_have_count(0)
    picture(page, "begun")
    assert fits(page)
    page.goto(f"{appointment['manage_url']}/verplaatsen")
    expect(page.get_by_text("Uw afspraak is al begonnen.")).to_be_visible()


def test_one_click_unsubscribes_from_reminders(page: Page, stack):
    appointment = Portal.on(stack, key=stack.machine_key("rumst", "portal")).booked()
    page.goto(f"{appointment['manage_url']}/berichten")
    expect(page.get_by_role("heading", name="Berichten per e-mail")).to_be_visible()
    picture(page, "messages")
    assert fits(page)
    page.get_by_role("button", name="Liever geen herinneringen meer").click()
    expect(page.get_by_role("heading", name="U bent afgemeld")).to_be_visible()
    picture(page, "unsubscribed")
    page.get_by_role("link", name="Naar mijn afspraak").click()
    expect(page.get_by_role("heading", name="Uw afspraak", exact=True)).to_be_visible()
    assert page.complaints == []


def test_a_month_without_free_slots_links_to_the_first_free_day(page: Page, portal):
    page.goto(f"{portal.url}/rumst/onderwerp/bomen-kappen")
    expect(page.get_by_role("heading", name="Moet u wel komen?")).to_be_visible()
    page.goto(f"{portal.url}/rumst/tijdstip?type=verkaveling&month=2031-01")
    expect(page.get_by_role("heading", name="In deze maand is er niets vrij.")).to_be_visible()
    picture(page, "nothing")
    page.get_by_role("link", name="Naar de eerste vrije dag").click()
    expect(page.locator("ul.times button").first).to_be_visible()


def test_an_invitation_link_books_exactly_once(page: Page, portal, desk):
    sent = desk.invite("rumst", "ro-2", {"appointment_type": "bezwaar-bespreken", "file_reference": "OMV_2025012345"})
    link = f"{portal.url}/rumst/uitnodiging/{sent['token']}"
    page.goto(link)
    expect(page.get_by_text("Uw bezwaar bespreken")).to_be_visible()
    page.locator("ul.times button").first.click()
    page.get_by_label("Uw naam").fill("Lieve Demo")
    page.get_by_label("E-mail").fill("geen adres")
    page.get_by_role("button", name="Verder").click()
    page.get_by_label("E-mail").fill(a_visitor()["email"])
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name="De afspraak vastleggen").click()
    expect(page.get_by_role("heading", name="Uw afspraak staat vast")).to_be_visible()
    (used,) = [each for each in desk.invitations("rumst") if each["id"] == sent["id"]]
    assert desk.dossier("rumst", "ro-2", used["appointment"])["file_reference"] == "OMV_2025012345"
    page.goto(link)
    expect(page.get_by_role("heading", name="Deze uitnodiging kan niet gebruikt worden")).to_be_visible()
