"""A municipality offers its own languages, and the first of them if the caller requests none."""

import re
from pathlib import Path

import pytest
import requests

from tests.browser.desk import a_session
from tests.client import Portal, a_visitor, eventually

MUNICIPALITIES = Path(__file__).parents[1] / "municipalities"


@pytest.fixture(scope="module")
def valbourg(stack):
    """A client of a municipality that speaks French alone."""
    stack.configure(MUNICIPALITIES / "valbourg.yaml")
    return Portal.on(stack, "valbourg", key=stack.machine_key("valbourg"))


@pytest.fixture(scope="module")
def neudorf(stack):
    """A client of a municipality that speaks German and French."""
    stack.configure(MUNICIPALITIES / "neudorf.yaml")
    return Portal.on(stack, "neudorf")


def page(client, path, **options):
    return requests.get(f"{client.url}/{client.municipality}/{path}", timeout=10, **options)


def language_of(answer):
    return re.search(r'<html lang="(\w+)"', answer.text)[1]


def offered(answer):
    """The languages that a page leads to, and its own."""
    return re.findall(r'<(?:a|span) lang="(\w+)"', answer.text)


def booked(client, kind, place, **contact):
    start = client.slots(kind, place)[-1]["start"]
    body = {"appointment_types": [kind], "location": place, "start": start, "contact": a_visitor(phone=None, **contact)}
    answer = client.post("appointments", body)
    assert answer.status_code == 201, answer.text
    return body["contact"]["email"], answer.json()


@pytest.mark.parametrize(
    ("asked", "accepted", "spoken"),
    [
        (None, None, "de"), ("fr", None, "fr"), (None, "fr;q=0.5, nl", "fr"), (None, "nl, en", "de"),
        ("nl", "fr", "de"), (None, "*", "de"), (None, "de-AT, de;q=0.9, fr;q=0.8", "de"),
    ],
)  # fmt: skip
def test_a_page_is_in_a_language_of_the_municipality(neudorf, asked, accepted, spoken):
    answer = page(neudorf, "", params={"lang": asked}, headers={"Accept-Language": accepted})
    assert (language_of(answer), answer.headers["Content-Language"]) == (spoken, spoken)
    assert ("Gemeinde Neudorf" if spoken == "de" else "Commune de Neudorf") in answer.text
    assert offered(answer) == ["de", "fr"]


def test_a_page_of_a_french_municipality_offers_no_other_language(valbourg):
    answer = page(valbourg, "")
    assert language_of(answer) == "fr"
    assert offered(answer) == [], "there is nothing to choose"
    assert "Permis d&#39;urbanisme" in answer.text


def test_the_form_offers_the_languages_of_the_municipality_for_messages(neudorf):
    start = neudorf.slots("bauberatung", "rathaus")[0]["start"]
    held = neudorf.post("holds", {"appointment_types": ["bauberatung"], "location": "rathaus", "start": start}).json()
    answer = page(neudorf, f"gegevens?hold={held['id']}")
    assert re.findall(r'<option value="(\w\w)"', answer.text) == ["de", "fr"]


def test_the_list_of_municipalities_is_available_in_every_language(stack, valbourg):
    answer = requests.get(f"{stack.url}/", timeout=10)
    assert (language_of(answer), offered(answer)) == ("nl", ["nl", "fr", "de", "en"])
    assert 'href="/valbourg/"' in answer.text
    assert "Commune de Valbourg" in answer.text
    german = requests.get(f"{stack.url}/?lang=de", timeout=10)
    assert 'href="/valbourg/?lang=de"' in german.text


def test_the_api_responds_in_the_first_language_when_none_is_requested(valbourg, neudorf):
    for client, kept, fresh in ((valbourg, "fr", "fr"), (neudorf, "de", "fr")):
        answer = client.get("appointment-types")
        assert answer.headers["Content-Language"] == kept
        answer = client.get("appointment-types", headers={"Accept-Language": "fr"})
        assert answer.headers["Content-Language"] == fresh
        assert client.get("appointment-types").headers["Content-Language"] == kept
    assert neudorf.get("appointment-types").json()["appointment_types"][0]["name"] == "Bauberatung"


