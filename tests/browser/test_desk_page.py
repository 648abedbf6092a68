"""The desk in real Chromium: the day, one appointment, booking for a resident, moving, closures and administration."""

import datetime as dt
import re
import time
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desk import logged_in, noon_zone
from tests.browser.layout import fits, picture
from tests.chromium import a_context
from tests.client import a_visitor, eventually


def today():
    return dt.datetime.now(ZoneInfo(noon_zone())).date().isoformat()


def free(hall, kind="advies", day=None, **more):
    asked = {"appointment_type": kind, "location": "hal", "from": day or today(), "to": day or today(), **more}
    return hall.get("desk/slots", params=asked).json()["slots"]


@pytest.fixture
def visit(hall):
    """Book visits to Ann for today, and cancel those that are left at the end of the test."""
    made = []

    def make(day=None, resource="ann", **contact):
        slots = free(hall, day=day, resource=resource)
        body = {
            "appointment_types": ["advies"], "location": "hal", "start": slots[len(slots) // 2]["start"],
            "resource": resource, "contact": a_visitor(**contact), "answers": {"adres": "Kerkstraat 1"},
        }  # fmt: skip
        answer = hall.post("desk/appointments", body)
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
        return {**answer.json(), "contact": body["contact"]}

    yield make
    for each in made:
        hall.post(f"appointments/{each['id']}/cancel", {"reason": "other"})


def at(hall, path=""):
    return f"{hall.url}/halstad/balie{path}"


def test_staff_check_in_start_and_complete_an_appointment_from_the_day(desk: Page, hall, visit):
    booked = visit()
    name = booked["contact"]["name"]
    desk.goto(at(hall, "?resource=ann&counter=Loket 2"))
    row = desk.locator("article.visit").filter(has_text=booked["reference"])
    expect(row).to_contain_text("verwacht")
    picture(desk, "desk-day")
    assert fits(desk)
    row.get_by_role("button", name=f"Is er {name}").click()
    expect(row).to_contain_text("is er")
    row.get_by_role("button", name=f"Nu helpen {name}").click()
    expect(row).to_contain_text("wordt geholpen")
    row.get_by_role("link", name=name).click()
    expect(desk.get_by_text("Kerkstraat 1")).to_be_visible()
    expect(desk.get_by_role("link", name=booked["contact"]["email"])).to_be_visible()
    desk.get_by_label("Hoe liep het af?").select_option("follow_up")
    desk.get_by_role("button", name="Klaar").click()
    expect(desk.get_by_role("heading", name="Het volgende bezoek")).to_be_visible()
    desk.goto(at(hall, f"/afspraak/{booked['id']}"))
    expect(desk.locator(".state")).to_have_text("afgerond")
    expect(desk.get_by_text("Er is nog een afspraak nodig").first).to_be_visible()
    assert hall.get(f"appointments/{booked['id']}/dossier").json()["outcome"] == "follow_up"
    picture(desk, "desk-visit")
    assert fits(desk)
    assert desk.complaints == []


def test_a_message_can_be_sent_again_only_from_its_own_appointment(desk: Page, hall, visit):
    booked, other = visit(), visit(resource="bert")
    eventually(lambda: hall.mails_to(booked["contact"]["email"]))
    desk.goto(at(hall, f"/afspraak/{booked['id']}"))
    token = desk.locator("input[name=csrf_token]").first.get_attribute("value")
    again = desk.get_by_role("button", name="Opnieuw versturen bevestiging")
    message = desk.locator("form").filter(has=again).locator("input[name=message]").get_attribute("value")
    forged = {"csrf_token": token, "message": message}
    refused = desk.request.post(at(hall, f"/afspraak/{other['id']}/bericht"), form=forged, max_redirects=0)
    assert (refused.status, refused.headers["location"]) == (303, "/halstad/balie?refused=unknown-message")
    again.click()
    assert eventually(lambda: len(hall.mails_to(booked["contact"]["email"])) == 2)


def test_a_no_show_can_be_undone(desk: Page, hall, visit):
    booked = visit()
    desk.goto(at(hall, f"/afspraak/{booked['id']}"))
    expect(desk.get_by_role("button", name="Is er")).to_be_visible()
    expect(desk.get_by_role("button", name="Niet gekomen")).to_have_count(0)
    hall.begin(booked["id"])
    desk.reload()
    desk.get_by_role("button", name="Niet gekomen").click()
    expect(desk.locator(".state")).to_have_text("niet gekomen")
    desk.get_by_role("button", name="Toch gekomen").click()
    expect(desk.locator(".state")).to_have_text("verwacht")


def test_the_page_of_a_colleague_refreshes_automatically(browser, stack, hall, visit, scripted_desk: Page):
    scripted_desk.goto(at(hall, "?resource=ann"))
    other = logged_in(a_context(browser, 1280, True), stack, "halstad", 1280, ["agent/bouw"])
    other.goto(at(hall, "?resource=ann"))
    booked = visit()
    for page in (scripted_desk, other):
        expect(page.locator("article.visit").filter(has_text=booked["reference"])).to_be_visible(timeout=15000)
    other.context.close()


def test_the_day_shows_that_it_is_outdated_while_the_connection_is_lost_and_recovers(scripted_desk: Page, hall):
    scripted_desk.goto(at(hall))
    scripted_desk.route("**/balie*", lambda route: route.abort())
    expect(scripted_desk.locator(".stale")).to_contain_text("De verbinding is weg", timeout=15000)
    scripted_desk.unroute("**/balie*")
    expect(scripted_desk.locator(".stale")).to_have_count(0, timeout=15000)


def test_call_next_calls_the_next_visitor_to_the_users_counter(desk: Page, hall):
    for each in hall.get("queue", params={"location": "hal"}).json()["waiting"]:
        if each["kind"] == "ticket":
            hall.post(f"tickets/{each['id'].split('/', 1)[1]}/leave")
    number = hall.post("tickets", {"appointment_types": ["boom"], "location": "hal"}).json()["shown"]
    desk.goto(at(hall, "?resource=carla&counter=Loket 3"))
    expect(desk.locator("aside .line").first).to_contain_text(number)
    desk.get_by_role("button", name="De volgende roepen").click()
    called = desk.locator("aside ul.line li").filter(has=desk.get_by_text(number, exact=True))
    expect(called).to_contain_text("Loket 3")
    called.get_by_role("button", name="Klaar").click()
    expect(desk.locator("aside ul.line li").filter(has=desk.get_by_text(number, exact=True))).to_have_count(0)


def test_a_transferred_resident_keeps_their_place(desk: Page, hall, visit):
    booked = visit()
    for step in ("check-in", "start"):
        assert hall.post(f"appointments/{booked['id']}/{step}").ok
    desk.goto(at(hall, f"/afspraak/{booked['id']}"))
    desk.get_by_text("Aan een collega doorgeven").click()
    desk.get_by_label("Waarover gaat het?").select_option("boom")
    desk.get_by_role("button", name="Doorgeven").click()
    expect(desk.get_by_role("status")).to_contain_text("Doorgegeven.")
    waiting = hall.get("queue", params={"location": "hal"}).json()["waiting"]
    number = next(
        each["shown"] for each in waiting if each["kind"] == "ticket" and each["appointment_types"] == ["boom"]
    )
    desk.goto(at(hall, "?resource=carla&counter=Loket 3"))
    desk.get_by_role("button", name="De volgende roepen").click()
    called = desk.locator("aside ul.line li").filter(has=desk.get_by_text(number, exact=True))
    called.get_by_text(re.compile("^Doorgeven")).first.click()
    called.get_by_label("Waarover gaat het?").select_option("advies")
    called.get_by_role("button", name="Doorgeven").click()
    again = desk.locator("aside ol.line li").filter(has=desk.get_by_text(number, exact=True))
    expect(again).to_contain_text("Bouwadvies")


def test_staff_book_for_a_caller_by_keyboard_in_under_twenty_seconds(scripted_desk: Page, hall):
    page, began = scripted_desk, time.monotonic()
    page.goto(at(hall))
    page.keyboard.press("b")
    expect(page.get_by_role("heading", name="Boeken voor iemand")).to_be_visible()
    page.keyboard.type("bouw")
    # the free moments come with the choice
    expect(page.locator("input[name=start]:checked")).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Tab")
    visitor = a_visitor()
    for text in (visitor["name"], "0470 12 34 56", visitor["email"]):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # how the resident is informed, which is by e-mail
    page.keyboard.type("Kerkstraat 1")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Taal", exact=True)).to_be_focused()
    page.keyboard.press("Tab")  # what the visitor needs, which is closed
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("De bevestiging is onderweg")).to_be_visible()
    assert time.monotonic() - began < 20
    assert page.locator("h1").inner_text() == visitor["name"]


