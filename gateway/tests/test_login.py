"""Login with a password in a browser, and with an API key for a program."""

import datetime as dt
import re
import uuid

import pytest
import requests
from pymongo import MongoClient

from tests.client import FromAddress, eventually, in_days

PAST = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
LONG_ENOUGH = "een rij van woorden"


class Browser:
    """A user at a browser, who follows links and sends forms."""

    def __init__(self, stack, municipality="rumst", address=None):
        self.at = f"{stack.url}/{municipality}"
        self.api = f"{stack.url}/api/v1/{municipality}"
        self.session = requests.Session()
        if address:
            self.session.mount("http://", FromAddress(address))

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


def test_wrong_passwords_from_elsewhere_do_not_lock_an_account(stack, account):
    name, password = account
    stranger, own = Browser(stack, address="127.0.0.41"), Browser(stack, address="127.0.0.42")
    for _ in range(6):
        stranger.login(name, "wrong")
    assert stranger.login(name, password).status_code == 401
    assert own.login(name, password).status_code == 303


def test_a_known_browser_is_let_in_when_strangers_have_used_up_all_attempts(stack, account):
    name, first = account
    own = Browser(stack)
    own.login(name, first)
    own.choose(first, LONG_ENOUGH)
    for number in range(21):
        stranger = Browser(stack, address=f"127.0.0.{50 + number}")
        for _ in range(5):
            stranger.login(name, "wrong")
    assert Browser(stack, address="127.0.0.99").login(name, LONG_ENOUGH).status_code == 401
    own.session.cookies.pop("loket")
    assert own.login(name, LONG_ENOUGH).status_code == 303


def test_a_wrong_password_and_an_unknown_name_do_the_same_work(stack, browser, account):
    """What is written for one is written for the other, so that neither time nor load reveals which it was."""
    database = MongoClient(stack.servers.mongo_uri)["loket_gateway"]

    def written(name):
        before = {each: database[each].count_documents({}) for each in ("login_attempts", "access_log", "accounts")}
        browser.login(name, "wrong")
        return {each: database[each].count_documents({}) - number for each, number in before.items()}

    assert written(account[0]) == written(f"nobody-{uuid.uuid4().hex}") == {
        "login_attempts": 2, "access_log": 1, "accounts": 0,
    }  # fmt: skip


def test_a_first_password_works_for_a_week(stack, browser, account):
    name, password = account
    credentials = MongoClient(stack.servers.mongo_uri, tz_aware=True)["loket_gateway"].credentials
    found = credentials.find_one({"_id": f"rumst/{name}"})
    assert dt.timedelta(days=6) < found["first_password_expires"] - dt.datetime.now(dt.UTC) < dt.timedelta(days=8)
    credentials.update_one({"_id": f"rumst/{name}"}, {"$set": {"first_password_expires": PAST}})
    assert browser.login(name, password).status_code == 401


@pytest.mark.parametrize("new", ["123456789012", "Wachtwoord123", " " * 12])
def test_a_password_that_is_easy_to_guess_is_refused(browser, account, new):
    browser.login(*account)
    answer = browser.choose(account[1], new)
    assert answer.status_code == 422
    assert "te raden" in answer.text


def test_closing_an_account_ends_its_sessions_at_once(browser, account, staff):
    browser.login(*account)
    browser.choose(account[1], LONG_ENOUGH)
    assert browser.session.get(f"{browser.api}/closures").status_code == 200
    kept = dict(browser.session.cookies)
    staff.send("PATCH", f"accounts/{account[0]}", {"active": False})
    assert browser.session.get(f"{browser.api}/closures").json()["code"] == "login-needed"
    assert browser.login(account[0], LONG_ENOUGH).status_code == 401
    staff.send("PATCH", f"accounts/{account[0]}", {"active": True})
    again = requests.get(f"{browser.api}/closures", cookies=kept, timeout=15)
    assert again.json()["code"] == "login-needed", "reopening revives no session"


def test_logging_out_invalidates_the_session_cookie(browser, account):
    browser.login(*account)
    token, kept = browser.csrf_token(), dict(browser.session.cookies)
    browser.session.post(f"{browser.at}/afmelden", data={"csrf_token": token}, timeout=15)
    assert requests.get(f"{browser.api}/closures", cookies=kept, timeout=15).status_code == 401