@pytest.mark.parametrize(("text", "language"), [
    ("zwembad", "nl"), ("ik wil een zwembad zetten", "nl"), ("piscine", "fr"), ("Schwimmbad", "nl"),
])  # fmt: skip
def test_appointment_types_are_searched_in_any_language(portal, text, language):
    answer = portal.get("appointment-types", params={"search": text, "lang": language}).json()
    assert [each["id"] for each in answer["appointment_types"]] == ["bouwadvies"]


def test_a_search_that_finds_no_appointment_type_returns_an_empty_list(portal):
    assert portal.get("appointment-types", params={"search": "xyzzy"}).json() == {"appointment_types": []}


def test_a_problem_is_in_a_language_of_the_municipality(valbourg, neudorf):
    problem = valbourg.get("appointments/none", "none")
    assert problem.headers["Content-Language"] == "fr"
    nowhere = requests.get(f"{neudorf.url}/api/v1/neudorf/nowhere", timeout=10)
    assert (nowhere.status_code, nowhere.headers["Content-Language"]) == (404, "de")
    answer = page(neudorf, "onderwerp/none")
    assert (answer.status_code, language_of(answer), offered(answer)) == (422, "de", ["de", "fr"])


@pytest.mark.parametrize("asked", [{}, {"language": "nl"}])
def test_a_resident_with_another_language_gets_messages_in_the_first_one(valbourg, asked):
    address, made = booked(valbourg, "permis", "maison", **asked)
    assert made["language"] == "fr"
    mail = eventually(lambda: valbourg.mails_to(address))[0]
    assert "Commune de Valbourg" in mail["text"]
    assert re.search(r"\bVotre rendez-vous\b", mail["text"], re.IGNORECASE)


def test_a_resident_may_choose_another_language_of_the_municipality(neudorf):
    assert booked(neudorf, "bauberatung", "rathaus", language="fr")[1]["language"] == "fr"
    assert booked(neudorf, "bauberatung", "rathaus")[1]["language"] == "de"


def test_the_desk_is_available_in_the_languages_of_its_municipality(stack, valbourg, neudorf):
    for municipality, languages in (("valbourg", ["fr"]), ("neudorf", ["de", "fr"])):
        session = a_session(stack, municipality)[0]
        answer = session.get(f"{stack.url}/{municipality}/balie/boeken", timeout=10)
        assert answer.status_code == 200
        assert language_of(answer) == languages[0]
        assert offered(answer) == (languages if len(languages) > 1 else [])
        texts = session.get(f"{stack.url}/{municipality}/balie/teksten", timeout=10)
        assert language_of(texts) == languages[0]
        chooser = re.search(r'name="language">(.*?)</select>', texts.text, re.DOTALL)[1]
        assert re.findall(r'<option value="(\w\w)"', chooser) == languages


def test_a_previewed_message_is_from_the_requesting_municipality(stack, valbourg):
    session = a_session(stack, "valbourg")[0]
    shown = session.get(f"{stack.url}/valbourg/balie/teksten", params={"kind": "confirmation"}, timeout=10).text
    assert "Rumst" not in shown
    for expected in ("Commune de Valbourg", "urbanisme@valbourg.example", "Grand-Place 1, 5000 Valbourg", "Maison"):
        assert expected in shown


def test_a_compatibility_interface_responds_in_the_first_language(stack, valbourg):
    headers = {"Authorization": f"Bearer {stack.machine_key('valbourg', 'portal')}"}
    base = f"{stack.url}/compat"
    found = requests.get(f"{base}/jcc/valbourg/activity/listforappointment", headers=headers, timeout=10).json()
    assert [each["description"] for each in found] == ["Permis d'urbanisme"]
    refused = requests.get(f"{base}/jcc/valbourg/location/none", headers={**headers, "language": "nl"}, timeout=10)
    assert refused.headers["Content-Language"] == "fr"
    branch = requests.get(f"{base}/qmatic/valbourg/v1/branches/maison", headers=headers, timeout=10).json()["branch"]
    assert branch["addressCountry"] == "Belgique"


def test_the_kiosk_is_available_in_the_languages_of_its_municipality(stack, neudorf):
    answer = page(neudorf, "koppelen?next=onthaal")
    assert (language_of(answer), offered(answer)) == ("de", ["de", "fr"])
