"""A telephone number is read by the country of its municipality, over every interface."""

import re
from pathlib import Path

import pytest
import requests

from tests.browser.desk import a_session
from tests.client import Portal, a_visitor

ROERSTAD = Path(__file__).parents[1] / "municipalities" / "roerstad.yaml"
#: a land line of Roermond; in Belgium the same digits are a mobile number
LOCAL, E164 = "0475 123456", "+31475123456"


@pytest.fixture(scope="module")
def roerstad(stack):
    """A machine of a municipality in the Netherlands."""
    stack.configure(ROERSTAD)
    return Portal.on(stack, "roerstad", key=stack.machine_key("roerstad"))


@pytest.fixture(scope="module")
def dutch_portal(stack, roerstad):
    """A portal that speaks other dialects."""
    return {"Authorization": f"Bearer {stack.machine_key('roerstad', 'portal')}"}


def start_of(client):
    return client.slots("vergunning", "stadhuis")[-1]["start"]


def phone_of(client, email):
    """The stored number of the resident with this address, as the export of their data shows it."""
    answer = client.post("residents/export", {"email": email})
    assert answer.status_code == 200, answer.text
    (number,) = set(re.findall(r'"phone": "([^"]*)"', answer.text))
    return number


def contact(**changes):
    return a_visitor(phone=LOCAL, **changes)


def test_the_api_reads_a_number_by_the_country_of_the_municipality(roerstad):
    who = contact()
    body = {"appointment_types": ["vergunning"], "location": "stadhuis", "start": start_of(roerstad), "contact": who}
    assert roerstad.post("appointments", body).status_code == 201
    assert phone_of(roerstad, who["email"]) == E164


def test_the_api_returns_the_country_and_the_normalised_number_of_a_municipality(roerstad):
    listed = requests.get(f"{roerstad.url}/api/v1/municipalities", timeout=10).json()["municipalities"]
    known = {each["id"]: (each["country"], each["phone"]) for each in listed}
    assert known["roerstad"] == ("NL", "+31475359999")
    assert known["rumst"][0] == "BE"


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        ("0470 12 34 56", "Begin een buitenlands nummer met +"), ("0475 123456 toestel 12", "zonder toestelnummer"),
        ("0475 LOKET1", "Dit is geen telefoonnummer."), ("+31 12", "kan niet bestaan"),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_called_is_refused_at_its_field_with_advice(roerstad, number, advice):
    who = contact() | {"phone": number}
    body = {"appointment_types": ["vergunning"], "location": "stadhuis", "start": start_of(roerstad), "contact": who}
    answer = roerstad.post("appointments", body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"] == "/contact/phone"
    assert advice in error["detail"]


def test_the_pages_read_a_number_by_the_country_of_the_municipality(roerstad):
    asked = {"appointment_types": ["vergunning"], "location": "stadhuis", "start": start_of(roerstad)}
    held, who = roerstad.post("holds", asked).json(), contact()
    form = {"hold": held["id"], "name": who["name"], "email": who["email"], "phone": "0470 12 34 56"}
    at = f"{roerstad.url}/roerstad/gegevens"
    refused = requests.post(at, data=form, timeout=10)
    assert "Fout:" in refused.text
    assert "Begin een buitenlands nummer met +" in refused.text
    assert 'value="0470 12 34 56"' in refused.text, "what was typed stays"
    assert requests.post(at, data={**form, "phone": LOCAL}, timeout=10).status_code == 200
    assert requests.post(f"{roerstad.url}/roerstad/nakijken", data={"hold": held["id"]}, timeout=10).status_code == 200
    assert phone_of(roerstad, who["email"]) == E164


def test_the_desk_reads_a_number_by_the_country_of_the_municipality(stack, roerstad):
    session, _ = a_session(stack, "roerstad")
    at, who = f"{stack.url}/roerstad/balie/boeken", contact()
    token = re.search(r'name="csrf_token" value="([^"]+)"', session.get(at, timeout=10).text)[1]
    form = {
        "csrf_token": token, "type": "vergunning", "location": "stadhuis", "start": start_of(roerstad), "once": "1",
        "persons": "1", "name": who["name"], "email": who["email"], "phone": LOCAL,
    }  # fmt: skip
    answer = session.post(at, data=form, timeout=10)
    assert answer.status_code == 200
    assert E164 in answer.text
    assert phone_of(roerstad, who["email"]) == E164


def test_the_jcc_interface_reads_a_number_by_the_country_of_the_municipality(roerstad, dutch_portal):
    who = contact()
    body = {
        "locationId": "stadhuis", "fromDateTime": start_of(roerstad), "activityList": [{"activityId": "vergunning"}],
        "customerList": [{"firstName": "Piet", "lastName": "D", "emailAddress": who["email"], "phoneNumber": LOCAL}],
    }  # fmt: skip
    at = f"{roerstad.url}/compat/jcc/roerstad/appointment"
    assert requests.post(at, json=body, headers=dutch_portal, timeout=10).json()["acknowledgeIsSuccess"]
    assert phone_of(roerstad, who["email"]) == E164
    place = requests.get(f"{roerstad.url}/compat/jcc/roerstad/location/stadhuis", headers=dutch_portal, timeout=10)
    assert place.json()["address"]["country"] == {"id": "NL", "isoCode": "NL", "name": "Nederland"}


def test_the_qmatic_interface_reads_a_number_by_the_country_of_the_municipality(roerstad, dutch_portal):
    who, start = contact(), start_of(roerstad)
    body = {
        "services": [{"publicId": "vergunning"}],
        "customers": [{"firstName": "Piet", "lastName": "D", "email": who["email"], "phone": LOCAL}],
    }
    at = f"{roerstad.url}/compat/qmatic/roerstad"
    answer = requests.post(
        f"{at}/v2/branches/stadhuis/dates/{start[:10]}/times/{start[11:16]}/book",
        json=body, headers=dutch_portal, timeout=10,
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    assert phone_of(roerstad, who["email"]) == E164
    branch = requests.get(f"{at}/v1/branches/stadhuis", headers=dutch_portal, timeout=10).json()["branch"]
    assert branch["addressCountry"] == "Nederland"