def test_single_keys_do_not_leave_a_form_with_unsaved_input(scripted_desk: Page, hall):
    page = scripted_desk
    page.goto(at(hall, "/zoeken"))
    page.get_by_role("searchbox").fill("Peeters")
    page.locator("h1").click()
    page.keyboard.press("b")
    page.keyboard.press("2")
    expect(page.get_by_role("searchbox")).to_have_value("Peeters")
    assert page.url.partition("?")[0].endswith("/zoeken")


def test_single_keys_can_be_switched_off(scripted_desk: Page, hall):
    page = scripted_desk
    page.goto(at(hall))
    page.get_by_label("Deze toetsen gebruiken in deze browser").uncheck()
    page.goto(at(hall, "/week"))
    page.locator("h1").click()
    page.keyboard.press("b")
    page.keyboard.press("1")
    expect(page.get_by_label("Deze toetsen gebruiken in deze browser")).not_to_be_checked()
    assert page.url.partition("?")[0].endswith("/week")
    page.get_by_label("Deze toetsen gebruiken in deze browser").check()
    page.locator("h1").click()
    page.keyboard.press("b")
    expect(page.get_by_role("heading", name="Boeken voor iemand")).to_be_visible()


def test_the_desk_shows_the_number_that_it_gave_once(desk: Page, hall):
    desk.goto(at(hall))
    desk.get_by_text("Iemand komt binnen").click()
    desk.get_by_role("button", name="Een nummer geven").click()
    number = re.search(r"(\d+)", desk.get_by_role("status").first.inner_text())[1]
    picture(desk, "desk-number")
    waiting = {each["shown"] for each in hall.get("queue", params={"location": "hal"}).json()["waiting"]}
    assert number in waiting
    desk.reload()
    after = {each["shown"] for each in hall.get("queue", params={"location": "hal"}).json()["waiting"]}
    assert after == waiting


