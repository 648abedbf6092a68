"""Proof of work, or a short wait, precedes an anonymous hold."""

import itertools
import time

import pytest
import requests
from playwright.sync_api import expect

from loket_gateway.http.proof_of_work import is_work
from tests.benchmarks.municipality import municipality_yaml
from tests.client import Portal


@pytest.fixture(scope="module")
def municipality(stack, tmp_path_factory):
    """A municipality that has switched it on."""
    file = tmp_path_factory.mktemp("careful") / "careful.yaml"
    text = municipality_yaml("careful", 3, "00:00", "00:00", 15)
    file.write_text(text.replace("confirm: none", "confirm: none\n  friction: true"))
    stack.configure(file)
    return Portal.on(stack, "careful")


@pytest.fixture
def slot_request(municipality):
    return {"appointment_types": ["visit"], "location": "hal", "start": municipality.slots("visit", "hal")[40]["start"]}


def asked(municipality, slot_request):
    """The stamp that comes with the refusal, and after how long it is good without work."""
    answer = municipality.post("holds", slot_request)
    assert (answer.status_code, answer.json()["code"]) == (428, "work-needed")
    return {"stamp": answer.headers["Loket-Stamp"], "seconds": int(answer.headers["Retry-After"])}


def work(stamp):
    return next(str(number) for number in itertools.count() if is_work(stamp, str(number)))


def test_proof_of_work_allows_a_hold_and_each_stamp_is_accepted_once(municipality, slot_request):
    stamp = asked(municipality, slot_request)["stamp"]
    headers = {"Loket-Stamp": stamp, "Loket-Work": work(stamp)}
    assert municipality.post("holds", slot_request, headers=headers).status_code == 201
    assert municipality.post("holds", slot_request, headers=headers).status_code == 428


@pytest.mark.parametrize("proof", ["", "0", "x" * 1000])
def test_a_hold_without_valid_proof_of_work_is_refused(municipality, slot_request, proof):
    stamp = asked(municipality, slot_request)["stamp"]
    assert (
        municipality.post("holds", slot_request, headers={"Loket-Stamp": stamp, "Loket-Work": proof}).status_code == 428
    )


def test_a_forged_stamp_is_refused(municipality, slot_request):
    headers = {"Loket-Stamp": "made-up", "Loket-Work": work("made-up")}
    assert municipality.post("holds", slot_request, headers=headers).status_code == 428


def test_a_request_without_javascript_may_wait_instead_of_proof_of_work(municipality, slot_request):
    challenge = asked(municipality, slot_request)
    time.sleep(challenge["seconds"])
    assert municipality.post("holds", slot_request, headers={"Loket-Stamp": challenge["stamp"]}).status_code == 201


def test_booking_from_a_start_requires_proof_of_work_and_booking_from_a_hold_does_not(municipality, slot_request):
    contact = {"name": "Lieve", "email": "lieve@example.org"}
    assert municipality.post("appointments", {**slot_request, "contact": contact}).status_code == 428
    stamp = asked(municipality, slot_request)["stamp"]
    hold = municipality.post("holds", slot_request, headers={"Loket-Stamp": stamp, "Loket-Work": work(stamp)}).json()[
        "id"
    ]
    assert municipality.post("appointments", {"hold": hold, "contact": contact}).status_code == 201


def test_a_portal_with_an_api_key_needs_no_proof_of_work(municipality, stack, slot_request):
    portal = Portal.on(stack, "careful", stack.machine_key("careful", "portal"))
    assert (
        portal.post("appointments", {**slot_request, "contact": {"name": "L", "email": "l@example.org"}}).status_code
        == 201
    )


def test_without_friction_in_the_configuration_no_proof_of_work_is_asked(portal):
    slot = portal.slots()[-1]["start"]
    body = {"appointment_types": ["bouwadvies"], "location": "gemeentehuis", "start": slot}
    assert portal.post("holds", body).status_code == 201


def test_with_javascript_the_proof_of_work_is_invisible_to_the_resident(scripted_page, municipality):
    scripted_page.goto(f"{municipality.url}/careful/tijdstip?type=visit")
    scripted_page.locator("ul.times button").last.click()
    expect(scripted_page.get_by_role("heading", name="Uw gegevens")).to_be_visible()


def test_a_form_sent_too_quickly_without_javascript_asks_the_resident_to_wait(municipality):
    page = requests.get(f"{municipality.url}/careful/tijdstip?type=visit", timeout=10).text
    stamp = page.split('name="stamp" value="')[1].split('"')[0]
    form = {
        "type": "visit",
        "location": "hal",
        "start": municipality.slots("visit", "hal")[-1]["start"],
        "stamp": stamp,
    }
    answer = requests.post(f"{municipality.url}/careful/reserveren", data=form, timeout=10)
    assert answer.history[0].status_code == 303
    assert "8 seconden" in answer.text
    assert f'value="{form["start"]}"' in answer.text, "the moment is not lost"
