"""Shared responses are cached, and are right after a change."""

import gc
import gzip
import time
import tracemalloc

import pytest
import requests
from werkzeug.test import create_environ
from werkzeug.wrappers import Request, Response

from loket_gateway.http.response_cache import MAX_BYTES, MAX_REQUESTS, ResponseCache
from tests.client import eventually

SLOTS = {"appointment_type": "bouwadvies", "location": "gemeentehuis"}


def raw(portal, rest, **headers):
    return requests.get(portal.path(rest), headers=headers, params=SLOTS if rest == "slots" else None, timeout=10)


@pytest.mark.parametrize("rest", ["teams", "locations", "appointment-types", "slots"])
def test_an_unchanged_response_is_answered_with_304(portal, rest):
    first = raw(portal, rest)
    again = raw(portal, rest, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert raw(portal, rest, **{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("asked", ["*", 'W/"x", {}', "{}"])
def test_if_none_match_accepts_a_list_and_a_star(portal, asked):
    tag = raw(portal, "teams").headers["ETag"]
    assert raw(portal, "teams", **{"If-None-Match": asked.format(tag)}).status_code == 304


def test_each_language_has_its_own_cached_response(portal):
    dutch, french = (raw(portal, "teams", **{"Accept-Language": each}) for each in ("nl", "fr"))
    assert dutch.json() != french.json()
    assert dutch.headers["ETag"] != french.headers["ETag"]
    assert {"Accept-Language", "Accept-Encoding"} <= {each.strip() for each in dutch.headers["Vary"].split(",")}


def test_a_large_response_is_compressed_for_clients_that_accept_it(portal):
    plain = requests.get(portal.path("appointment-types"), headers={"Accept-Encoding": "identity"}, timeout=10)
    zipped = requests.get(
        portal.path("appointment-types"), headers={"Accept-Encoding": "gzip"}, timeout=10, stream=True
    )
    body = zipped.raw.read()
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body) == plain.content
    assert len(body) * 2 < len(plain.content)


def capacity_at(portal, start):
    return {each["start"]: each["capacity"] for each in portal.slots()}.get(start, 0)


def test_a_client_sees_its_own_booking_at_once(portal):
    for _ in range(3):
        slots = portal.slots()
        last = slots[-1]
        booked = portal.booked(start=last["start"])
        left = capacity_at(portal, last["start"])
        assert left < last["capacity"]  # an offer from the waiting list may take another place meanwhile
        portal.post(f"appointments/{booked['id']}/cancel", token=booked["link_token"])
        assert capacity_at(portal, last["start"]) > left


def test_a_new_configuration_is_visible_at_once(portal, staff):
    text = staff.get("configuration").json()["text"]
    changed = text.replace("Ruimtelijke ordening", "Ruimte en wonen", 1)
    headers = {"Content-Type": "application/yaml", "Authorization": f"Bearer {staff.key}"}
    for given, name in ((changed, "Ruimte en wonen"), (text, "Ruimtelijke ordening")):
        assert requests.put(staff.path("configuration"), data=given.encode(), headers=headers, timeout=15).ok
        eventually(lambda name=name: name in raw(portal, "teams").text, patience=3)


def test_personal_responses_are_never_cached(portal, staff):
    booked = portal.booked()
    for answer in (portal.get(f"appointments/{booked['id']}", token=booked["link_token"]), staff.get("closures")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert "ETag" not in answer.headers


def test_figures_that_did_not_change_are_not_sent_again(portal, staff):
    asked = {"params": {"from": "2020-01-01", "to": "2020-12-31"}}
    first = staff.get("reports/overview", **asked)
    again = staff.get("reports/overview", headers={"If-None-Match": first.headers["ETag"]}, **asked)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = staff.get("reports/overview", headers={"If-None-Match": 'W/"other"'}, **asked)
    assert (other.status_code, other.json()) == (200, first.json())
    assert "private" in first.headers["Cache-Control"]


def test_figures_that_are_known_are_refused_to_those_who_may_not_read_them(portal, staff):
    asked = {"params": {"from": "2020-01-01", "to": "2020-12-31"}}
    known = staff.get("reports/overview", **asked)
    refused = portal.get("reports/overview", headers={"If-None-Match": known.headers["ETag"]}, **asked)
    assert refused.status_code in (401, 403)


def test_the_remaining_quota_is_reported_in_header_fields(portal):
    first = raw(portal, "teams").headers
    assert first["RateLimit-Policy"].endswith(";w=60")
    time.sleep(0.01)
    left = [int(each["RateLimit"].split(";")[1].removeprefix("r=")) for each in (first, raw(portal, "teams").headers)]
    assert left[1] == left[0] - 1


def test_cors_allows_the_origins_that_the_municipality_lists(portal, staff):
    text = staff.get("configuration").json()["text"]
    headers = {"Content-Type": "application/yaml", "Authorization": f"Bearer {staff.key}"}
    listed = text.replace("\nonline: {", "\nonline: {origins: [https://www.rumst.example], ", 1)
    assert requests.put(staff.path("configuration"), data=listed.encode(), headers=headers, timeout=15).ok
    asking = {"Origin": "https://www.rumst.example", "Access-Control-Request-Method": "POST"}
    preflight = requests.options(portal.path("holds"), headers=asking, timeout=10)
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://www.rumst.example"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in preflight.headers
    assert "ETag" in raw(portal, "teams", Origin="https://www.rumst.example").headers["Access-Control-Expose-Headers"]
    for other in ("https://evil.example", "null", "https://www.rumst.example.evil.example"):
        assert "Access-Control-Allow-Origin" not in raw(portal, "teams", Origin=other).headers
    assert requests.put(staff.path("configuration"), data=text.encode(), headers=headers, timeout=15).ok


def test_a_repeated_idempotency_key_issues_no_second_ticket(staff):
    body = {"appointment_types": ["bouwadvies"], "location": "gemeentehuis"}
    first, again = (staff.post("tickets", body, key="ticket-1").json() for _ in range(2))
    assert first == again
    assert staff.post("tickets", body, key="ticket-2").json()["id"] != first["id"]
    other = staff.post("tickets", {**body, "persons": 2}, key="ticket-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")


def test_the_cache_is_bounded_for_any_number_of_accept_language_values():
    kept = ResponseCache()
    kept.setup()
    for number in range(MAX_REQUESTS + 10):
        environ = create_environ("/v1/rumst/teams", headers={"Accept-Language": f"nl, fr;q=0.{number}"})
        kept.answer(Request(environ), "teams", "rumst", "nl", 60, lambda: Response("{}"))
        assert kept.lookup(environ) is not None
    assert len(kept._keys_by_request) <= MAX_REQUESTS


def test_the_cache_is_bounded_for_any_number_of_long_queries():
    """A small answer costs more than its text: thousands of long questions once filled hundreds of MiB."""
    kept = ResponseCache()
    kept.setup()
    usual = create_environ("/v1/rumst/teams")
    tracemalloc.start()
    for number in range(6_000):
        environ = {**usual, "QUERY_STRING": f"a={number}{'x' * (100 if number % 3 else 25_000)}"}
        kept.answer(Request(environ), "teams", "rumst", "nl", 60, lambda: Response("{}"))
    gc.collect()  # in a process of many tests the garbage of requests waits long
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 4 * MAX_BYTES