def test_an_invalid_telephone_booking_shows_its_errors_and_preserves_the_input(desk: Page, hall):
    desk.goto(at(hall, "/boeken?type=advies"))
    desk.get_by_label("Naam", exact=True).fill("Lieve Demo")
    desk.get_by_label("E-mail").fill("geen adres")
    desk.get_by_role("button", name="Boeken", exact=True).click()
    expect(desk.get_by_role("alert")).to_contain_text("E-mail")
    expect(desk.get_by_role("alert")).to_contain_text("Naar dit e-mailadres kunnen we niet schrijven.")
    expect(desk.get_by_label("Naam", exact=True)).to_have_value("Lieve Demo")
    picture(desk, "desk-book")
    assert fits(desk)


def test_an_appointment_can_be_moved_by_keyboard(desk: Page, hall, visit):
    booked = visit()
    desk.goto(at(hall, f"/afspraak/{booked['id']}"))
    desk.get_by_role("link", name="Naar een ander moment verplaatsen").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("heading", name="Naar een ander moment verplaatsen")).to_be_visible()
    picture(desk, "desk-move")
    assert fits(desk)
    desk.locator("ul.times a").last.focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_label("Waarom?")).to_have_value("")  # the clerk says who asked for it; nothing is preset
    desk.get_by_label("Waarom?").select_option(label="De inwoner vroeg erom")
    desk.get_by_role("button", name="Hierheen verplaatsen").click()
    expect(desk.get_by_role("status")).to_contain_text("Verplaatst.")
    assert hall.get(f"appointments/{booked['id']}").json()["start"] != booked["start"]


def test_an_appointment_can_be_moved_by_dragging(browser, stack, hall, visit):
    page = logged_in(a_context(browser, 1280, True), stack, "halstad", 1280)
    page.set_viewport_size({"width": 1280, "height": 2000})
    day = (dt.date.fromisoformat(today()) + dt.timedelta(days=3)).isoformat()
    booked = visit(day=day)
    page.goto(at(hall, f"?date={day}"))
    block = page.locator(f"[data-appointment='{booked['id']}']")
    column = page.locator("[data-resource=bert]")
    there = column.bounding_box()
    block.drag_to(column, source_position={"x": 20, "y": 5}, target_position={"x": 40, "y": there["height"] * 0.1})
    expect(page.locator(".summary")).to_contain_text("Bert Maes")
    page.get_by_label("Waarom?").select_option(label="De inwoner vroeg erom")
    page.get_by_role("button", name="Hierheen verplaatsen").click()
    expect(page.get_by_role("status")).to_contain_text("Verplaatst.")
    moved = hall.get(f"appointments/{booked['id']}/dossier").json()
    assert moved["resources"] == ["bert"]
    assert moved["start"] < booked["start"]
    page.context.close()


