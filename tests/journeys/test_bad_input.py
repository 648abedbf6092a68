"""Invalid input gets a problem with a stable type, a plain sentence and the field's pointer; nothing is stored."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from pymongo import MongoClient

from loket_contracts.error_codes import ERRORS
from loket_contracts.errors import MAX_ERRORS
from tests.client import ANSWERS, a_visitor, in_days

VISITOR = a_visitor()
GOOD = {
    "appointment_types": ["bouwadvies"],
    "location": "gemeentehuis",
    "start": f"{in_days(14)}T10:00:00+01:00",
    "contact": VISITOR,
    "answers": ANSWERS,
}


@pytest.fixture
def stored(stack):
    """How many appointments, holds and cards there are."""
    database = MongoClient(stack.servers.mongo_uri).loket_booking

    def count():
        claims = sum(len(day.get("claims", ())) + len(day.get("holds", ())) for day in database.agendas.find())
        return claims, database.cards.count_documents({})

    return count


def is_a_problem(answer, status, code, place=None):
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["type"].endswith(f"/problems/{code}")
    assert problem["title"]
    assert problem["detail"].endswith(".")
    assert "{" not in problem["detail"]
    if place:
        assert place in [error.get("pointer", error.get("parameter")) for error in problem["errors"]]
        assert all(error["detail"] for error in problem["errors"])


@pytest.mark.parametrize(
    ("change", "status", "code", "place"),
    [
        ({"appointment_types": ["nonsense"]}, 422, "unknown-appointment-type", None),
        ({"appointment_types": "bouwadvies"}, 422, "invalid-request", "/appointment_types"),
        ({"appointment_types": []}, 422, "invalid-request", "/appointment_types"),
        ({"location": "nergens"}, 422, "unknown-location", None),
        ({"location": None}, 422, "location-needed", None),
        ({"resource": "mi-1"}, 422, "unknown-resource", None),
        ({"start": "2020-11-30T10:00:00+01:00"}, 422, "slot-in-the-past", None),
        ({"start": f"{in_days(14)}T10:01:00+01:00"}, 422, "slot-not-offered", None),
        ({"start": f"{in_days(14)}T03:00:00+01:00"}, 422, "slot-not-offered", None),
        ({"start": "2199-11-30T10:00:00+01:00"}, 422, "slot-not-offered", None),
        ({"start": f"{in_days(14)}T10:00:00"}, 422, "invalid-request", "/start"),
        ({"start": "9999-12-31T23:59:59-12:00"}, 422, "invalid-request", "/start"),
        ({"start": "soon"}, 422, "invalid-request", "/start"),
        ({"persons": 0}, 422, "invalid-request", "/persons"),
        ({"persons": 10**30}, 422, "invalid-request", "/persons"),
        ({"colour": "red"}, 422, "invalid-request", "/colour"),
        ({"hold": "never-given"}, 409, "hold-not-found", None),
        ({"hold": {"$ne": None}}, 422, "invalid-request", "/hold"),
        ({"answers": {}}, 422, "invalid-request", "/answers/perceel"),
        ({"answers": {**ANSWERS, "werken": "dansen"}}, 422, "invalid-request", "/answers/werken"),
        ({"answers": {**ANSWERS, "vraag": "x"}}, 422, "invalid-request", "/answers/vraag"),
        ({"contact": {**VISITOR, "email": "geen adres"}}, 422, "invalid-request", "/contact/email"),
        ({"contact": {**VISITOR, "email": "a@b\r\nBcc: x@y.be"}}, 422, "invalid-request", "/contact/email"),
        ({"contact": {**VISITOR, "email": "zoë@example.org"}}, 422, "invalid-request", "/contact/email"),
        ({"contact": {**VISITOR, "phone": "123"}}, 422, "invalid-request", "/contact/phone"),
        ({"contact": {**VISITOR, "name": ""}}, 422, "invalid-request", "/contact/name"),
        ({"contact": {**VISITOR, "name": " \t "}}, 422, "invalid-request", "/contact/name"),
        ({"contact": {**VISITOR, "name": "Lieve\x00"}}, 422, "invalid-request", "/contact/name"),
        ({"contact": {**VISITOR, "name": "Lieve\nDemo"}}, 422, "invalid-request", "/contact/name"),
        ({"contact": {**VISITOR, "name": "Lieve \u202eomeD"}}, 422, "invalid-request", "/contact/name"),
        ({"contact": {**VISITOR, "name": "x" * 500}}, 422, "invalid-request", "/contact/name"),
        ({"contact": {**VISITOR, "language": "tlh"}}, 422, "invalid-request", "/contact/language"),
        ({"contact": None}, 422, "invalid-request", "/contact"),
    ],
)
def test_an_invalid_field_is_reported_by_its_pointer(portal, stored, change, status, code, place):
    before = stored()
    is_a_problem(portal.post("appointments", {**GOOD, **change}), status, code, place)
    assert stored() == before


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "malformed-json"),
        (b"", "application/json", 400, "malformed-json"),
        (b"[]", "application/json", 400, "malformed-json"),
        (b'"text"', "application/json", 400, "malformed-json"),
        (b'{"persons": NaN}', "application/json", 400, "malformed-json"),
        (b"\xff\xfe{}", "application/json", 400, "malformed-json"),
        (b"[" * 200_000, "application/json", 400, "malformed-json"),
        (b'{"answers": ' + b"[" * 940 + b"]" * 940 + b"}", "application/json", 400, "malformed-json"),
        (b'{"answers": ' + b'{"a":' * 60 + b"1" + b"}" * 60 + b"}", "application/json", 400, "malformed-json"),
        (b'{"location": "\\ud800"}', "application/json", 400, "malformed-json"),
        (b'{"location": "\xed\xa0\x80"}', "application/json", 400, "malformed-json"),
        ('{"location": "hal"}'.encode("utf-16"), "application/json", 400, "malformed-json"),
        (json.dumps(GOOD).encode(), "text/plain", 415, "unsupported-media-type"),
        (json.dumps(GOOD).encode(), "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (json.dumps(GOOD).encode(), None, 415, "unsupported-media-type"),
        (
            json.dumps({**GOOD, "answers": {"perceel": "x" * 1_000_001}}).encode(),
            "application/json",
            413,
            "body-too-large",
        ),
    ],
)
def test_an_invalid_body_is_a_problem(portal, stored, body, content_type, status, code):
    before = stored()
    headers = {"Content-Type": content_type} if content_type else {}
    is_a_problem(requests.post(portal.path("appointments"), data=body, headers=headers, timeout=10), status, code)
    assert stored() == before


def test_a_body_over_the_limit_without_a_content_length_is_refused(portal, stored):
    before = stored()

    def chunks():
        for _ in range(2000):
            yield b" " * 1000

    answer = requests.post(
        portal.path("appointments"), data=chunks(), headers={"Content-Type": "application/json"}, timeout=10
    )
    is_a_problem(answer, 413, "body-too-large")
    assert stored() == before


SEARCH = "/api/v1/rumst/slots?location=gemeentehuis&appointment_type="


@pytest.mark.parametrize(
    ("path", "status", "code", "place"),
    [
        ("/api/v1/atlantis/slots?appointment_type=bouwadvies", 404, "unknown-municipality", None),
        ("/api/v1/atlantis/appointment-types", 404, "unknown-municipality", None),
        (f"/api/v1/rumst/appointment-types?search={'x' * 81}", 422, "invalid-request", "search"),
        ("/api/v1/rumst/reports/overview", 401, "login-needed", None),
        ("/api/v1/rumst/slots", 422, "invalid-request", "appointment_type"),
        (f"{SEARCH}x", 422, "unknown-appointment-type", None),
        (f"{SEARCH}bouwadvies&from=x", 422, "invalid-request", "from"),
        (f"{SEARCH}bouwadvies&from=9999-12-31", 422, "invalid-request", "from"),
        (f"{SEARCH}bouwadvies&from=0001-01-01", 422, "invalid-request", "from"),
        (f"{SEARCH}bouwadvies&persons=99", 422, "invalid-request", "persons"),
        (f"{SEARCH}bouwadvies&colour=red", 422, "invalid-request", "colour"),
        (f"{SEARCH}leegstand&from={in_days(10)}&to={in_days(6)}", 422, "invalid-request", "to"),
        (f"{SEARCH}leegstand&to={in_days(90)}", 422, "invalid-request", "to"),
        ("/api/v1/rumst/appointments/abc", 401, "token-needed", None),
        ("/api/v1/rumst/nothing", 404, "not-found", None),
        (f"{SEARCH}bouwadvies&colour={'r' * 9000}", 414, "address-too-long", None),
    ],
)  # fmt: skip
def test_an_unknown_address_is_a_problem(portal, path, status, code, place):
    is_a_problem(requests.get(portal.url + path, timeout=10), status, code, place)


@pytest.mark.parametrize("day", ["never", "0001-01-01", "9999-12-31"])
def test_an_invalid_or_out_of_range_date_is_refused(staff, day):
    is_a_problem(staff.get("reports/overview", params={"from": day}), 422, "invalid-request", "from")
    is_a_problem(staff.get("agenda", params={"date": day}), 422, "invalid-request", "date")


FOR_EVER = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:x
BEGIN:VEVENT
UID:1
DTSTART:20261124T090000Z
DTEND:20261124T100000Z
RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30
END:VEVENT
END:VCALENDAR
"""


