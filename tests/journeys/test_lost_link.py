"""A resident who lost the link to the appointment has it sent again. The answer does not say who has one."""

import time

import requests

from tests.client import a_visitor, eventually, link_in


def ask(portal, email):
    began = time.monotonic()
    answer = requests.post(f"{portal.url}/rumst/mijn-afspraak?lang=nl", data={"email": email}, timeout=15)
    return answer, time.monotonic() - began


def test_the_link_is_sent_once_more_to_the_address_of_the_appointment(portal):
    visitor = a_visitor()
    booked = portal.booked(contact=visitor)
    eventually(lambda: portal.mails_to(visitor["email"]))
    answer, _ = ask(portal, visitor["email"].upper())
    assert answer.history[0].status_code == 303
    assert visitor["email"] not in answer.url + answer.text
    mails = eventually(lambda: portal.mails_to(visitor["email"])[1:])
    assert link_in(mails[0]) == booked["manage_url"]


def test_an_unknown_address_gets_the_same_answer_in_the_same_time(portal):
    visitor = a_visitor()
    portal.booked(contact=visitor)
    known, unknown = ask(portal, visitor["email"]), ask(portal, "nobody@example.org")
    assert known[0].text == unknown[0].text
    assert min(known[1], unknown[1]) >= 1


def test_an_address_that_cannot_exist_is_marked_and_stays(portal):
    answer, _ = ask(portal, "geen adres")
    assert 'value="geen adres"' in answer.text
    assert "Fout:" in answer.text


def test_a_problem_page_for_a_wrong_link_leads_to_this_page(portal):
    page = requests.get(f"{portal.url}/rumst/afspraak/niets?lang=nl", timeout=15)
    assert 'href="/rumst/mijn-afspraak?lang=nl"' in page.text
