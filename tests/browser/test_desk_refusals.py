"""After a refusal, staff stay at the desk and read the reason in one sentence."""

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.desk import logged_in
from tests.browser.layout import fits, picture
from tests.browser.test_desk_page import at, free
from tests.chromium import a_context
from tests.client import a_visitor, eventually

#: words that no page may show
CODES = ("in_service", "checked_in", "complete", "park", "another team", "tickets.", "queue.handle", "agenda.read")


@pytest.fixture
def visit(hall):
    """Book visits to Ann for today."""
    made = []

    def make(resource="ann"):
        slots = free(hall, resource=resource)
        body = {
            "appointment_types": ["advies"], "location": "hal", "start": slots[len(slots) // 2]["start"],
            "resource": resource, "contact": a_visitor(), "answers": {"adres": "Kerkstraat 1"},
        }  # fmt: skip
        answer = hall.post("desk/appointments", body)
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
        return answer.json()

    yield make
    for each in made:
        hall.post(f"appointments/{each['id']}/cancel", {"reason": "other"})


@pytest.fixture
def nobody_waits(hall):
    for each in hall.get("queue", params={"location": "hal"}).json()["waiting"]:
        if each["kind"] == "ticket":
            hall.post(f"tickets/{each['id'].split('/', 1)[1]}/leave")


def says(page: Page, text: str):
    """The page of the desk says this in the language of the page, and nothing in ours."""
    expect(page.get_by_role("alert")).to_contain_text(text)
    expect(page.get_by_role("navigation", name="Balie")).to_be_visible()
    shown = page.locator("main").inner_text()
    assert [code for code in CODES if code in shown] == []
    assert fits(page)


def test_an_empty_queue_is_reported_on_the_day_in_view(desk: Page, hall, nobody_waits):
    desk.goto(at(hall, "?resource=carla&counter=Loket 3"))
    desk.get_by_role("button", name="De volgende roepen").click()
    says(desk, "Er wacht nu niemand voor deze medewerker.")
    expect(desk.get_by_label("Wiens agenda")).to_have_value("carla")
    expect(desk.get_by_label("Mijn loket")).to_have_value("Loket 3")
    picture(desk, "desk-nobody-waiting")
    desk.reload()
    expect(desk.get_by_role("button", name="De volgende roepen")).to_be_visible()


def test_a_click_on_a_stale_page_shows_the_current_state(desk: Page, hall, visit):
    booked = visit()
    desk.goto(at(hall, f"/afspraak/{booked['id']}"))
    for step in ("check-in", "start"):
        assert hall.post(f"appointments/{booked['id']}/{step}").ok
    desk.get_by_role("button", name="Is er").click()
    says(desk, "Er is intussen iets gewijzigd, dus dit kan niet meer. U ziet hoe het nu is.")
    expect(desk.locator(".state").first).to_have_text("wordt geholpen")
    assert desk.url.startswith(at(hall, f"/afspraak/{booked['id']}"))
    picture(desk, "desk-stale")


def test_a_taken_slot_is_reported_beside_the_free_ones(desk: Page, hall, visit):
    booked, other = visit(), visit(resource="bert")
    desk.goto(at(hall, f"/afspraak/{booked['id']}/verplaatsen"))
    desk.locator("ul.times a").last.click()
    start = desk.get_by_role("button", name="Hierheen verplaatsen").get_attribute("value")
    for each in ("ann", "bert"):
        body = {"appointment_types": ["advies"], "location": "hal", "start": start, "resource": each,
                "contact": a_visitor()}  # fmt: skip
        assert hall.post("desk/appointments", body).status_code == 201
    desk.locator("select[name=reason]").select_option("by-municipality")
    desk.get_by_role("button", name="Hierheen verplaatsen").click()
    says(desk, "kies een ander")
    assert hall.get(f"appointments/{other['id']}").json()["state"] == "booked"


def test_a_user_without_permission_reads_which_colleague_to_ask(browser, stack, hall, desk_variant):
    page = logged_in(a_context(browser, *desk_variant), stack, "halstad", desk_variant[0], ["agent/groen"])
    page.goto(at(hall, "/beheer"))
    says(page, "U mag dit niet doen. Vraag het aan wie het team leidt of aan een beheerder.")
    picture(page, "desk-forbidden")
    page.goto(at(hall, "/boeken?type=advies"))
    page.get_by_label("Naam", exact=True).fill("Lieve Demo")
    page.get_by_role("button", name="Boeken", exact=True).click()
    says(page, "U mag dit niet doen.")
    expect(page.get_by_label("Naam", exact=True)).to_have_value("Lieve Demo")
    page.context.close()


@pytest.mark.parametrize("path", ["/afspraak/0000-0000", "/afspraak/0000-0000/verplaatsen"])
def test_an_unknown_reference_is_reported_on_the_search_page(desk: Page, hall, path):
    answer = desk.goto(at(hall, path))
    assert answer.status == 404
    says(desk, "We vinden deze afspraak niet, of ze is voor een ander team.")
    desk.get_by_role("link", name="Een afspraak zoeken").click()
    expect(desk.get_by_label("Naam, referentie, telefoonnummer of e-mailadres")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/volgende", ""), ("/volgnummer", ""), ("/botsingen", ""), ("/teksten/woorden", "/teksten"),
        ("/nummer/hal/2026-11-30/1/complete", ""), ("/afspraak/0000-0000/stap", "/afspraak/0000-0000"),
        ("/sluitingen/0000/weg", "/sluitingen"),
    ],
)  # fmt: skip
def test_a_get_request_to_the_address_of_a_form_redirects_to_its_page(stack, path, page):
    answer = requests.get(f"{stack.url}/halstad/balie{path}?lang=fr", timeout=5, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/halstad/balie{page}?lang=fr")


def test_a_get_request_to_the_address_of_a_residents_form_redirects_to_its_page(stack):
    for path, page in (
        ("/afspraak/x/antwoord", "/afspraak/x"),
        ("/afmelden", "/"),
        ("/onthaal/aanmelden", "/onthaal"),
    ):
        answer = requests.get(f"{stack.url}/halstad{path}", timeout=5, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/halstad{page}")


def test_the_api_still_lists_the_allowed_methods_of_an_address(stack):
    answer = requests.get(f"{stack.url}/api/v1/halstad/holds", timeout=5, allow_redirects=False)
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")


def test_a_form_only_returns_to_pages_of_the_desk(desk: Page, hall):
    desk.goto(at(hall))
    token = desk.locator("input[name=csrf_token]").first.get_attribute("value")
    for there in ("https://example.org/", "//example.org/halstad/balie", "/halstad/", "/halstad/balie.example", ""):
        form = {"csrf_token": token, "resource": "nobody", "location": "hal", "here": there}
        answer = desk.request.post(at(hall, "/volgende"), form=form, max_redirects=0)
        assert answer.headers["location"] == "/halstad/balie?refused=unknown-resource"


def test_a_form_that_is_sent_twice_acts_once(desk: Page, hall):
    desk.goto(at(hall, "?resource=carla"))
    fields = {
        name: desk.locator(f"form[action*='/volgnummer'] input[name={name}]").get_attribute("value")
        for name in ("csrf_token", "once", "here", "location")
    }
    shown = [
        desk.request.post(at(hall, "/volgnummer"), form={**fields, "type": "boom"}, max_redirects=0).headers["location"]
        for _ in range(2)
    ]
    assert shown[0] == shown[1]


def test_staff_book_for_a_resident_without_an_address_and_open_questions_stay_listed(desk: Page, hall):
    desk.goto(at(hall, "/boeken?type=plan"))
    picture(desk, "desk-book-plan")
    if desk.evaluate("document.querySelector('[data-only-if]').hidden"):  # with a script
        desk.get_by_label("Wat voor plan?").select_option("huis")
        expect(desk.get_by_label("Hoeveel kamers?")).to_be_visible()
        desk.get_by_label("Wat voor plan?").select_option("weg")
        expect(desk.get_by_label("Hoeveel kamers?")).to_be_hidden()
    desk.get_by_label("Wat voor plan?").select_option("huis")
    expect(desk.get_by_text("Alleen als u “Een huis” koos bij “Wat voor plan?”.")).to_be_visible()
    desk.get_by_label("Naam", exact=True).fill(f"Jan Zonder{desk.width}")
    desk.get_by_role("button", name="Boeken", exact=True).click()
    expect(desk.get_by_role("status")).to_contain_text("Er wordt geen bevestiging gestuurd")
    asked = desk.locator("dd").filter(has_text="nog te vragen")
    expect(asked).to_have_count(2)
    expect(desk.locator("dd").filter(has_text="er vertrekken geen berichten")).to_be_visible()
    expect(desk.get_by_text("Een huis", exact=True)).to_be_visible()
    picture(desk, "desk-visit-without-address")
    assert fits(desk)
    identifier = desk.url.split("/afspraak/")[1].split("?")[0]
    result = eventually(lambda: _settled(desk, hall, identifier))
    assert "geen e-mailadres" in result
    assert hall.get(f"appointments/{identifier}/dossier").json()["contact"]["email"] is None
    assert hall.post(f"appointments/{identifier}/cancel", {"reason": "other"}).ok


def _settled(desk: Page, hall, identifier):
    desk.goto(at(hall, f"/afspraak/{identifier}"))
    text = desk.locator("main").inner_text()
    return text if "niet verstuurd" in text else None


def test_a_telephone_number_alone_is_enough(desk: Page, hall):
    desk.goto(at(hall, "/boeken?type=boom"))
    desk.get_by_label("Naam", exact=True).fill(f"Jan Nummer{desk.width}")
    desk.get_by_label("Mobiel nummer").fill("0470 12 34 56")
    desk.get_by_role("button", name="Boeken", exact=True).click()
    expect(desk.get_by_role("status")).to_contain_text("De bevestiging gaat per sms.")
    expect(desk.get_by_role("link", name="+32470123456")).to_be_visible()
    expect(desk.locator("dd").filter(has_text="er wordt niets gemaild")).to_be_visible()
    desk.get_by_role("link", name="Naar een ander moment verplaatsen").click()
    desk.locator("ul.times a").last.click()
    desk.get_by_label("Waarom?").select_option(label="De inwoner vroeg erom")
    desk.get_by_label("De inwoner verwittigen met een bericht").uncheck()
    desk.get_by_role("button", name="Hierheen verplaatsen").click()
    expect(desk.get_by_role("status")).to_contain_text("Er gaat geen bericht: u verwittigt de inwoner zelf.")