def sent_calendar(staff, text):
    headers = {"Content-Type": "text/calendar", "Authorization": f"Bearer {staff.key}"}
    address = staff.path("resources/ro-1/busy-times?source=outlook")
    return requests.put(address, data=text, headers=headers, timeout=20)


def test_an_endless_calendar_is_refused(staff):
    is_a_problem(sent_calendar(staff, FOR_EVER), 422, "invalid-request", "/text")


def test_a_calendar_that_takes_long_blocks_no_other_request(staff, portal):
    daily = "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nDTSTART:19000101T090000Z\r\nRRULE:FREQ=DAILY;COUNT=40000\r\nEND:VEVENT\r\n"
        for n in range(60)
    )
    with ThreadPoolExecutor(1) as elsewhere:
        text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{daily}END:VCALENDAR\r\n"
        sent = elsewhere.submit(sent_calendar, staff, text)
        answered = 0
        while not sent.done():
            assert portal.get("slots", params={"appointment_type": "bouwadvies", "location": "gemeentehuis"}).ok
            answered += 1
        # read, refused at its limit of processor time, or on a busy machine not done when the request must be answered
        assert sent.result().status_code in (200, 422, 503)
        assert answered > 10


def test_only_the_first_of_very_many_errors_are_listed(portal):
    answer = portal.post("appointments", {f"surprise-{number}": 1 for number in range(20_000)})
    is_a_problem(answer, 422, "invalid-request")
    assert len(answer.json()["errors"]) == MAX_ERRORS


def test_an_unsupported_method_is_refused(portal):
    answer = requests.delete(portal.path("holds"), timeout=10)
    is_a_problem(answer, 405, "method-not-allowed")
    assert "POST" in answer.headers["Allow"]


def test_the_token_of_another_appointment_gives_no_access(portal):
    mine, theirs = portal.booked(), portal.booked()
    for token in (theirs["link_token"], "x", "0" * 5000):
        is_a_problem(portal.get(f"appointments/{mine['id']}", token=token), 404, "appointment-not-found")
        is_a_problem(portal.post(f"appointments/{mine['id']}/cancel", token=token), 404, "appointment-not-found")
    assert portal.get(f"appointments/{mine['id']}", token=mine["link_token"]).json()["state"] == "booked"


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_a_problem_is_in_the_language_of_the_caller(portal, language):
    answer = portal.get("slots", params={"appointment_type": "x"}, headers={"Accept-Language": language})
    assert answer.headers["Content-Language"] == language
    assert (answer.json()["title"] == ERRORS["unknown-appointment-type"].title) == (language == "en")


def test_the_page_of_every_problem_is_served(portal):
    for code in ERRORS:
        assert requests.get(f"{portal.url}/problems/{code}", timeout=5).status_code == 200
