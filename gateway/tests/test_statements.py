"""The privacy and accessibility statements follow from the configuration, in each language."""

from types import SimpleNamespace

import pytest
from municipality_yaml import a_configuration, types
from werkzeug.test import EnvironBuilder

from loket_booking.configuration.reader import read_configuration
from loket_booking.queries.catalogue import CatalogueQueries
from loket_gateway.http.request import GatewayRequest
from loket_gateway.pages.statements import StatementPages

LANGUAGES = ["nl", "fr", "de", "en"]
PLACES = {"hal": {"name": "Hal", "address": {"street": "Plein 1", "postcode": "2840", "city": "Rumst"}}}


def statement(name, language="nl", without=(), **changes):
    """The text of a page of a municipality with these changes to its configuration."""
    known = read_configuration(a_configuration(**{"languages": LANGUAGES, "locations": PLACES} | changes))
    configurations = SimpleNamespace(
        calendar=lambda _: SimpleNamespace(municipality=known), including_removed=lambda _: known
    )
    catalogue = CatalogueQueries(configurations).catalogue("rumst")
    pages = StatementPages(
        SimpleNamespace(of=lambda _: {key: value for key, value in catalogue.items() if key not in without}),
        "https://loket.example",
    )
    request = GatewayRequest(EnvironBuilder(query_string={"lang": language}).get_environ())
    response = getattr(pages, name)(request, "rumst")
    assert response.status_code == 200
    return " ".join(response.get_data(as_text=True).split())


def test_a_privacy_statement_names_controller_officer_recipients_and_own_statement():
    text = statement(
        "privacy", email="info@rumst.example",
        privacy={
            "officer_email": "dpo@rumst.example", "url": "https://rumst.example/privacy",
            "recipients": ["Sms-bedrijf NV, voor sms’en"], "addition": "Nog iets over ons.",
        },
    )  # fmt: skip
    assert "Verwerkingsverantwoordelijke voor uw persoonsgegevens: Rumst." in text
    for part in ("Plein 1, 2840 Rumst", "dpo@rumst.example", "https://rumst.example/privacy", "Sms-bedrijf NV", "Nog"):
        assert part in text
    assert "Gegevensbeschermingsautoriteit" in text


def test_a_privacy_statement_names_what_a_visitor_needs():
    assert "toegang met een rolstoel" in statement("privacy")


def test_the_retention_periods_are_those_of_the_configuration():
    kinds = types(advies={}, premie={"retention_days": 30, "name": "Premie", "pseudonymise": True})
    text = statement("privacy", retention_days=77, appointment_types=kinds)
    assert "tot 77 dagen na het bezoek" in text
    assert "Premie: tot 30 dagen na het bezoek. Daarna bewaren we alleen de antwoorden" in text


def test_a_topic_for_staff_alone_is_not_in_the_privacy_statement():
    kinds = types(advies={}, geheim={"retention_days": 30, "name": "Geheim", "visibility": "staff"})
    assert "Geheim" not in statement("privacy", appointment_types=kinds)


@pytest.mark.parametrize(("country", "authority"), [("NL", "Autoriteit Persoonsgegevens"), ("DE", "edpb.europa.eu")])
def test_a_complaint_goes_to_the_authority_of_the_country(country, authority):
    assert authority in statement("privacy", country=country)


def test_an_accessibility_statement_has_the_parts_that_the_decision_prescribes():
    text = statement("accessibility", "en", phone="+3235550100")
    for heading in (
        "Compliance status", "Non-accessible content", "Preparation of this accessibility statement",
        "Feedback and contact information", "Enforcement procedure",
    ):  # fmt: skip
        assert f"<h2>{heading}</h2>" in text
    assert "partially compliant" in text
    assert "https://loket.example/rumst/" in text
    assert "Vlaamse Ombudsdienst" in text
    assert "Flemish Governance Decree" in text


def test_a_municipality_states_its_own_assessment():
    given = {
        "status": "none", "gaps": ["Het oude logo"], "burdens": ["De kaart"], "prepared": "2026-03-01",
        "reviewed": "2026-10-05", "assessed_by": "third_party", "report_url": "https://rumst.example/verslag",
        "enforcement": {"name": "Ombuds Antwerpen", "url": "https://ombuds.example"}, "law": "de wet",
    }  # fmt: skip
    text = statement("accessibility", accessibility=given)
    for part in (
        "voldoen niet", "Het oude logo", "De kaart", "1 maart 2026", "5 oktober 2026", "derde partij",
        "https://rumst.example/verslag", "Ombuds Antwerpen", "overeenkomstig de wet",
    ):  # fmt: skip
        assert part in text
    assert "Vlaamse Ombudsdienst" not in text


def test_a_fully_accessible_site_lists_no_exceptions():
    text = statement("accessibility", "en", accessibility={"status": "full"})
    assert "fully compliant" in text
    assert "Non-accessible content" not in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["privacy", "accessibility"])
def test_statements_can_be_read_in_each_language_and_without_a_newer_booking(name, language):
    assert f'<html lang="{language}">' in statement(name, language)
    assert statement(name, language, without=("privacy", "accessibility"))


def test_every_page_of_a_municipality_leads_to_its_statements_and_its_site():
    text = statement("privacy", website="https://www.rumst.example")
    assert 'href="https://www.rumst.example"' in text
    assert "/rumst/privacy" in text
    assert "/rumst/toegankelijkheid" in text
