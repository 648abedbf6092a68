"""Before the visit, over HTTP alone: earlier slots, documents, answers, and why nothing is free."""

import pytest
import requests

from tests.client import a_visitor, eventually, in_days, link_in

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture
def appointment(portal):
    return portal.booked()


def of(portal, appointment):
    return portal.get(f"appointments/{appointment['id']}", token=appointment["link_token"]).json()


def send(portal, appointment, body, **query):
    url = portal.path(f"appointments/{appointment['id']}/files")
    headers = {"Authorization": f"Bearer {appointment['link_token']}", "Content-Type": "application/pdf"}
    return requests.post(url, params={"name": "plan.pdf", **query}, data=body, headers=headers, timeout=15)


def test_a_cancelled_slot_is_offered_to_a_waiting_resident_whose_acceptance_moves_the_appointment(portal):
    query = {"appointment_type": "leegstand", "location": "gemeentehuis"}
    body = {"appointment_types": ["leegstand"], "answers": {"perceel": "x"}}
    free = portal.slots(**query)
    early = portal.booked(start=free[0]["start"], contact=a_visitor(), **body)
    visitor = a_visitor()
    late = portal.booked(start=portal.slots(**query)[-1]["start"], contact=visitor, **body)
    day = early["start"][:10]
    joined = portal.post("waiting-list", {"appointment": late["id"]}, token=late["link_token"])
    assert joined.status_code == 201, joined.text
    assert of(portal, late)["waiting_list"]["state"] == "waiting"
    assert portal.post("waiting-list", {"appointment": late["id"]}, token=late["link_token"]).status_code == 409
    portal.post(f"appointments/{early['id']}/cancel", {}, token=early["link_token"])
    offer = eventually(lambda: of(portal, late)["waiting_list"]["offer"])
    assert offer["start"][:10] == day
    result = eventually(lambda: [m for m in portal.mails_to(visitor["email"]) if "vroeger moment" in m["subject"]])
    assert link_in(result[0]) == late["manage_url"]
    moved = portal.post(f"waiting-list/{late['id']}/accept", token=late["link_token"])
    assert moved.status_code == 200, moved.text
    assert moved.json()["start"] == offer["start"]
    assert of(portal, late)["waiting_list"] is None
    again = portal.post(f"waiting-list/{late['id']}/accept", token=late["link_token"])
    assert (again.status_code, again.json()["code"]) == (404, "not-on-waiting-list")


def test_joining_the_waiting_list_requires_the_link_token(portal, appointment):
    stranger = portal.booked()["link_token"]
    assert portal.post("waiting-list", {"appointment": appointment["id"]}, token=stranger).status_code == 404
    assert portal.post("waiting-list", {"appointment": appointment["id"]}).status_code == 401


def test_an_uploaded_document_is_returned_as_a_download(portal, appointment):
    sent = send(portal, appointment, PDF, question="plannen")
    assert sent.status_code == 201, sent.text
    assert [file["name"] for file in of(portal, appointment)["files"]] == ["plan.pdf"]
    address = f"appointments/{appointment['id']}/files/{sent.json()['id']}"
    back = portal.get(address, token=appointment["link_token"])
    assert back.content == PDF
    assert back.headers["Content-Disposition"] == f"attachment; filename={appointment['reference']}-1.pdf"
    assert back.headers["X-Content-Type-Options"] == "nosniff"
    assert portal.get(address, token=portal.booked()["link_token"]).status_code == 404
    dropped = portal.session.delete(
        portal.path(address), headers={"Authorization": f"Bearer {appointment['link_token']}"}, timeout=15
    )
    assert dropped.json()["files"] == []


@pytest.mark.parametrize("name", ["foto’s – huis.pdf", "☃.pdf", "één plan.pdf", 'a"b;c.pdf'])
def test_a_document_is_listed_by_its_name_in_any_script(portal, appointment, name):
    assert send(portal, appointment, PDF, name=name).json()["name"] == name
    assert [file["name"] for file in of(portal, appointment)["files"]] == [name]


@pytest.mark.parametrize(
    ("body", "query", "status", "code"),
    [
        (b"<html></html>", {}, 422, "file-not-accepted"),
        (PDF, {"question": "perceel"}, 422, "file-not-accepted"),
        (b"", {}, 422, "invalid-request"),
        (PDF + b"x" * 5_000_001, {}, 413, "body-too-large"),
    ],
)
def test_an_unacceptable_document_is_refused(portal, appointment, body, query, status, code):
    refused = send(portal, appointment, body, **query)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_the_reason_for_refusing_a_document_is_in_the_language_of_the_caller(portal, appointment):
    refused = send(portal, appointment, b"<html></html>")
    assert refused.json()["detail"] == "Het bestand werd niet aangenomen: het is geen pdf en geen foto."