def test_a_closure_lists_its_conflicts_and_they_can_be_moved(desk: Page, hall, visit):
    day = dt.date.fromisoformat(today()) + dt.timedelta(days=5)
    booked = visit(day=day.isoformat(), resource="bert")
    desk.goto(at(hall, "/sluitingen"))
    desk.get_by_label("Eerste dag").fill(day.isoformat())
    desk.get_by_label("Van wie").select_option("bert")
    desk.get_by_label("Waarom").fill("Opleiding")
    desk.get_by_role("button", name="Uit de agenda nemen").click()
    row = desk.locator("tr").filter(has=desk.locator(f"a[href*='{booked['id']}']"))
    expect(row).to_contain_text("gesloten")
    picture(desk, "desk-closures")
    assert fits(desk)
    desk.get_by_role("button", name="Verplaats wat aangevinkt is").click()
    expect(desk.get_by_role("status")).to_contain_text("afspraken verplaatst")
    assert hall.get(f"appointments/{booked['id']}").json()["start"] != booked["start"]
    desk.get_by_role("button", name=re.compile("^Weer openen")).first.click()
    expect(desk.get_by_role("button", name=re.compile("^Weer openen"))).to_have_count(0)


def test_an_appointment_is_found_by_name_and_by_reference(desk: Page, hall, visit):
    booked = visit(name=f"Wannes Vandersteen{desk.width}")
    desk.goto(at(hall, "/zoeken"))
    for text in ("wann vandersteen", booked["reference"]):
        desk.get_by_role("searchbox").fill(text)
        desk.get_by_role("button", name="Zoeken").click()
        eventually(lambda: desk.locator("h1").inner_text() != "")
        if desk.locator("ul.cards").count():
            desk.locator("ul.cards a").filter(has_text=booked["reference"]).click()
        expect(desk.locator("dl").first).to_contain_text(booked["reference"])
        assert "Vandersteen" not in desk.url
        desk.goto(at(hall, "/zoeken"))
    desk.get_by_role("searchbox").fill("nobody at all")
    desk.get_by_role("button", name="Zoeken").click()
    expect(desk.get_by_role("status")).to_contain_text("Niets gevonden")


def test_the_week_of_a_person_links_to_its_days(desk: Page, hall, visit):
    booked = visit()
    desk.goto(at(hall, "/week?resource=ann"))
    expect(desk.locator(f".columns a[href*='{booked['id']}']")).to_be_attached()
    picture(desk, "desk-week")
    assert fits(desk)


def test_the_printed_day_shows_only_its_columns(scripted_desk: Page, hall, visit):
    visit()
    scripted_desk.goto(at(hall))
    scripted_desk.emulate_media(media="print")
    expect(scripted_desk.locator(".columns")).to_be_visible()
    for gone in (".top", ".filters", "aside"):
        expect(scripted_desk.locator(gone)).to_be_hidden()


def test_an_agent_of_one_team_sees_no_other_team_and_no_administration(browser, stack, hall, visit):
    page = logged_in(a_context(browser, 1280, False), stack, "halstad", 1280, ["agent/groen"])
    booked = visit()
    page.goto(at(hall))
    expect(page.get_by_role("link", name="Beheer")).to_have_count(0)
    expect(page.get_by_text(booked["contact"]["name"])).to_have_count(0)
    page.goto(at(hall, f"/afspraak/{booked['id']}"))
    expect(page.get_by_role("alert")).to_contain_text("of ze is voor een ander team")
    page.goto(at(hall, "/beheer"))
    expect(page.get_by_role("alert")).to_contain_text("U mag dit niet doen.")
    page.context.close()


def test_a_form_posted_from_another_site_changes_nothing(hall, stack, visit, desk: Page):
    booked = visit()
    answer = desk.request.post(at(hall, f"/afspraak/{booked['id']}/annuleren"), form={"reason": "other"})
    assert answer.url == at(hall, "?refused=csrf")
    assert "Deze pagina was te oud." in answer.text()
    assert hall.get(f"appointments/{booked['id']}").json()["state"] == "booked"


