"""Staff see that an address is suppressed, and lift the suppression on the page of the appointment or by API."""

import datetime as dt

import pytest
import requests
from pymongo import MongoClient

from tests.browser.desk import a_session, csrf_token, set_up_municipality
from tests.client import eventually


@pytest.fixture(scope="module")
def municipality(stack, tmp_path_factory):
    return set_up_municipality(stack, tmp_path_factory.mktemp("barred"), "geweerd")


@pytest.fixture
def appointment(stack, municipality):
    """A visit of a resident whose mail server said that there is no such mailbox."""
    start = municipality.slots("advies", "hal")[-1]["start"]
    booked = municipality.booked(
        appointment_types=["advies"], location="hal", answers={"adres": "Plein 1"}, start=start
    )
    client = MongoClient(stack.servers.mongo_uri)
    eventually(
        lambda: client.loket_notification.messages.find_one({"appointment": booked["id"], "person": {"$exists": True}})
    )
    mark = client.loket_booking.cards.find_one({"_id": booked["id"]})["contact_mark"]
    client.loket_notification.unwanted.insert_one({
        "_id": f"{mark}/email/unreachable", "municipality": "geweerd", "mark": mark, "channel": "email",
        "why": "unreachable", "at": dt.datetime.now(dt.UTC),
    })  # fmt: skip
    return booked


def audited(municipality, booked):
    entries = municipality.get("audit", params={"appointment": booked["id"]}).json()["entries"]
    return [each["who"] for each in entries if each["detail"] == "email address lifted"]


def test_the_appointment_page_shows_a_suppressed_address_and_lifts_the_suppression(stack, municipality, appointment):
    session, name = a_session(stack, "geweerd", ["agent"])
    visit = f"{stack.url}/geweerd/balie/afspraak/{appointment['id']}"
    shown = session.get(visit, timeout=10).text
    assert "de mailserver" in shown
    form = {"channel": "email", "csrf_token": csrf_token(session, f"{stack.url}/geweerd")}
    lifted = session.post(f"{visit}/adres", data=form, timeout=10)
    assert lifted.status_code == 200
    assert "Er gaan weer berichten naar dit adres." in lifted.text
    assert "de mailserver" not in lifted.text
    (who,) = audited(municipality, appointment)
    assert who.endswith(name)


def test_the_api_lists_suppressed_addresses_and_lifts_a_suppression(municipality, appointment):
    there = f"appointments/{appointment['id']}/barred-addresses"
    (listed,) = municipality.get(there).json()["barred"]
    since, until = (dt.datetime.fromisoformat(listed[each]) for each in ("since", "until"))
    assert (listed["channel"], until - since) == ("email", dt.timedelta(days=30))
    assert municipality.send("DELETE", f"{there}/email").status_code == 204
    assert municipality.get(there).json() == {"barred": []}
    assert len(audited(municipality, appointment)) == 1
    for channel in ("email", "pigeon"):
        answer = municipality.send("DELETE", f"{there}/{channel}")
        assert (answer.status_code, answer.json()["code"]) == (404, "address-not-barred")


@pytest.mark.parametrize("role", ["auditor", "kiosk", "portal"])
def test_lifting_a_suppression_requires_the_permission_to_change_appointments(stack, municipality, appointment, role):
    there = municipality.path(f"appointments/{appointment['id']}/barred-addresses/email")
    key = {"Authorization": f"Bearer {stack.machine_key('geweerd', role)}"}
    assert requests.delete(there, headers=key, timeout=10).status_code == 403
    assert municipality.get(f"appointments/{appointment['id']}/barred-addresses").json()["barred"]
