"""An account with an authenticator app needs a code at each login."""

import re
import uuid

import pyotp
import pytest
from test_login import LONG_ENOUGH, Browser

from loket_local.stack import Ports, Stack
from tests.client import UNLIMITED


@pytest.fixture
def name(staff):
    return f"admin-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def browser(stack, staff, name):
    """An administrator who is logged in with a password of their own."""
    first = staff.post("accounts", {"name": name, "roles": ["admin"]}).json()["first_password"]
    browser = Browser(stack)
    browser.login(name, first)
    browser.choose(first, LONG_ENOUGH)
    return browser


def set_up(browser, code=None):
    """Set up the app as the page says. Return the app and the recovery codes."""
    page = browser.session.get(f"{browser.at}/mijn-account/app").text
    app = pyotp.TOTP(re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", ""))
    form = {"csrf_token": browser.csrf_token(), "code": code or app.now()}
    shown = browser.session.post(f"{browser.at}/mijn-account/app", data=form).text
    return app, re.findall(r'class="secret">([0-9A-Z-]{29})<', shown)


def give(browser, code):
    return browser.session.post(f"{browser.at}/aanmelden/code", data={"code": code}, allow_redirects=False)


def may(browser):
    return browser.session.get(f"{browser.api}/accounts").status_code == 200


def test_a_login_needs_the_password_and_then_a_code(stack, browser, name):
    app, codes = set_up(browser)
    assert len(codes) == 10
    other = Browser(stack)
    asked = other.login(name, LONG_ENOUGH, next="/rumst/balie/beheer")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/rumst/aanmelden/code")
    assert "loket" not in other.session.cookies
    assert not may(other)
    assert give(other, "000000").status_code == 401
    assert give(other, app.now()).status_code == 401, "it was used to set up the app"
    entered = give(other, codes[0])
    assert (entered.status_code, entered.headers["Location"]) == (303, "/rumst/balie/beheer")
    assert may(other)
    third = Browser(stack)
    third.login(name, LONG_ENOUGH)
    assert give(third, codes[0]).status_code == 401
    assert give(third, codes[1]).status_code == 303


def test_a_code_alone_opens_nothing(stack, browser, name):
    app, _ = set_up(browser)
    assert give(Browser(stack), app.now()).headers["Location"] == "/rumst/aanmelden"


def test_wrong_codes_are_bounded_as_wrong_passwords_are(stack, browser, name):
    _, codes = set_up(browser)
    stranger = Browser(stack, address="127.0.0.31")
    stranger.login(name, LONG_ENOUGH)
    for _ in range(5):
        assert give(stranger, "000000").status_code == 401
    assert give(stranger, codes[0]).status_code == 401
    assert stranger.login(name, LONG_ENOUGH).status_code == 401, "a right password gives no new attempts"


def test_a_lost_app_is_removed_by_an_administrator_and_its_sessions_end(stack, browser, name, staff):
    set_up(browser)
    listed = {each["name"]: each for each in staff.get("accounts").json()["accounts"]}
    assert listed[name]["second_factor"] is True
    assert staff.send("DELETE", f"accounts/{name}/second-factor").status_code == 204
    assert not may(browser)
    assert Browser(stack).login(name, LONG_ENOUGH).headers["Location"] == "/rumst/balie"
    assert staff.send("DELETE", "accounts/nobody/second-factor").json()["code"] == "account-not-found"


def test_users_remove_their_own_app(stack, browser, name):
    set_up(browser)
    form = {"csrf_token": browser.csrf_token(), "action": "remove"}
    browser.session.post(f"{browser.at}/mijn-account", data=form)
    assert Browser(stack).login(name, LONG_ENOUGH).headers["Location"] == "/rumst/balie"


def test_a_wrong_first_code_does_not_switch_the_app_on(stack, browser, name):
    assert set_up(browser, code="000000")[1] == []
    assert Browser(stack).login(name, LONG_ENOUGH).headers["Location"] == "/rumst/balie"


@pytest.fixture(scope="module")
def strict(servers, folder):
    """A gateway on which administrators need an app."""
    extra = {**UNLIMITED, "SECOND_FACTOR_FOR_ADMINISTRATORS": "true"}
    environment = servers.as_environment()
    stack = Stack(folder / "strict-stack", Ports.free(), environment=environment, extra=extra)
    component = stack.gateway_alone()
    yield stack
    component.stop()


def test_an_administrator_sets_up_a_required_app_first(strict, browser, name):
    here = Browser(strict)
    here.login(name, LONG_ENOUGH)
    assert here.session.get(f"{here.api}/accounts").json()["code"] == "second-factor-needed"
    desk = here.session.get(f"{here.at}/balie", allow_redirects=False)
    assert desk.headers["Location"].startswith("/rumst/mijn-account")
    set_up(here)
    assert may(here)
