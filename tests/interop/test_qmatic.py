"""A portal with a client of Qmatic lists, books, reads and cancels without a change."""

import datetime as dt

import pytest
import requests

from tests.client import a_visitor, eventually

from .qmatic_client import QmaticClient, ServerError

HALL, ADVICE = "gemeentehuis", "bouwadvies"


@pytest.fixture
def qmatic(stack):
    return QmaticClient(f"{stack.url}/compat/qmatic/rumst", stack.machine_key("rumst", "portal"))


@pytest.fixture
def customer():
    visitor = a_visitor()
    return {"firstName": "Lieve", "lastName": "Demo", "email": visitor["email"], "phone": "0470123456"}


@pytest.fixture
def last_time(qmatic):
    day = qmatic.dates(HALL, [ADVICE])[-1]
    return qmatic.times(HALL, [ADVICE], day)[-1]


def test_the_public_catalogue_is_listed(qmatic, portal):
    public = portal.get("appointment-types").json()["appointment_types"]
    assert {each["publicId"] for each in qmatic.services()} == {each["id"] for each in public}
    assert {each["publicId"] for each in qmatic.services(HALL)} == {
        each["id"] for each in public if HALL in each["locations"]
    }
    service = next(each for each in qmatic.services() if each["publicId"] == ADVICE)
    kind = next(each for each in public if each["id"] == ADVICE)
    assert (service["duration"], service["additionalCustomerDuration"]) == (kind["duration"], kind["per_extra_person"])


def test_the_client_ignores_a_branch_without_an_address(qmatic):
    assert [each["publicId"] for each in qmatic.branches()] == [HALL]
    assert [each["publicId"] for each in qmatic.branches(ADVICE)] == [HALL]


def test_combinable_services_are_of_one_team_and_location(qmatic, portal):
    teams = {each["id"]: each["team"] for each in portal.get("appointment-types").json()["appointment_types"]}
    for found in (qmatic.with_these([ADVICE]), qmatic.with_these([ADVICE], HALL)):
        assert ADVICE in found
        assert len(found) > 1
        assert {teams[each] for each in found} == {teams[ADVICE]}


def test_an_appointment_is_booked_read_and_cancelled_and_the_resident_gets_a_mail(
    qmatic, customer, last_time, portal, staff
):
    identifier = qmatic.book(HALL, [ADVICE], last_time, customer, notes="Graag met plan")
    found = qmatic.appointment(identifier)
    assert dt.datetime.fromisoformat(found["start"]) == last_time
    assert [each["publicId"] for each in found["services"]] == [ADVICE]
    assert (found["branch"]["addressZip"], found["branch"]["addressCity"]) == ("2840", "Rumst")
    assert found["notes"] == "Graag met plan"
    assert found["customers"][0]["email"] == customer["email"]
    eventually(lambda: portal.mails_to(customer["email"]))
    assert staff.get(f"appointments/{identifier}/dossier").json()["notes"] == "Graag met plan"
    assert qmatic.cancel(identifier) == 204
    assert qmatic.cancel(identifier) == 404
    assert qmatic.times(HALL, [ADVICE], last_time.date())[-1] == last_time


def test_a_repeated_booking_is_one_appointment_until_it_is_cancelled(qmatic, customer, last_time):
    first = qmatic.book(HALL, [ADVICE], last_time, customer)
    assert qmatic.book(HALL, [ADVICE], last_time, customer) == first
    assert qmatic.cancel(first) == 204
    second = qmatic.book(HALL, [ADVICE], last_time, customer)
    assert second != first
    assert qmatic.cancel(second) == 204


def test_after_the_start_a_cancellation_is_a_conflict_with_the_reason(qmatic, customer, last_time, portal):
    identifier = qmatic.book(HALL, [ADVICE], last_time, customer)
    portal.begin(identifier)
    refused = qmatic.request("DELETE", f"v1/appointments/{identifier}")
    assert (refused.status_code, refused.headers["error_code"]) == (409, "appointment-begun")
    assert "Contact the municipality: +32" in refused.headers["error_message"]