def test_a_configuration_is_compared_refused_with_its_line_and_loaded(desk: Page, hall):
    desk.goto(at(hall, "/beheer/instellingen"))
    box = desk.get_by_label(re.compile("als YAML$"))
    before = box.input_value()
    box.fill(before.replace("duration: 30", "duration: dertig", 1).replace("team: groen", "team: grijs", 1))
    desk.get_by_role("button", name="Bekijk wat er zou veranderen").click()
    expect(desk.get_by_role("alert")).to_contain_text("regel")
    expect(desk.get_by_role("alert")).to_contain_text("Dit moet een geheel getal zijn.")
    desk.get_by_label(re.compile("als YAML$")).fill(before.replace("team: groen", "team: grijs", 1))
    desk.get_by_role("button", name="Bekijk wat er zou veranderen").click()
    expect(desk.get_by_role("alert")).to_contain_text("Zo'n team is er niet: grijs.")
    phone = f"+3235550{desk.width % 1000:03d}"
    desk.get_by_label(re.compile("als YAML$")).fill(re.sub(r"phone: .*", f"phone: '{phone}'", before))
    desk.get_by_role("button", name="Bekijk wat er zou veranderen").click()
    expect(desk.locator("pre.diff")).to_contain_text(phone)
    picture(desk, "desk-configuration", whole=False)
    assert fits(desk)
    desk.get_by_role("button", name="Laat dit gelden").click()
    expect(desk.get_by_role("status")).to_contain_text("geldt nu")
    expect(desk.locator("footer, main").first).to_be_visible()
    assert phone in hall.get("configuration").json()["text"]
    desk.goto(at(hall, "/beheer/instellingen"))
    desk.get_by_label(re.compile("als YAML$")).fill(before)
    desk.get_by_role("button", name="Bekijk wat er zou veranderen").click()
    desk.get_by_role("button", name="Laat dit gelden").click()


def test_accounts_and_keys_are_created_shown_once_and_removed(desk: Page, hall):
    name = f"nieuw-{time.time_ns()}"
    desk.goto(at(hall, "/beheer/accounts"))
    desk.get_by_label("Account", exact=True).fill(name)
    desk.get_by_label("Mag").select_option("agent")
    desk.get_by_label("Team").select_option("groen")
    desk.get_by_role("button", name="Maken").click()
    expect(desk.locator(".secret")).to_be_visible()
    picture(desk, "desk-accounts")
    assert fits(desk)
    desk.get_by_role("button", name=f"Sluiten {name}").click()
    expect(desk.locator("tr").filter(has_text=name)).to_contain_text("gesloten")
    expect(desk.locator(".secret")).to_have_count(0)
    desk.goto(at(hall, "/beheer/sleutels"))
    desk.get_by_label("Sleutel", exact=True).fill(name)
    desk.get_by_role("button", name="Maken").click()
    expect(desk.locator(".secret")).to_contain_text("loket_")
    desk.get_by_role("button", name=f"Intrekken {name}").click()
    expect(desk.get_by_text(name)).to_have_count(0)
    desk.goto(at(hall, "/beheer/logboek?access=1"))
    expect(desk.locator("tr").filter(has_text=name).first).to_be_visible()


def test_messages_can_be_previewed_and_test_sent(desk: Page, hall):
    desk.goto(at(hall, "/teksten?kind=reminder&language=fr"))
    expect(desk.locator("pre.message").first).to_contain_text("rendez-vous")
    picture(desk, "desk-texts")
    assert fits(desk)
    mailbox = f"proef-{time.time_ns()}@example.org"
    desk.get_by_label("Uw e-mailadres").fill(mailbox)
    desk.get_by_role("button", name="Versturen").click()
    expect(desk.get_by_role("status")).to_contain_text("Kijk in uw mailbox")
    assert eventually(lambda: hall.mails_to(mailbox))


def test_an_administrator_cannot_close_their_own_account(desk: Page, hall):
    desk.goto(at(hall, "/beheer/accounts"))
    mine = desk.locator("tr").filter(has_text=desk.account)
    expect(mine.get_by_role("button", name=re.compile("Sluiten"))).to_have_count(0)


def test_a_search_with_more_than_fifty_results_asks_for_more_of_the_name(desk: Page, hall):
    name, days = (
        f"Veel{time.monotonic_ns()}",
        (dt.date.fromisoformat(today()) + dt.timedelta(days=20), dt.timedelta(days=1)),
    )
    for number in range(51):
        day = (days[0] + number // 30 * days[1]).isoformat()
        asked = {"appointment_type": "boom", "location": "hal", "from": day, "to": day}
        start = hall.get("desk/slots", params=asked).json()["slots"][0]["start"]
        body = {"appointment_types": ["boom"], "location": "hal", "start": start, "contact": a_visitor(name=name)}
        assert hall.post("desk/appointments", body).status_code == 201
    desk.goto(at(hall, "/zoeken"))
    desk.get_by_role("searchbox").fill(name)
    desk.get_by_role("button", name="Zoeken").click()
    expect(desk.get_by_role("status")).to_contain_text("Meer dan 50 gevonden.")
    expect(desk.locator("ul.cards > li")).to_have_count(50)
    picture(desk, "desk-find", whole=False)
    assert fits(desk)
