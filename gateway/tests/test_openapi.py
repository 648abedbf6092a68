"""The OpenAPI document describes every route, and real responses match it."""

import re

import pytest
from routes import routes

from loket_gateway import schemas
from loket_gateway.api.examples import example_of
from loket_gateway.api.openapi import document
from loket_gateway.api.operations import OPERATIONS

DOCUMENT = document("http://127.0.0.1:8080")


def test_the_openapi_document_describes_every_api_route_and_no_other():
    described = {(method, path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert described == {(each.lower(), re.sub(r"<(\w+)>", r"{\1}", url)) for each, url, _ in routes("/api/")}


def test_a_described_operation_requires_the_permission_of_its_route():
    required = {
        (method.lower(), re.sub(r"<(\w+)>", r"{\1}", url)): each.permission for method, url, each in routes("/api/")
    }
    for operation in OPERATIONS:
        permission = required[operation.method, operation.path]
        assert (operation.link, operation.permission) == (permission.link, permission.name), operation.id


def test_every_example_is_valid_against_its_schema():
    for operation in OPERATIONS:
        if isinstance(operation.body, type):
            assert operation.body().validate(example_of(operation.body())) == {}, operation.id


def test_every_reference_in_the_document_resolves():
    names = set(re.findall(r"#/components/schemas/(\w+)", str(DOCUMENT)))
    assert names <= set(DOCUMENT["components"]["schemas"])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.id)
def test_every_operation_describes_its_response_and_its_problems(operation):
    described = DOCUMENT["paths"][operation.path][operation.method]
    assert str(operation.status) in described["responses"]
    assert "503" in described["responses"]


def test_real_responses_match_their_described_schema(portal):
    booked = portal.booked()
    start = portal.slots()[0]["start"]
    hold = {"appointment_types": ["bouwadvies"], "location": "gemeentehuis", "start": start}
    token = booked["link_token"]
    query = {"appointment_type": "bouwadvies", "location": "gemeentehuis"}
    answers = {
        schemas.AppointmentTypes: portal.get("appointment-types").json(),
        schemas.Locations: portal.get("locations").json(),
        schemas.Teams: portal.get("teams").json(),
        schemas.Slots: portal.get("slots", params=query).json(),
        schemas.Hold: portal.post("holds", hold).json(),
        schemas.BookedAppointment: booked,
        schemas.Appointment: portal.get(f"appointments/{booked['id']}", token=token).json(),
        schemas.Overview: portal.overview(),
        schemas.Problem: portal.get("slots").json(),
        schemas.Municipalities: portal.session.get(f"{portal.url}/api/v1/municipalities", timeout=5).json(),
    }
    for schema, answer in answers.items():
        assert schema().validate(answer) == {}, schema.__name__


def test_the_openapi_document_and_its_pages_are_served(portal):
    assert portal.session.get(f"{portal.url}/openapi.json", timeout=5).json()["openapi"] == "3.1.0"
    page = portal.session.get(f"{portal.url}/docs", timeout=5).text
    for operation in OPERATIONS:
        assert operation.path in page
