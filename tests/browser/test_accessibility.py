"""Every page, in each of its states, meets WCAG 2.2 AA as far as axe-core can check; at 200 % nothing is lost."""

import datetime as dt
import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser import desk
from tests.browser.layout import fits
from tests.chromium import LONG, WIDTHS, a_context, open_page
from tests.client import ANSWERS, Portal, a_visitor, eventually, link_in

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW, WIDE = WIDTHS
#: widths at which the states of the pages are made. The short form makes each state once, and narrows the page then
MADE_AT = WIDTHS if LONG else (WIDE,)
#: what repeats tens of times on a page. The short form checks the first few of each: axe takes milliseconds an element,
#: and the page of the API has ten thousand
REPEATED = "" if LONG else ", ".join((
    "ul.times li:nth-child(n+7)", "main section:nth-of-type(n+9)", "main div[lang=en] > table tr:nth-child(n+9)",
))  # fmt: skip
#: check without the repeated elements, and put them back; axe reads even what it excludes
RUN = """async ([repeated, options]) => {
    const places = [...(repeated ? document.querySelectorAll(repeated) : [])].map((element) => {
        const place = document.createComment("");
        element.replaceWith(place);
        return [place, element];
    });
    try {
        return await axe.run(options);
    } finally {
        places.reverse().forEach(([place, element]) => place.replaceWith(element));
    }
}"""


@pytest.fixture(scope="session")
def axe(node_modules):
    return (node_modules / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=MADE_AT)
def screens(browser, axe, request):
    """A page of a resident of each width, for all the tests here."""
    context = a_context(browser, request.param, True)
    context.add_init_script(axe)
    yield open_page(context, request.param)
    context.close()


@pytest.fixture(scope="module", params=MADE_AT)
def staff_page(browser, stack, hall, axe, request):
    with desk.staff_page(browser, stack, "halstad", (request.param, True)) as page:
        page.add_init_script(axe)
        yield page


def violations(page: Page, *, contrast: bool = True) -> list[str]:
    options = {
        "runOnly": {"type": "tag", "values": RULES},
        "resultTypes": ["violations"],
        "preload": False,
        "rules": {"color-contrast": {"enabled": contrast}},
    }
    found = page.evaluate(RUN, [REPEATED, options])
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"][:3]
    ]


