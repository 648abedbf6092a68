"""A stranger confirms the address before the appointment is booked: over the API, and on the pages without a script."""

import re

import pytest
import requests

from tests.client import Portal, a_visitor, eventually, link_in

TOPIC = "premies-energie"


@pytest.fixture
def visitor():
    return a_visitor()


def requested(portal: Portal, visitor, **changes) -> requests.Response:
    start = portal.slots(TOPIC)[-1]["start"]
    body = {"appointment_types": [TOPIC], "location": "gemeentehuis", "start": start, "contact": visitor, **changes}
    return portal.post("appointments", body)


def mail_to(portal: Portal, visitor, number: int = 1):
    """The first, second, ... mail to this visitor."""
    return eventually(lambda: portal.mails_to(visitor["email"])[number - 1 :] or None)[0]


def code_in(mail) -> str:
    found = re.search(r"\b\d{6}\b", mail["subject"])
    assert found, mail["subject"]
    return found.group()


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_booking_over_the_api_without_a_key_is_accepted_and_booked_by_its_code(portal, visitor):
    answer = requested(portal, visitor)
    assert answer.status_code == 202, answer.text
    provisional = answer.json()
    assert provisional["state"] == "provisional"
    assert visitor["email"] not in answer.text
    assert not {"link_token", "manage_url", "reference"} & provisional.keys()
    code = code_in(mail_to(portal, visitor))
    confirm = f"appointments/{provisional['id']}/confirm"
    wrong = portal.post(confirm, {"code": other(code)})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong-code")
    booked = portal.post(confirm, {"code": code})
    assert booked.status_code == 201, booked.text
    made = booked.json()
    assert (made["id"], made["state"], made["start"]) == (provisional["id"], "booked", provisional["start"])
    assert "proof" not in made
    assert portal.post(confirm, {"code": code}).json()["id"] == made["id"]
    assert portal.get(f"appointments/{made['id']}", made["link_token"]).json()["state"] == "booked"
    assert made["reference"] in mail_to(portal, visitor, 2)["text"]


def test_a_portal_with_a_key_books_at_once(staff, visitor):
    assert requested(staff, visitor).status_code == 201


def test_a_code_for_an_unknown_booking_is_refused(portal):
    answer = portal.post("appointments/none/confirm", {"code": "123456"})
    assert (answer.status_code, answer.json()["code"]) == (404, "confirmation-over")


def test_the_link_of_the_message_confirms_by_a_press_and_not_by_being_opened(portal, visitor):
    provisional = requested(portal, visitor).json()
    link = link_in(mail_to(portal, visitor))
    opened = requests.get(link, timeout=15)
    assert opened.status_code == 200
    assert "De afspraak bevestigen" in opened.text
    assert requests.get(link, timeout=15).status_code == 200
    pressed = requests.post(link, timeout=15)
    assert "Uw afspraak staat vast" in pressed.text
    assert requests.post(link, timeout=15).url.partition("?")[0] == pressed.url.partition("?")[0]
    assert provisional["id"] not in pressed.url
    assert requests.get(link[:-2] + "xx", timeout=15).status_code == 404


class Browser:
    """A browser without a script."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.session = portal, requests.Session()

    def send(self, path: str, **form: str) -> requests.Response:
        return self.session.post(f"{self.portal.url}/rumst/{path}?lang=nl", data=form, timeout=15)

    def fill_in(self, visitor) -> str:
        """The id of the hold, once the form is filled in."""
        start = self.portal.slots(TOPIC)[-1]["start"]
        held = self.send("reserveren", type=TOPIC, location="gemeentehuis", start=start)
        found = re.search(r"hold=(\w+)", held.url)
        assert found, held.url
        self.send("gegevens", hold=found[1], name=visitor["name"], email=visitor["email"])
        return found[1]


@pytest.fixture
def browser(portal):
    return Browser(portal)


def test_the_page_asks_for_the_code_and_books(browser, portal, visitor):
    hold = browser.fill_in(visitor)
    asked = browser.send("nakijken", hold=hold)
    assert "/rumst/bevestigen?" in asked.url
    assert 'autocomplete="one-time-code"' in asked.text
    assert 'inputmode="numeric"' in asked.text
    assert visitor["email"] not in asked.text
    assert f"{visitor['email'][0]}***@example.org" in asked.text
    code = code_in(mail_to(portal, visitor))
    wrong = browser.send("bevestigen", hold=hold, code=other(code))
    assert "refused=wrong-code" in wrong.url, "so that a reload sends no code"
    assert "Dit is niet de code die we stuurden" in wrong.text
    booked = browser.send("bevestigen", hold=hold, code=f"{code[:3]} {code[3:]}")
    assert "Uw afspraak staat vast" in booked.text
    assert "U hebt deze afspraak bevestigd" in browser.session.get(asked.url, timeout=15).text
    assert browser.send("nakijken", hold=hold).url.partition("?")[0] == booked.url.partition("?")[0]


def test_the_address_is_changed_without_losing_the_slot_and_its_code_is_another_one(browser, portal, visitor):
    hold = browser.fill_in(visitor)
    browser.send("nakijken", hold=hold)
    first = code_in(mail_to(portal, visitor))
    right = a_visitor()
    browser.send("gegevens", hold=hold, name=right["name"], email=right["email"])
    assert "/rumst/bevestigen?" in browser.send("nakijken", hold=hold).url
    assert "Dit is niet de code" in browser.send("bevestigen", hold=hold, code=first).text
    code = code_in(mail_to(portal, right))
    assert "Uw afspraak staat vast" in browser.send("bevestigen", hold=hold, code=code).text


def test_the_code_is_sent_again_a_few_times(browser, portal, visitor):
    hold = browser.fill_in(visitor)
    browser.send("nakijken", hold=hold)
    again = browser.send("bevestigen/opnieuw", hold=hold)
    assert "We hebben de code opnieuw gestuurd" in again.text
    assert code_in(mail_to(portal, visitor)) == code_in(mail_to(portal, visitor, 2))
    assert "opnieuw sturen" not in browser.send("bevestigen/opnieuw", hold=hold).text
    assert "We kunnen nu geen code meer sturen" in browser.send("bevestigen/opnieuw", hold=hold).text


def test_a_browser_that_confirmed_an_address_books_with_it_at_once_and_with_no_other(browser, portal, visitor):
    hold = browser.fill_in(visitor)
    browser.send("nakijken", hold=hold)
    browser.send("bevestigen", hold=hold, code=code_in(mail_to(portal, visitor)))
    (cookie,) = (each for each in browser.session.cookies if each.name.endswith("-proven"))
    assert visitor["email"] not in str(cookie.value)
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert "Uw afspraak staat vast" in browser.send("nakijken", hold=browser.fill_in(visitor)).text
    assert "/rumst/bevestigen?" in browser.send("nakijken", hold=browser.fill_in(a_visitor())).url
