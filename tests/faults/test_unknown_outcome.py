"""Booking freezes during a command: the desk reports the outcome as unknown, and a repeat has no second effect."""

import html
import re
import signal
from contextlib import contextmanager

import pytest

from tests.browser.desk import a_session
from tests.client import a_visitor, eventually

UNKNOWN = "We weten niet of dit gelukt is. Druk gerust nog eens: er gebeurt niets dubbel."
DUTCH = {"Accept-Language": "nl"}


@pytest.fixture
def desk(own_stack):
    session, _ = a_session(own_stack, "rumst")
    session.headers.update(DUTCH)
    return session


@contextmanager
def frozen(stack, component="booking"):
    process = stack.components[component].child.process
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def forms(page):
    """Each form that writes: its address and what is filled in."""
    found = []
    for address, inside in re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', page, re.DOTALL):
        fields = {}
        for tag in re.findall(r"<input[^>]*>", inside):
            given = {name: html.unescape(text) for name, text in re.findall(r'(\w+)="([^"]*)"', tag)}
            if given.get("type") == "radio" and " checked" not in tag:
                continue
            fields[given["name"]] = given.get("value", "")
        found.append((html.unescape(address), fields))
    return found


def form(page, path):
    return next((address, fields) for address, fields in forms(page) if path in address)


def press(session, stack, address, fields):
    return session.post(f"{stack.url}{address}", data=fields, timeout=20, allow_redirects=False)


def pressed_again(session, stack, answer, path):
    """What the form that came back leads to, once booking answers again."""
    address, fields = form(answer.text, path)
    return eventually(lambda: (found := press(session, stack, address, fields)).status_code == 303 and found)


def test_after_an_unknown_outcome_the_booking_form_is_still_filled_in_and_books_once(own_stack, desk):
    visitor = a_visitor()
    page = desk.get(f"{own_stack.url}/rumst/balie/boeken?type=hinder-melden", timeout=20)
    address, fields = form(page.text, "/boeken")
    fields |= {"name": visitor["name"], "phone": "0470 12 34 56"}
    with frozen(own_stack):
        answer = press(desk, own_stack, address, fields)
    assert answer.status_code == 503
    assert UNKNOWN in answer.text
    again = form(answer.text, "/boeken")[1]
    kept = ("once", "name", "phone", "start", "type", "location")
    assert {name: again[name] for name in kept} == {name: fields[name] for name in kept}
    first, second = (pressed_again(desk, own_stack, answer, "/boeken") for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    found = desk.post(
        f"{own_stack.url}/rumst/balie/zoeken",
        data={"csrf_token": fields["csrf_token"], "search": visitor["name"]}, timeout=20, allow_redirects=False,
    )  # fmt: skip
    assert found.status_code == 303, "there is one and no other"
    changed = {**again, "phone": "0470 99 99 99"}
    location = press(desk, own_stack, address, changed).headers["Location"]
    assert "booked_before=1" in location
    assert "al geboekt" in desk.get(f"{own_stack.url}{location}", timeout=20).text


@pytest.mark.parametrize(
    ("page", "path", "more"),
    [
        ("/rumst/balie", "/volgnummer", {"type": "hinder-melden"}),
        ("/rumst/balie/sluitingen", "/sluitingen", {"first": "2031-05-05", "reason": "Bijscholing"}),
    ],
)
def test_after_an_unknown_outcome_any_form_is_still_filled_in_and_acts_once(own_stack, desk, page, path, more):
    address, fields = form(desk.get(f"{own_stack.url}{page}", timeout=20).text, path)
    fields |= more
    with frozen(own_stack):
        answer = press(desk, own_stack, address, fields)
    assert answer.status_code == 503
    assert UNKNOWN in answer.text
    assert form(answer.text, path) == (address, fields)
    first, second = (pressed_again(desk, own_stack, answer, path) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    if path == "/sluitingen":
        assert desk.get(f"{own_stack.url}{page}", timeout=20).text.count("Bijscholing") == 1
    else:
        number = re.search("ticket=(\\w+)", first.headers["Location"])[1]
        assert desk.get(f"{own_stack.url}{page}", timeout=20).text.count(f"<b>{number}</b>") == 1


def test_a_page_that_cannot_be_shown_offers_a_retry_at_the_desk(own_stack, desk):
    desk.get(f"{own_stack.url}/rumst/balie", timeout=20)
    with frozen(own_stack):
        answer = desk.get(f"{own_stack.url}/rumst/balie/week?resource=ro-1", timeout=20)
    assert answer.status_code == 503
    assert "Een deel van Loket antwoordt op dit moment niet." in answer.text
    assert 'href="/rumst/balie/week?resource=ro-1"' in answer.text
    assert "/rumst/balie/zoeken" in answer.text
