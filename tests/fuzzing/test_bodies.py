"""A right body, with parts of it replaced by what no client means: refused or taken, at once, and never a failure.

schemathesis generates bodies by their schemas, and so leaves out what no schema is about: half a character, a text of
a hundred thousand characters, an object where MongoDB would look for an operator.
"""

import copy
import inspect
import json

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from marshmallow import Schema

from conftest import LONG
from loket_gateway.api.examples import example_of
from loket_gateway.api.operations import OPERATIONS
from tests.browser.desk import booked_in, set_up_municipality
from tests.client import a_visitor

MUNICIPALITY = "lijfstad"
HOSTILE = (
    None, True, 0, -1, 10**30, 1.5, 1e308, "", " ", "x", "\x00", "x\r\ny: z", "\ud800", "é☃\u202e",
    "a" * 100_000 + "\n", "a." * 50_000, [], {}, [[]], [{}], [None], {"$ne": 1}, {"$where": "1"}, {"a.b": 1},
    ["x"] * 1000, "advies", "hal", "ann", "2028-02-30", "0001-01-01", "9999-12-31T23:59:59Z", "2026-11-30T09:00:00",
    "2026-03-29T02:30:00+01:00", "{{7*7}}", "=1+1", "../..", "//elsewhere.example", "nl", "99:99", "+32", "a@b",
)  # fmt: skip
JSON = [each for each in OPERATIONS if inspect.isclass(each.body) and issubclass(each.body, Schema)]


def places(body):
    """Everything in a body that can be replaced: where it is, and under which key."""
    waiting, found = [body], []
    while waiting:
        at = waiting.pop()
        keys = list(at) if isinstance(at, dict) else range(len(at))
        found += [(at, key) for key in keys]
        waiting += [at[key] for key in keys if isinstance(at[key], (dict, list))]
    return found


@st.composite
def spoilt(draw, body, names):
    """The body with one to three parts replaced, `names` being those that it may have besides."""
    body = copy.deepcopy(body)
    for _ in range(draw(st.integers(1, 3))):
        at, key = draw(st.sampled_from([*places(body), *((body, name) for name in names)]))
        at[key] = copy.deepcopy(draw(st.sampled_from(HOSTILE)))
    return body


@pytest.fixture(scope="module")
def known(stack, tmp_path_factory):
    """A municipality with an appointment: (values for addresses and bodies, the key or token of each role)."""
    booked = booked_in(set_up_municipality(stack, tmp_path_factory.mktemp("fuzzing"), MUNICIPALITY))
    start = booked["start"]
    filled = {
        "municipality": MUNICIPALITY, "identifier": booked["id"], "location": "hal", "start": start,
        "appointment_type": "advies", "appointment_types": ["advies"], "resource": "ann", "team": "bouw",
        "contact": a_visitor(), "answers": {"adres": "Plein 1"}, "name": "x",
        "webhook": "x", "date": start[:10], "number": 1, "step": "start",
    }  # fmt: skip
    keys = {role: stack.machine_key(MUNICIPALITY, role) for role in ("admin", "portal")}
    return filled, {**keys, "link": booked["link_token"]}


def is_well(method, address, body, key):
    """It is answered within seconds, and by no failure."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    answer = requests.request(method, address, data=json.dumps(body), headers=headers, timeout=10)
    # clients of one facade read what is wrong from a field of the head, and expect a 500
    result = answer.headers.get("error_code", "internal-error") != "internal-error"
    assert answer.status_code < 500 or result, (address, str(body)[:500], answer.text[:500])


MANY = settings(
    max_examples=1000 if LONG else 25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.mark.parametrize("operation", JSON, ids=lambda each: each.id)
@MANY
@given(data=st.data())
def test_a_partly_corrupted_body_gets_a_described_response(stack, known, operation, data):
    filled, keys = known
    schema = operation.body()
    body = {name: filled.get(name, value) for name, value in example_of(schema).items()}
    address = stack.url + operation.path.format_map(filled)
    who = "link" if operation.link and data.draw(st.booleans()) else "admin"
    is_well(operation.method, address, data.draw(spoilt(body, list(schema.fields))), keys[who])


@pytest.mark.parametrize("facade", ["qmatic", "jcc"])
@MANY
@given(data=st.data())
def test_a_partly_corrupted_body_of_a_facade_gets_a_response(stack, known, facade, data):
    filled, keys = known
    day, time = filled["start"][:10], filled["start"][11:16]
    at, body = {
        "qmatic": (
            f"v2/branches/hal/dates/{day}/times/{time}/book",
            {"title": "Gesprek", "services": [{"publicId": "advies"}], "notes": "Plein 1",
             "customers": [{"firstName": "Lieve", "lastName": "Demo", "email": "a@b.example", "phone": "0470123456"}]},
        ),
        "jcc": (
            "appointment",
            {"activityList": [{"activityId": "advies", "amount": 1}], "locationId": "hal", "message": "Plein 1",
             "fromDateTime": f"{day}T{time}:00", "toDateTime": f"{day}T{time}:00",
             "customerList": [{"isMainCustomer": True, "firstName": "Lieve", "lastName": "Demo",
                               "emailAddress": "a@example.org", "phoneNumber": "0470123456"}]},
        ),
    }[facade]  # fmt: skip
    is_well(
        "POST", f"{stack.url}/compat/{facade}/{MUNICIPALITY}/{at}", data.draw(spoilt(body, ["custom"])), keys["portal"]
    )
