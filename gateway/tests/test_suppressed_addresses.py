"""An address without a mailbox: staff see that it is barred, and lift it on the page of the visit or by API."""

import datetime as dt

import pytest
import requests
from pymongo import MongoClient

from tests.browser.desk import a_session, csrf_token, set_up_municipality
from tests.client import eventually


@pytest.fixture(scope="module")
def village(stack, tmp_path_factory):
    return set_up_municipality(stack, tmp_path_factory.mktemp("barred"), "geweerd")


@pytest.fixture
def barred(stack, village):
    """A visit of a resident whose mail server said that there is no such mailbox."""
    start = village.slots("advies", "hal")[-1]["start"]
    booked = village.booked(appointment_types=["advies"], location="hal", answers={"adres": "Plein 1"}, start=start)
    client = MongoClient(stack.servers.mongo_uri)
    sent = eventually(
        lambda: client.loket_notification.messages.find_one({"appointment": booked["id"], "person": {"$exists": True}})
    )
    mark = sent["person"]
    client.loket_notification.unwanted.insert_one({
        "_id": f"{mark}/email/unreachable", "municipality": "geweerd", "mark": mark, "channel": "email",
        "why": "unreachable", "at": dt.datetime.now(dt.UTC),
    })  # fmt: skip
    return booked


def audited(village, booked):
    entries = village.get("audit", params={"appointment": booked["id"]}).json()["entries"]
    return [each["who"] for each in entries if each["detail"] == "email address lifted"]


def test_the_appointment_page_shows_a_suppressed_address_and_lifts_the_suppression(stack, village, barred):
    session, name = a_session(stack, "geweerd", ["agent"])
    visit = f"{stack.url}/geweerd/balie/afspraak/{barred['id']}"
    shown = session.get(visit, timeout=10).text
    assert "de mailserver" in shown
    form = {"channel": "email", "csrf_token": csrf_token(session, f"{stack.url}/geweerd")}
    lifted = session.post(f"{visit}/adres", data=form, timeout=10)
    assert lifted.status_code == 200
    assert "Er gaan weer berichten naar dit adres." in lifted.text
    assert "de mailserver" not in lifted.text
    (who,) = audited(village, barred)
    assert who.endswith(name)


def test_the_api_lists_suppressed_addresses_and_lifts_a_suppression(village, barred):
    there = f"appointments/{barred['id']}/barred-addresses"
    (listed,) = village.get(there).json()["barred"]
    since, until = (dt.datetime.fromisoformat(listed[each]) for each in ("since", "until"))
    assert (listed["channel"], until - since) == ("email", dt.timedelta(days=30))
    assert village.send("DELETE", f"{there}/email").status_code == 204
    assert village.get(there).json() == {"barred": []}
    assert len(audited(village, barred)) == 1
    for channel in ("email", "pigeon"):
        answer = village.send("DELETE", f"{there}/{channel}")
        assert (answer.status_code, answer.json()["code"]) == (404, "address-not-barred")


@pytest.mark.parametrize("role", ["auditor", "kiosk", "portal"])
def test_lifting_a_suppression_requires_the_permission_to_change_appointments(stack, village, barred, role):
    there = village.path(f"appointments/{barred['id']}/barred-addresses/email")
    key = {"Authorization": f"Bearer {stack.machine_key('geweerd', role)}"}
    assert requests.delete(there, headers=key, timeout=10).status_code == 403
    assert village.get(f"appointments/{barred['id']}/barred-addresses").json()["barred"]