def test_more_persons_and_more_services_need_more_time(qmatic, customer):
    services = [ADVICE, "dossier-inzien"]
    known = {each["publicId"]: each for each in qmatic.services()}
    day = qmatic.dates(HALL, services, customers=3)[-1]
    start = qmatic.times(HALL, services, day, customers=3)[-1]
    found = qmatic.appointment(identifier := qmatic.book(HALL, services, start, customer, customers=3))
    lasts = dt.datetime.fromisoformat(found["end"]) - dt.datetime.fromisoformat(found["start"])
    asked = sum(known[each]["duration"] + 2 * known[each]["additionalCustomerDuration"] for each in services)
    assert lasts == dt.timedelta(minutes=asked)
    assert found["numberOfCustomers"] == len(found["customers"]) == 3
    assert qmatic.cancel(identifier) == 204


def test_times_are_local_to_the_branch(qmatic, portal, last_time):
    on = {"from": last_time.date().isoformat(), "to": last_time.date().isoformat()}
    assert portal.slots(**on)[-1]["start"] == last_time.isoformat()


def test_too_many_persons_have_no_free_slots(qmatic):
    assert qmatic.dates(HALL, [ADVICE], customers=500) == []


def test_a_taken_time_is_an_error_with_its_message(qmatic, customer, last_time):
    identifier = qmatic.book(HALL, [ADVICE], last_time, customer)
    while last_time in qmatic.times(HALL, [ADVICE], last_time.date()):
        qmatic.book(HALL, [ADVICE], last_time, {**customer, "email": a_visitor()["email"]})
    with pytest.raises(ServerError, match="no longer free"):
        qmatic.book(HALL, [ADVICE], last_time, {**customer, "email": a_visitor()["email"]})
    assert qmatic.cancel(identifier) == 204


@pytest.mark.parametrize("customer", [{}, {"lastName": "Demo"}, {"lastName": "Demo", "email": "nothing"}])
def test_a_customer_without_contact_data_is_an_error(qmatic, last_time, customer):
    with pytest.raises(ServerError, match="missing or wrong"):
        qmatic.book(HALL, [ADVICE], last_time, customer)


@pytest.mark.parametrize(
    "url", ["v1/branches/nowhere", "v1/branches/nowhere/services", "v1/services/nothing/branches",
            "v1/appointments/nothing", "v2/branches/nowhere/dates;servicePublicId=bouwadvies",
            "v2/branches/gemeentehuis/dates;servicePublicId=nothing", "v1/branches/%E2%98%83", "v1/branches/x%0d%0ay",
            "v1/branches/x%00/services", "v2/branches/x%0a/dates;servicePublicId=bouwadvies"],
)  # fmt: skip
def test_an_unknown_resource_is_a_404_with_a_one_line_message(qmatic, url):
    answer = qmatic.request("GET", url)
    assert answer.status_code == 404
    assert answer.headers["error_message"].isprintable()


def test_a_long_query_gets_a_short_response(qmatic, customer, last_time):
    url = f"v2/branches/{HALL}/dates/{last_time.date()}/times/{last_time:%H:%M}/book"
    answer = qmatic.request("POST", url, json={"services": [{"publicId": "x" * 200_000}], "customers": [customer]})
    assert answer.status_code == 404
    assert len(answer.headers["error_message"]) == 1000


def test_an_unknown_address_is_not_found(qmatic):
    assert qmatic.request("GET", "v1/nothing").status_code == 404


def test_an_appointment_of_another_portal_is_not_found(stack, qmatic, customer, last_time):
    identifier = qmatic.book(HALL, [ADVICE], last_time, customer)
    key = stack.loket("keys", "add", "rumst", "other-portal", "--role", "portal").stdout.strip()
    other = QmaticClient(qmatic.root, key)
    assert other.request("GET", f"appointments/{identifier}").status_code == 404
    assert other.cancel(identifier) == 404
    assert qmatic.cancel(identifier) == 204


def test_every_request_requires_a_key(qmatic):
    assert requests.get(f"{qmatic.root}/v1/services", timeout=10).status_code == 401