def check(page: Page, *, longest: bool = True) -> None:
    """Check the page as it is; the short form checks it on the narrow screen too.

    Colours do not depend on the width, so the short form looks at contrast once. `longest`: of the languages of this
    page, this one has the longest words, which the widths are tried with.
    """
    assert violations(page) == [], page.url
    size = page.viewport_size
    if longest and not LONG:
        page.set_viewport_size({**size, "width": NARROW})
        assert violations(page, contrast=False) == [], page.url
    if longest:  # 200 % of a width is half of that width in CSS pixels (WCAG 1.4.4, 1.4.10); 320 is the narrowest
        for width in (size["width"],) if LONG else WIDTHS:
            page.set_viewport_size({**size, "width": max(320, width // 2)})
            assert fits(page), page.url
    page.set_viewport_size(size)


@pytest.mark.parametrize("tongue", ["nl", "fr", "de", "en"])
@pytest.mark.parametrize(
    "path", ["/", "/{m}/", "/{m}/?search=bouwen", "/{m}/?search=xyzzy", "/{m}/onderwerp/verkaveling"]
)
def test_choosing_a_slot(screens, portal, path, tongue):
    joined = path.replace("{m}", "rumst")
    screens.goto(f"{portal.url}{joined}{'&' if '?' in joined else '?'}lang={tongue}")
    check(screens, longest=tongue == "de")


@pytest.mark.parametrize("path", [
    "/rumst/onderwerp/bomen-kappen", "/rumst/tijdstip?type=bouwadvies&location=gemeentehuis",
    "/rumst/tijdstip?type=bouwadvies&month=2031-01", "/rumst/onderwerp/nothing", "/nothing/", "/docs",
    "/problems/slot-taken", "/rumst/aanmelden", "/rumst/koppelen", "/rumst/vragen?hold=nothing",
    "/rumst/mijn-afspraak", "/rumst/mijn-afspraak?sent=1", "/rumst/nothing/here", "/rumst/privacy",
    "/rumst/toegankelijkheid",
])  # fmt: skip
def test_static_pages(screens, portal, path):
    screens.goto(portal.url + path)
    check(screens)


def test_booking_from_slot_to_confirmation(screens, portal):
    page = screens
    page.goto(f"{portal.url}/rumst/tijdstip?type=bouwadvies&location=gemeentehuis")
    page.locator("ul.times button").last.click()
    check(page)
    page.get_by_role("button", name="Verder").click()
    check(page)  # with its mistakes
    page.get_by_label("Om welk perceel of adres gaat het?").fill("Kerkstraat 1")
    page.get_by_label("Iets anders").check()
    page.get_by_label("Wat is het dan?").fill("Een vraag")
    page.get_by_role("button", name="Verder").click()
    check(page)
    page.get_by_role("button", name="Verder").click()
    check(page)
    page.get_by_label("Uw naam").fill("Lieve Demo")
    page.get_by_label("E-mail").fill(a_visitor()["email"])
    page.get_by_role("button", name="Verder").click()
    check(page)
    page.get_by_role("button", name="De afspraak vastleggen").click()
    page.get_by_text("De afspraak annuleren").click()
    check(page)
    page.get_by_role("link", name="Een ander moment kiezen").click()
    check(page)


def test_confirming_the_address(screens, portal):
    page, visitor = screens, a_visitor()
    page.goto(f"{portal.url}/rumst/tijdstip?type=premies-energie&location=gemeentehuis&lang=nl")
    page.locator("ul.times button").last.click()
    page.get_by_role("button", name="Verder").click()
    page.get_by_label("Uw naam").fill(visitor["name"])
    page.get_by_label("E-mail").fill(visitor["email"])
    page.get_by_role("button", name="Verder").click()
    page.get_by_role("button", name="De afspraak vastleggen").click()
    for tongue in ("nl", "fr", "en", "de"):
        page.goto(re.sub("lang=..", f"lang={tongue}", page.url))
        check(page, longest=tongue == "de")
    page.get_by_label("Code").fill("1")
    page.get_by_role("button", name="Den Termin bestätigen").click()
    check(page)  # with its mistake
    page.goto(link_in(eventually(lambda: portal.mails_to(visitor["email"]))[0]) + "?lang=de")
    check(page)


def test_an_appointment_in_each_state(screens, portal, staff):
    for steps in ((), ("cancel",), ("check-in",), ("start", "complete"), ("no-show",)):
        booked = portal.booked(answers=ANSWERS)
        if not steps:
            staff.post(f"appointments/{booked['id']}/ask", {"text": "Breng het plan mee."})
        if steps not in ((), ("cancel",)):
            staff.begin(booked["id"])
        for step in steps:
            assert staff.post(f"appointments/{booked['id']}/{step}").ok
        screens.goto(booked["manage_url"])
        check(screens)
    screens.goto(f"{booked['manage_url']}/berichten")
    check(screens)


def test_the_forms_of_an_appointment(screens, portal):
    page, start = screens, portal.slots("verkaveling")[-1]["start"]
    booked = portal.booked(appointment_types=["verkaveling"], start=start, persons=2, answers={"perceel": "x"})
    here = booked["manage_url"]
    for path in ("?booked=1", "/wachtlijst", "/annuleren", "/verplaatsen?persons=4",
                 f"/verplaatsen/nakijken?persons=4&start={quote(booked['start'])}"):  # fmt: skip
        page.goto(here + path)
        check(page)
    page.goto(here)
    page.get_by_role("button", name="Dit document versturen").click()
    check(page)
    page.get_by_text("Uw gegevens bekijken of verbeteren").click()
    page.get_by_label("Uw naam").fill("")
    page.get_by_role("button", name="Deze gegevens bewaren").click()
    check(page)
    page.goto(f"{here}/annuleren")
    page.get_by_role("button", name="Ja, annuleren").click()
    check(page)


@pytest.mark.parametrize("path", [
    # days with long names, in each language
    "", "?date=2026-09-24", "?date=2026-09-24&lang=de", "?date=2026-09-23&lang=fr", "?date=2026-09-23&lang=en",
    "?resource=ann&counter=2", "/mijn-dag", "/lijst", "/week?resource=ann", "/boeken", "/boeken?type=advies", "/zoeken",
    "/sluitingen", "/teksten", "/inrichten", "/inrichten/medewerkers/ann", "/inrichten/onderwerpen/advies",
    "/inrichten/plaatsen", "/inrichten/dagen", "/inrichten/regels", "/inrichten/gemeente", "/beheer",
    "/beheer/instellingen", "/beheer/accounts", "/beheer/sleutels", "/beheer/logboek", "/beheer/logboek?access=1",
    "/beheer/webhooks", "/beheer/vastgelopen", "/beheer/status",
    "/afspraak/nothing",
])  # fmt: skip
def test_the_pages_of_the_desk(staff_page, hall, path):
    staff_page.goto(f"{hall.url}/halstad/balie{path}")
    check(staff_page)


def test_the_pages_of_an_appointment_at_the_desk(staff_page, hall):
    asked = {"appointment_type": "advies", "location": "hal"}
    start = hall.get("desk/slots", params=asked).json()["slots"][5]["start"]
    body = {"appointment_types": ["advies"], "location": "hal", "start": start, "contact": a_visitor(),
            "answers": {"adres": "x"}}  # fmt: skip
    booked = hall.post("desk/appointments", body).json()
    for path in ("", "/verplaatsen", f"/verplaatsen?date={start[:10]}&time=10:00&resource=ann"):
        staff_page.goto(f"{hall.url}/halstad/balie/afspraak/{booked['id']}{path}")
        check(staff_page)
    for step in ("check-in", "start"):
        hall.post(f"appointments/{booked['id']}/{step}")
        staff_page.goto(f"{hall.url}/halstad/balie/afspraak/{booked['id']}")
        check(staff_page)
        staff_page.goto(f"{hall.url}/halstad/balie?date={start[:10]}&resource=ann")
        check(staff_page)


def test_the_setup_pages_in_each_state(staff_page, hall):
    preview = staff_page.get_by_role("button", name="Bekijk wat er zou veranderen")
    staff_page.goto(f"{hall.url}/halstad/balie/inrichten/medewerkers/ann")
    for end in ("12:00", "05:00"):  # what would change, and what is wrong
        staff_page.get_by_label("Tot", exact=True).first.fill(end)
        preview.click()
        check(staff_page)
    staff_page.goto(f"{hall.url}/halstad/balie/inrichten/onderwerpen/advies")
    for minutes in ("40", "600"):
        staff_page.get_by_label("Minuten gesprek").fill(minutes)
        preview.click()
        check(staff_page)
    staff_page.goto(f"{hall.url}/halstad/balie/teksten?kind=reminder")
    for words in ("Tot {{ day }}!", "{{ nobody }}"):
        staff_page.get_by_label("Onderwerp").fill(words)
        staff_page.get_by_role("button", name="Bekijken hoe het leest").click()
        check(staff_page)


def test_webhooks_and_their_deliveries(staff_page, hall, stack):
    portal = Portal.on(stack, "halstad", stack.machine_key("halstad", "portal"))
    made = portal.post("webhooks", {"url": "http://127.0.0.1:9/axe", "types": ["appointment.booked.v1"]}).json()
    for path in ("", f"/{made['id']}"):
        staff_page.goto(f"{hall.url}/halstad/balie/beheer/webhooks{path}")
        check(staff_page)
    portal.send("DELETE", f"webhooks/{made['id']}")


def test_losing_a_slot_and_uploading_files(screens, portal):
    start = quote(portal.slots()[3]["start"])
    screens.goto(f"{portal.url}/rumst/tijdstip?type=bouwadvies&location=gemeentehuis&taken={start}&day={start[:10]}")
    expect(screens.get_by_role("alert")).to_be_visible()
    check(screens)
    screens.locator("ul.times button").last.click()
    for name, body in (("plan.pdf", b"%PDF-1.7\n%%EOF\n"), ("brief.txt", b"hello")):
        file = {"name": name, "mimeType": "application/octet-stream", "buffer": body}
        screens.get_by_label("Plannen of een schets").set_input_files(file)
        screens.get_by_role("button", name="Dit meesturen").click()
        check(screens)


def test_the_dashboard(staff_page, hall):
    for path in ("cijfers", "cijfers/kwartaal", "balie/streefcijfers", "balie/weekverslag"):
        staff_page.goto(f"{hall.url}/halstad/{path}")
        check(staff_page)
    staff_page.goto(f"{hall.url}/halstad/balie/streefcijfers")
    staff_page.get_by_label("Cijfers van voor Loket").check()
    staff_page.get_by_label("Cijfers als CSV").fill("figure;value\nwachten;12")
    staff_page.get_by_role("button", name="Nulmeting bewaren").click()
    expect(staff_page.get_by_role("alert")).to_contain_text("Dit cijfer bestaat niet, op lijn 2: wachten.")
    check(staff_page)
    staff_page.get_by_label("Cijfers als CSV").fill("figure;value\nsatisfaction;3,5")
    staff_page.get_by_role("button", name="Nulmeting bewaren").click()
    expect(staff_page.get_by_role("status")).to_be_visible()
    staff_page.goto(f"{hall.url}/halstad/cijfers")
    expect(staff_page.get_by_role("listitem").filter(has_text="Nulmeting: 3,5")).to_be_visible()


def test_the_screens_in_the_hall(browser, stack, hall, screens):
    screens.goto(f"{hall.url}/halstad/koppelen?next=onthaal")
    screens.get_by_label("Sleutel").fill(stack.machine_key("halstad", "kiosk"))
    screens.get_by_role("button", name="Koppelen").click()
    check(screens)
    screens.get_by_role("button", name="Ik ben er").click()
    check(screens)
    screens.goto(f"{hall.url}/halstad/onthaal/nummer?location=hal")
    check(screens)
    screens.get_by_role("button", name="Een boom kappen").click()
    check(screens)
    screens.goto(f"{hall.url}/halstad/scherm?location=hal")
    check(screens)


def test_dates_are_in_words_in_the_language_of_the_page(screens, portal):
    today = dt.datetime.now(dt.UTC).year
    screens.goto(f"{portal.url}/rumst/tijdstip?type=bouwadvies&location=gemeentehuis&lang=fr")
    assert (
        str(today) in screens.locator("h2").first.inner_text()
        or str(today + 1) in screens.locator("h2").first.inner_text()
    )
    assert screens.locator("html").get_attribute("lang") == "fr"
