"""Responses have security headers, and the log contains no personal data."""

import requests


def test_every_response_has_the_security_headers(portal):
    for path in ("/", "/rumst/", "/api/v1/municipalities", "/nothing/at/all", "/static/loket.css"):
        headers = requests.get(portal.url + path, timeout=5).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def test_the_log_contains_the_route_and_never_the_token(portal, stack):
    booked = portal.booked()
    requests.get(booked["manage_url"], timeout=5)
    written = "".join(file.read_text() for file in (stack.logs).glob("*.log"))
    assert "/<municipality>/afspraak/<token>" in written
    assert booked["link_token"] not in written
    assert "lieve." not in written


def test_an_address_without_its_trailing_slash_redirects_to_the_page(portal):
    assert requests.get(f"{portal.url}/rumst", timeout=5).url.endswith("/rumst/")


def test_an_unknown_address_of_a_municipality_renders_an_error_page(portal):
    answer = requests.get(f"{portal.url}/atlantis/", timeout=5)
    assert (answer.status_code, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert "Onbekende gemeente" in answer.text


def test_a_search_term_cannot_inject_html(portal):
    answer = requests.get(f"{portal.url}/rumst/tijdstip?type=%3Cscript%3Ex", timeout=5)
    assert answer.status_code == 422
    assert "<script>" not in answer.text