def test_a_large_document_is_transferred_unchanged(portal, appointment):
    body = PDF + b"x" * 4_900_000
    sent = send(portal, appointment, body)
    assert sent.status_code == 201, sent.text
    back = portal.get(f"appointments/{appointment['id']}/files/{sent.json()['id']}", token=appointment["link_token"])
    assert back.content == body


def test_answers_can_be_changed_before_the_visit_and_invalid_ones_are_reported_by_pointer(portal, appointment):
    address = portal.path(f"appointments/{appointment['id']}")
    headers = {"Authorization": f"Bearer {appointment['link_token']}"}
    answers = {"werken": "andere", "omschrijving": "Een zwembad"}
    changed = requests.patch(address, json={"answers": answers}, headers=headers, timeout=15)
    assert changed.json()["answers"] == {"perceel": "Kerkstraat 1, 2840 Rumst", **answers}
    wrong = requests.patch(address, json={"answers": {"werken": "dansen"}}, headers=headers, timeout=15)
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/answers/werken"]


@pytest.fixture
def closed_day(portal, staff):
    """A day on which people would work, but the location is closed."""
    day = portal.slots(to=in_days(25))[-1]["start"][:10]
    laid = staff.post("closures", {"first": day, "location": "gemeentehuis", "reason": "Verhuis"}).json()
    yield day
    staff.send("DELETE", f"closures/{laid['id']}")


def test_the_explanation_of_a_search_gives_the_reason_and_the_nearest_slot(portal, closed_day):
    query = {"appointment_type": "bouwadvies", "location": "gemeentehuis", "from": closed_day, "to": closed_day}
    assert portal.get("slots", params=query).json()["slots"] == []
    result = portal.get("slots/explanation", params=query).json()
    assert result["reason"] == "leave"
    assert result["nearest"]["start"] > closed_day
    days = portal.get("slots/days", params={**query, "from": in_days(3)}).json()["days"]
    assert days[-1] == {"date": closed_day, "starts": 0}
    assert any(day["starts"] for day in days)
    first = portal.get("slots/first", params={"appointment_type": "bouwadvies"}).json()["locations"]
    assert {each["location"] for each in first} == {"gemeentehuis", "video"}


@pytest.mark.parametrize("query", [{"weekday": "someday"}, {"after": "nine"}, {"language": "dutch"}])
def test_an_invalid_filter_is_reported_by_parameter(portal, query):
    refused = portal.get("slots", params={"appointment_type": "leegstand", "location": "gemeentehuis", **query})
    assert refused.status_code == 422
    assert [error["parameter"] for error in refused.json()["errors"]] == list(query)


def test_filters_narrow_the_search(portal):
    found = portal.slots(weekday=["monday"], after="10:00", before="11:00", language="fr", to=in_days(25))
    assert found
    assert {slot["start"][11:13] for slot in found} == {"10"}


def test_a_type_by_invitation_is_not_in_the_catalogue_and_cannot_be_booked_without_one(portal):
    kinds = [kind["id"] for kind in portal.get("appointment-types").json()["appointment_types"]]
    assert "bezwaar-bespreken" not in kinds
    refused = portal.book(start=portal.slots("bezwaar-bespreken")[-1]["start"], appointment_types=["bezwaar-bespreken"],
                          answers={})  # fmt: skip
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-appointment-type")
    unknown = portal.get("invitations/never-sent")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "invitation-not-valid")


def test_an_appointment_is_available_as_a_calendar_file(portal, appointment):
    got = portal.get(f"appointments/{appointment['id']}/calendar.ics", token=appointment["link_token"])
    assert got.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"UID:{appointment['id']}@loket" in got.text
    assert portal.get("feeds/never-given.ics").status_code == 404


def test_feedback_before_the_visit_is_refused(portal, appointment):
    refused = portal.post(f"appointments/{appointment['id']}/feedback", {"score": 5}, token=appointment["link_token"])
    assert (refused.status_code, refused.json()["code"]) == (409, "not-allowed-in-state")
    wrong = portal.post(f"appointments/{appointment['id']}/feedback", {"score": 9}, token=appointment["link_token"])
    assert wrong.status_code == 422