def test_the_browser_is_cleared_after_logging_out(browser, account):
    browser.login(*account)
    form = {"csrf_token": browser.csrf_token()}
    answer = browser.session.post(f"{browser.at}/afmelden", data=form, allow_redirects=False, timeout=15)
    assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (303, '"cache"')


def test_a_missing_permission_is_in_the_access_log_once(browser, account, staff):
    name, password = account
    browser.login(name, password)
    browser.choose(password, LONG_ENOUGH)
    for _ in range(2):
        assert browser.session.get(f"{browser.api}/accounts", timeout=15).status_code == 403
    entries = [(each["who"], each["action"], each["detail"]) for each in staff.get("access-log").json()["entries"][:20]]
    assert entries.count((f"account:{name}", "permission refused", "access.change")) == 1


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
    assert [each["detail"] for each in first["entries"]] == ["password", account[0]]
    second = staff.get("access-log", params={"limit": 2, "cursor": first["next"]}).json()
    assert second["entries"]
    assert second["entries"] != first["entries"]
    assert staff.get("access-log", params={"cursor": "x"}).json()["code"] == "invalid-request"


def test_failed_logins_and_wrong_keys_are_in_the_access_log_without_what_was_typed(browser, account, staff):
    name, _ = account
    browser.login(name, "wrong")
    browser.login("lieve@example.org", "wrong")
    key = staff.post("api-keys", {"name": f"sleutel-{name}", "roles": ["portal"]}).json()["key"]
    wrong = f"{key[:-3]}xyz"
    for bad in (wrong, "loket_123456789012_" + "x" * 43):
        assert staff.get("queue", bad, params={"location": "gemeentehuis"}).status_code == 401
    staff.send("DELETE", f"api-keys/sleutel-{name}")
    entries, more = [], {}
    while more is not None:  # all: an unknown key is recorded once in a while, so perhaps in an earlier test
        page = staff.get("access-log", params={"limit": 500, **more}).json()
        entries += [(each["who"], each["action"], each["detail"]) for each in page["entries"]]
        more = {"cursor": page["next"]} if page["next"] else None
    assert (f"account:{name}", "login refused", "") in entries
    assert ("", "login refused", "unknown name") in entries
    assert (f"key:sleutel-{name}", "key refused", "") in entries
    assert ("", "key refused", "unknown key") in entries
    assert "lieve" not in str(entries[:20])


def test_a_key_can_expire_and_its_renewal_lasts_a_year(staff, stack):
    queue = {"params": {"location": "gemeentehuis"}}
    soon = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)).isoformat()
    made = staff.post("api-keys", {"name": "for-a-while", "roles": ["kiosk"], "expires": soon}).json()
    assert made["expires"] == soon
    assert staff.get("queue", made["key"], **queue).status_code == 200
    keys = MongoClient(stack.servers.mongo_uri)["loket_gateway"].api_keys
    keys.update_one({"name": "for-a-while"}, {"$set": {"hashes.0.1": PAST}})
    gone = staff.post("api-keys", {"name": "gone", "roles": ["kiosk"], "expires": "2020-01-01T00:00:00Z"})
    assert [each["pointer"] for each in gone.json()["errors"]] == ["/expires"]
    renewed = staff.post("api-keys/for-a-while/renew").json()["key"]
    listed = {each["name"]: each for each in staff.get("api-keys").json()["api_keys"]}["for-a-while"]
    assert dt.datetime.fromisoformat(listed["expires"]) > dt.datetime.now(dt.UTC) + dt.timedelta(days=300)
    assert staff.get("queue", renewed, **queue).status_code == 200
    assert staff.send("DELETE", "api-keys/for-a-while").status_code == 204


@pytest.fixture
def administrator(stack, staff):
    """An administrator who is logged in with a password of their own: the browser, the name, and the database."""
    name = f"admin-{uuid.uuid4().hex[:12]}"
    first = staff.post("accounts", {"name": name, "roles": ["admin"]}).json()["first_password"]
    browser = Browser(stack)
    browser.login(name, first)
    browser.choose(first, LONG_ENOUGH)
    return browser, name, MongoClient(stack.servers.mongo_uri)["loket_gateway"]


