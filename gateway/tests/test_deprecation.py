"""A deprecated address announces its end a year ahead, in the standard header fields."""

import datetime as dt

import pytest
from routes import routes
from werkzeug.wrappers import Response

from loket_gateway.api.operations import OPERATIONS
from loket_gateway.http.deprecation import Deprecation
from loket_gateway.http.routing import Route

GOING = Deprecation(dt.date(2026, 12, 1), dt.date(2027, 12, 1), "/api/v2/rumst/slots")


def test_the_deprecation_fields_follow_the_rfcs():
    assert GOING.fields() == [
        ("Deprecation", "@1796083200"),
        ("Sunset", "Wed, 01 Dec 2027 00:00:00 GMT"),
        ("Link", '</api/v2/rumst/slots>; rel="successor-version"'),
    ]


def test_every_deprecation_gives_at_least_a_year():
    with pytest.raises(ValueError, match="less than a year"):
        Deprecation(dt.date(2026, 12, 1), dt.date(2027, 11, 1), "/")


def test_every_response_of_a_deprecated_route_says_so_including_refusals():
    route = Route("GET", "/x", rate_limited=False, deprecated=GOING)
    for given in (Response("fine"), Response(status=404)):
        assert dict(route.finish(given).headers)["Sunset"].startswith("Wed, 01 Dec 2027")


def test_the_openapi_document_and_the_routes_agree_on_deprecations():
    going = {(method.lower(), url.replace("<", "{").replace(">", "}")) for method, url, each in routes("/api/")
             if each.deprecated}  # fmt: skip
    assert going == {(each.method, each.path) for each in OPERATIONS if each.deprecated}
