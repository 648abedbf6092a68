"""A link or a calendar feed that others have is replaced, on the page of the appointment or by API."""

import pytest
import requests

from tests.browser.desk import a_session, csrf_token, set_up_municipality
from tests.client import a_visitor, eventually, link_in


@pytest.fixture(scope="module")
def municipality(stack, tmp_path_factory):
    return set_up_municipality(stack, tmp_path_factory.mktemp("replaced"), "vervangen")


@pytest.fixture
def appointment(municipality):
    """An appointment whose confirmation was sent."""
    start, resident = municipality.slots("advies", "hal")[-1]["start"], a_visitor()
    booked = municipality.booked(
        appointment_types=["advies"], location="hal", answers={"adres": "Plein 1"}, start=start, contact=resident
    )
    return {**booked, "email": resident["email"], "link": mailed_link(municipality, resident["email"])}


def mailed_link(municipality, address, mails=1):
    """The link in the last mail, once there is that number of mails."""
    found = eventually(lambda: len(sent := municipality.mails_to(address)) >= mails and sent)
    return link_in(found[-1]).rstrip(".")


def status(link):
    return requests.get(link, timeout=10).status_code


def test_staff_replace_a_link_on_the_page_of_the_appointment_and_the_new_one_is_mailed(
    stack, municipality, appointment
):
    session, _ = a_session(stack, "vervangen", ["agent"])
    form = {"notify": "1", "csrf_token": csrf_token(session, f"{stack.url}/vervangen")}
    page = f"{stack.url}/vervangen/balie/afspraak/{appointment['id']}"
    assert status(appointment["link"]) == 200
    done = session.post(f"{page}/link", data=form, timeout=10)
    assert "De inwoner krijgt een bericht met de nieuwe link." in done.text
    assert status(appointment["link"]) == 404
    later = mailed_link(municipality, appointment["email"], mails=2)
    assert later != appointment["link"]
    assert status(later) == 200


def test_a_link_is_replaced_by_api_without_a_message(municipality, appointment):
    answer = municipality.post(f"appointments/{appointment['id']}/replace-link", {"notify": False})
    assert (answer.status_code, answer.json()) == (200, {"sent": False})
    assert status(appointment["link"]) == 404
    assert len(municipality.mails_to(appointment["email"])) == 1


def test_a_feed_is_replaced_by_api(municipality):
    first, second = (municipality.post("resources/ann/replace-feed").json()["url"] for _ in range(2))
    assert status(first) == 404
    assert "VCALENDAR" in requests.get(second, timeout=10).text


@pytest.mark.parametrize("path", ["appointments/x/replace-link", "resources/ann/replace-feed"])
def test_a_portal_replaces_neither(stack, municipality, path):
    key = stack.machine_key("vervangen", "portal")
    assert municipality.post(path, token=key).status_code == 403