def test_an_administrator_gives_the_password_again_after_ten_minutes(administrator):
    browser, name, database = administrator
    assert browser.session.get(f"{browser.api}/accounts").status_code == 200
    for each in database.sessions.find({"name": name}):
        earlier = each["expires"] - dt.timedelta(minutes=11)
        database.sessions.update_one({"_id": each["_id"]}, {"$set": {"expires": earlier}})
    eventually(lambda: browser.session.get(f"{browser.api}/accounts").status_code == 403)
    assert browser.session.get(f"{browser.api}/accounts").json()["code"] == "reauthentication-needed"
    assert browser.session.get(f"{browser.api}/configuration").status_code == 200
    page = f"{browser.at}/balie/beheer/accounts"
    asked = browser.session.get(page, allow_redirects=False)
    assert asked.headers["Location"].startswith("/rumst/aanmelden/bevestigen?next=")
    form = {"next": "/rumst/balie/beheer/accounts", "csrf_token": browser.csrf_token()}
    confirm = f"{browser.at}/aanmelden/bevestigen"
    assert browser.session.post(confirm, data={**form, "password": "wrong"}).status_code == 401
    earlier, expires = (
        dict(browser.session.cookies),
        [each["expires"] for each in database.sessions.find({"name": name})],
    )
    right = browser.session.post(confirm, data={**form, "password": LONG_ENOUGH}, allow_redirects=False)
    assert requests.get(f"{browser.api}/configuration", cookies=earlier, timeout=10).status_code == 401, "it has ended"
    assert [each["expires"] for each in database.sessions.find({"name": name})] == expires
    assert (right.status_code, right.headers["Location"]) == (303, "/rumst/balie/beheer/accounts")
    assert browser.session.get(page).status_code == 200


def test_users_see_where_they_are_logged_in_and_end_it(stack, administrator):
    browser, name, _ = administrator
    other, third = Browser(stack), Browser(stack)
    for each in (other, third):
        each.login(name, LONG_ENOUGH)
    page = browser.session.get(f"{browser.at}/mijn-account").text
    sessions = re.findall(r'name="session" value="([^"]+)"', page)
    assert len(sessions) == 2, "but for this browser"
    form = {"csrf_token": browser.csrf_token()}
    browser.session.post(f"{browser.at}/mijn-account", data={**form, "action": "end", "session": sessions[0]})
    alive = [each.session.get(f"{each.api}/accounts").status_code for each in (other, third)]
    assert sorted(alive) == [200, 401]
    browser.session.post(f"{browser.at}/mijn-account", data={**form, "action": "end-others"})
    assert [each.session.get(f"{each.api}/accounts").status_code for each in (other, third)] == [401, 401]
    assert browser.session.get(f"{browser.api}/accounts").status_code == 200


def test_a_user_gives_the_password_again_before_sessions_are_ended(stack, administrator):
    browser, name, database = administrator
    other = Browser(stack)
    other.login(name, LONG_ENOUGH)
    form = {"csrf_token": browser.csrf_token(), "action": "end-others"}
    for each in database.sessions.find({"name": name}):
        earlier = each["expires"] - dt.timedelta(minutes=11)
        database.sessions.update_one({"_id": each["_id"]}, {"$set": {"expires": earlier}})
    eventually(lambda: browser.session.get(f"{browser.api}/accounts").status_code == 403)
    asked = browser.session.post(f"{browser.at}/mijn-account", data=form, allow_redirects=False)
    assert asked.headers["Location"].startswith("/rumst/aanmelden/bevestigen")
    assert other.session.get(f"{other.api}/configuration").status_code == 200


def test_the_session_of_another_user_cannot_be_ended(stack, administrator, account):
    browser, _, database = administrator
    other = Browser(stack)
    other.login(*account)
    session = database.sessions.find_one({"name": account[0]})["_id"]
    form = {"csrf_token": browser.csrf_token(), "action": "end", "session": session}
    browser.session.post(f"{browser.at}/mijn-account", data=form)
    assert database.sessions.find_one({"_id": session})
