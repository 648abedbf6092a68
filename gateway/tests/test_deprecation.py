"""An address that goes away says so a year ahead, in the fields that programs look for."""

import datetime as dt

import pytest
from routes import routes
from werkzeug.wrappers import Response

from loket_gateway.api.operations import OPERATIONS
from loket_gateway.http.deprecation import Deprecation
from loket_gateway.http.routing import Route

GOING = Deprecation(dt.date(2026, 12, 1), dt.date(2027, 12, 1), "/api/v2/rumst/slots")


def test_the_fields_are_those_of_the_rfcs():
    assert GOING.fields() == [
        ("Deprecation", "@1796083200"),
        ("Sunset", "Wed, 01 Dec 2027 00:00:00 GMT"),
        ("Link", '</api/v2/rumst/slots>; rel="successor-version"'),
    ]


def test_nobody_gets_less_than_a_year():
    with pytest.raises(ValueError, match="less than a year"):
        Deprecation(dt.date(2026, 12, 1), dt.date(2027, 11, 1), "/")


def test_every_answer_of_such_a_route_says_so_also_a_refusal():
    route = Route("GET", "/x", rate_limited=False, deprecated=GOING)
    for given in (Response("fine"), Response(status=404)):
        assert dict(route.finish(given).headers)["Sunset"].startswith("Wed, 01 Dec 2027")


def test_the_document_and_the_routes_agree_on_what_goes_away():
    going = {(method.lower(), url.replace("<", "{").replace(">", "}")) for method, url, each in routes("/api/")
             if each.deprecated}  # fmt: skip
    assert going == {(each.method, each.path) for each in OPERATIONS if each.deprecated}
