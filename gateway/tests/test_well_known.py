"""Programs find the files with fixed names, and search engines read only the public pages."""

import datetime as dt
import re
from pathlib import Path
from urllib.robotparser import RobotFileParser

import pytest
import requests

import loket_gateway
from loket_gateway.api.well_known import WellKnownRoutes
from tests.client import in_days

TEMPLATES = Path(loket_gateway.__file__).parent / "pages" / "templates"
CONTACT = "mailto:security@example.org"


def fields(text):
    return dict(line.split(": ", 1) for line in text.splitlines())


def test_security_txt_has_a_contact_and_expires_within_a_year():
    """RFC 9116, sections 2.5.3 to 2.5.6."""
    routes = WellKnownRoutes("https://afspraak.example", CONTACT)
    answer = routes.get_security(None)
    found = fields(answer.get_data(as_text=True))
    assert answer.content_type == "text/plain; charset=utf-8"
    assert found["Contact"] == CONTACT
    assert found["Canonical"] == "https://afspraak.example/.well-known/security.txt"
    ahead = dt.datetime.fromisoformat(found["Expires"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(days=90) < ahead < dt.timedelta(days=365)


def test_without_a_contact_there_is_no_security_txt(portal):
    assert requests.get(f"{portal.url}/.well-known/security.txt", timeout=5).status_code == 404


def test_a_crawler_may_read_topics_and_neither_the_api_nor_pages_of_one_person(portal):
    text = requests.get(f"{portal.url}/robots.txt", timeout=5).text
    # the parser of the standard library knows no wildcards, so its paths begin with the municipality
    parser = RobotFileParser()
    parser.parse(text.replace("/*/", "/rumst/").splitlines())
    for path in ("/", "/rumst/", "/rumst/onderwerp/bouwadvies", "/static/loket.css"):
        assert parser.can_fetch("any", path), path
    for path in (
        "/api/v1/rumst/slots",
        "/rumst/afspraak/abc",
        "/rumst/bevestigen/abc/def",
        "/rumst/uitnodiging/abc",
        "/rumst/balie",
        "/rumst/scherm",
    ):
        assert not parser.can_fetch("any", path), path


@pytest.mark.parametrize("path", ["/", "/rumst/", "/rumst/onderwerp/bouwadvies", "/rumst/tijdstip?type=bouwadvies"])
@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_a_public_page_has_a_description_and_may_be_found(portal, path, language):
    page = requests.get(portal.url + path, headers={"Accept-Language": language}, timeout=5).text
    (description,) = re.findall('<meta name="description" content="([^"]+)">', page)
    assert len(description) > 20
    assert "noindex" not in page


@pytest.mark.parametrize("path", ["/rumst/?search=bomen", "/rumst/balie", "/nothing"])
def test_a_page_for_one_person_or_request_is_not_to_be_found(portal, path):
    assert '<meta name="robots" content="noindex">' in requests.get(portal.url + path, timeout=5).text


def test_the_page_of_an_appointment_is_not_to_be_found(portal):
    booked = portal.booked(start=portal.slots(to=in_days(40))[-1]["start"])
    assert '<meta name="robots" content="noindex">' in requests.get(booked["manage_url"], timeout=5).text


def test_only_the_pages_before_the_form_and_the_statements_may_be_found():
    extend = {file.name for file in TEMPLATES.glob("*.html") if '{% extends "public.html" %}' in file.read_text()}
    assert extend == {"choose.html", "topic.html", "moments.html", "privacy.html", "accessibility.html"}
