"""Every page and every address of the facades, with what a page reads filled with anything: no 5xx, nothing echoed."""

import re
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from routes import routes

import loket_gateway
from conftest import LONG
from tests.browser.desk import a_session, booked_in, csrf_token, set_up_municipality

MUNICIPALITY = "vraagstad"
MARK = "<i>mark</i>"
READ = r"""(?:args|form|query|given|values|body|parameters)(?:\.get(?:list)?\(\s*|\[)"(\w+)\""""
ASKED = r"""(?:name=|(?:field|select|radios|button)\(\s*)"(\w+)\""""
#: what the pages and facades read from an address or a form, found where they read it and where they ask for it
NAMES = sorted(
    {
        name
        for part, ending, pattern in (("pages", "py", READ), ("compat", "py", READ), ("pages", "html", ASKED))
        for file in (Path(loket_gateway.__file__).parent / part).rglob(f"*.{ending}")
        for name in re.findall(pattern, file.read_text(encoding="utf-8"))
    }
    - {"csrf_token"}
)
#: what means something, what nearly does, and what means nothing
VALUES = (
    "", "0", "1", "-1", "2.5", "9" * 30, "advies", "boom", "hal", "ann", "bouw", "call", "nl", "xx", "none",
    "2026-11-30", "2028-02-29", "2026-02-30", "0001-01-01", "9999-12-31", "2000-01-01", "2199-12-31", "2026-11",
    "9999-12", "0000-00", "09:00", "24:00", "2026-11-30T09:00", "2026-11-30T09:00:00+01:00",
    "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "2199-12-31T23:59:59-12:00", MARK, "\x00",
    "\ud7ff\u202e", "é" * 300, "../..", "{{7*7}}", "lieve@example.org", "0470 12 34 56", "[", "a: [", "%00", "$where",
    "//elsewhere.example", "x\r\nSet-Cookie: a=b",
)  # fmt: skip
PAGES = [
    (method, url)
    for method, url, _ in routes("/")
    if not url.startswith(("/api/", "/health/", "/metrics", "/static/", "/openapi.json"))
    # the way out ends the session that the others need
    and not url.endswith("/afmelden")
]


@pytest.fixture(scope="module")
def visitor(stack, tmp_path_factory):
    """A user who is logged in at a municipality with an appointment: (session, values for addresses, its form)."""
    booked = booked_in(set_up_municipality(stack, tmp_path_factory.mktemp("fuzzing"), MUNICIPALITY))
    session, _ = a_session(stack, MUNICIPALITY)
    at = f"{stack.url}/{MUNICIPALITY}"
    known = {
        "municipality": [MUNICIPALITY],
        "token": [booked["link_token"]],
        "identifier": [booked["id"], booked["reference"]],
    }
    yield session, known, {"csrf_token": csrf_token(session, at)}
    assert session.get(f"{at}/balie", timeout=10, allow_redirects=False).status_code == 200  # still logged in, and well


def test_the_parameters_that_pages_read_are_found():
    assert {"resource", "date", "day", "hold", "email", "servicePublicId"} <= set(NAMES)


@pytest.mark.parametrize(("method", "url"), PAGES, ids=[f"{method} {url}" for method, url in PAGES])
@settings(
    max_examples=1000 if LONG else 20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_a_page_responds_to_any_parameters(stack, visitor, method, url, data):
    session, known, form = visitor

    def filled(match):
        usual = known.get(match[1], ())
        chosen = data.draw(st.sampled_from((*usual, *usual, *usual, *VALUES) if usual else VALUES))
        return requests.utils.quote(chosen, safe="") or "-"

    address = stack.url + re.sub(r"<(?:\w+:)?(\w+)>", filled, url)
    asked = data.draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=8))
    sent = {"data": {**asked, **form}} if method == "POST" else {"params": asked}
    # the facades are for portals, which send a key
    who = {"Authorization": f"Bearer {stack.machine_key(MUNICIPALITY, 'portal')}"} if url.startswith("/compat/") else {}
    answer = session.request(method, address, timeout=20, allow_redirects=False, headers=who, **sent)
    # clients of one facade read what is wrong from a header; 503 is of a service that is away, such as a provider of
    # identities that there is none of
    result = "error_message" in answer.headers or answer.status_code == 503
    assert answer.status_code < 500 or result, (method, address, asked, answer.text[:500])
    assert "a" not in answer.cookies, (method, address, asked)
    assert MARK not in answer.text or "html" not in answer.headers.get("Content-Type", ""), (method, address, asked)
