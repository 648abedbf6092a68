"""Login with a password in a browser, and with an API key for a program."""

import re
import uuid

import pytest
import requests
from pymongo import MongoClient

from tests.client import in_days

LONG_ENOUGH = "een rij van woorden"


class Browser:
    """A user at a browser, who follows links and sends forms."""

    def __init__(self, stack, municipality="rumst"):
        self.at = f"{stack.url}/{municipality}"
        self.api = f"{stack.url}/api/v1/{municipality}"
        self.session = requests.Session()

    def login(self, name, password, **more):
        form = {"name": name, "password": password, **more}
        return self.session.post(f"{self.at}/aanmelden", data=form, timeout=15, allow_redirects=False)

    def csrf_token(self):
        return re.search(r'name="csrf_token" value="([^"]+)"', self.session.get(f"{self.at}/wachtwoord").text)[1]

    def choose(self, old, new):
        form = {"old": old, "new": new, "again": new, "csrf_token": self.csrf_token()}
        return self.session.post(f"{self.at}/wachtwoord", data=form, timeout=15, allow_redirects=False)


@pytest.fixture
def browser(stack):
    return Browser(stack)


@pytest.fixture
def account(staff):
    """A new account of an agent: its name and first password."""
    name = f"lead-{uuid.uuid4().hex[:12]}"
    made = staff.post("accounts", {"name": name, "roles": ["lead"]}).json()
    return name, made["first_password"]


def test_a_first_password_must_be_changed_before_anything_else_is_allowed(browser, account):
    name, password = account
    answer = browser.login(name, password)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/rumst/wachtwoord")
    assert browser.session.get(f"{browser.api}/agenda?date=2026-11-30").json()["code"] == "password-change-needed"
    assert browser.choose(password, LONG_ENOUGH).status_code == 303
    assert browser.session.get(f"{browser.api}/agenda?date=2026-11-30").status_code == 200
    assert browser.login(name, password).status_code == 401


@pytest.mark.parametrize("new", ["short", LONG_ENOUGH + "x" * 300])
def test_a_password_that_is_too_short_or_too_long_is_refused(browser, account, new):
    browser.login(*account)
    assert browser.choose(account[1], new).status_code == 422


def test_the_session_cookie_is_http_only_and_same_site(browser, account):
    cookie = browser.login(*account).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_an_unknown_account_gets_the_same_response_as_a_wrong_password(browser, account):
    name, _ = account
    wrong, nobody = browser.login(name, "wrong"), browser.login("nobody-at-all", "wrong")
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.text.replace(name, "") == nobody.text.replace("nobody-at-all", "")


def test_after_too_many_wrong_passwords_the_right_one_is_refused_until_an_administrator_resets_it(
    browser, account, staff
):
    name, password = account
    for _ in range(6):
        browser.login(name, "wrong")
    assert browser.login(name, password).status_code == 401
    again = staff.post(f"accounts/{name}/password").json()["first_password"]
    assert browser.login(name, again).status_code == 303


def test_closing_an_account_ends_its_sessions_at_once(browser, account, staff):
    browser.login(*account)
    browser.choose(account[1], LONG_ENOUGH)
    assert browser.session.get(f"{browser.api}/closures").status_code == 200
    staff.send("PATCH", f"accounts/{account[0]}", {"active": False})
    assert browser.session.get(f"{browser.api}/closures").json()["code"] == "login-needed"
    assert browser.login(account[0], LONG_ENOUGH).status_code == 401


def test_logging_out_invalidates_the_session_cookie(browser, account):
    browser.login(*account)
    token, kept = browser.csrf_token(), dict(browser.session.cookies)
    browser.session.post(f"{browser.at}/afmelden", data={"csrf_token": token}, timeout=15)
    assert requests.get(f"{browser.api}/closures", cookies=kept, timeout=15).status_code == 401


def test_a_change_without_a_csrf_token_is_refused(browser, account):
    browser.login(*account)
    browser.choose(account[1], LONG_ENOUGH)
    body = {"first": in_days(120), "resource": "ro-1"}
    answer = browser.session.post(f"{browser.api}/closures", json=body, timeout=15)
    assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
    headers = {"X-CSRF-Token": browser.csrf_token()}
    laid = browser.session.post(f"{browser.api}/closures", json=body, headers=headers, timeout=15)
    assert laid.status_code == 201
    gone = browser.session.delete(f"{browser.api}/closures/{laid.json()['id']}", headers=headers, timeout=15)
    assert gone.status_code == 204


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_a_login_form_posted_from_another_site_is_refused(browser, account, headers):
    form = {"name": account[0], "password": account[1]}
    answer = browser.session.post(f"{browser.at}/aanmelden", data=form, headers=headers, timeout=15)
    assert answer.status_code == 403


@pytest.mark.parametrize("address", ["/rumst/aanmelden/provider", "/aanmelden/terug?code=x&state=y"])
def test_without_an_identity_provider_its_login_address_does_not_exist(stack, address):
    assert requests.get(f"{stack.url}{address}", timeout=15, allow_redirects=False).status_code == 404


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/rumst/", "/rumst//evil.example", "/kontich/"]
)
def test_login_never_redirects_to_another_site(browser, account, there):
    browser.login(*account)
    browser.choose(account[1], LONG_ENOUGH)
    answer = browser.login(account[0], LONG_ENOUGH, next=there)
    assert answer.headers["Location"] == "/rumst/balie"


def test_an_api_key_can_be_rotated_while_the_old_one_works_and_revoked(staff, stack):
    made = staff.post("api-keys", {"name": "renewed", "roles": ["kiosk"]})
    assert made.status_code == 201
    old = made.json()["key"]
    new = staff.post("api-keys/renewed/renew").json()["key"]
    queue = {"params": {"location": "gemeentehuis"}}
    assert [staff.get("queue", key, **queue).status_code for key in (old, new)] == [200, 200]
    assert staff.send("DELETE", "api-keys/renewed").status_code == 204
    assert [staff.get("queue", key, **queue).status_code for key in (old, new)] == [401, 401]


def test_an_api_key_is_shown_once_and_stored_as_a_hash(staff, stack):
    key = staff.post("api-keys", {"name": "told-once", "roles": ["portal"]}).json()["key"]
    database = MongoClient(stack.servers.mongo_uri)["loket_gateway"]
    kept = str(list(database.api_keys.find()))
    assert key.split("_", 2)[2] not in kept
    assert key not in staff.get("api-keys").text


def test_account_and_key_names_are_unique(staff):
    body = {"name": "only-one", "roles": ["portal"]}
    assert staff.post("api-keys", body).status_code == 201
    assert staff.post("api-keys", body).json()["code"] == "name-taken"


@pytest.mark.parametrize("roles", [["emperor"], ["portal"], [], ["lead/nowhere"]])
def test_a_personal_account_cannot_get_a_machine_role(staff, roles):
    answer = staff.post("accounts", {"name": "wrongly-made", "roles": roles})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


def test_logins_and_grants_are_in_the_audit_log_page_by_page(browser, account, staff):
    browser.login(*account)
    first = staff.get("access-log", params={"limit": 2}).json()
    assert [each["action"] for each in first["entries"]] == ["logged in", "account made"]
    assert first["entries"][1]["detail"] == account[0]
    second = staff.get("access-log", params={"limit": 2, "cursor": first["next"]}).json()
    assert second["entries"]
    assert second["entries"] != first["entries"]
    assert staff.get("access-log", params={"cursor": "x"}).json()["code"] == "invalid-request"
