"""A portal with a client of JCC lists, books, reads and cancels without a change."""

import datetime as dt

import pytest
import requests

from loket_gateway.compat.jcc import shapes
from tests.client import a_visitor, eventually

from .jcc_client import ZONE, JccClient

HALL, ADVICE = "gemeentehuis", "bouwadvies"
ONE = [(ADVICE, 1)]


@pytest.fixture
def jcc(stack):
    return JccClient(f"{stack.url}/compat/jcc/rumst", stack.machine_key("rumst", "portal"))


@pytest.fixture
def customer():
    return {"firstName": "Lieve", "lastName": "Demo", "emailAddress": a_visitor()["email"]}


@pytest.fixture
def last_time(jcc):
    first, last = jcc.range([ADVICE])
    last = min(last, first + dt.timedelta(days=50))
    return jcc.times(HALL, ONE, first, last)[0][-1]


def test_the_connection_test_succeeds(jcc):
    assert set(jcc.get("version")) == {"warpApiVersion", "afsprakenVersion"}


def test_the_public_catalogue_is_listed_with_durations_in_seconds(jcc, portal):
    public = {each["id"]: each for each in portal.get("appointment-types").json()["appointment_types"]}
    listed = {each["id"]: each for each in jcc.activities()}
    assert listed.keys() == public.keys()
    assert listed[ADVICE]["appointmentDuration"] == public[ADVICE]["duration"] * 60
    assert all(None not in each.values() for each in listed.values())


def test_additional_types_are_of_the_same_team_and_exclude_the_chosen_one(jcc):
    listed = {each["id"]: each["activityGroupId"] for each in jcc.activities()}
    added = {each["id"] for each in jcc.activities([ADVICE], HALL)}
    assert added
    assert ADVICE not in added
    assert {listed[each] for each in added} == {listed[ADVICE]}


def test_a_location_has_a_structured_address(jcc):
    assert HALL in {each["id"] for each in jcc.locations()}
    hall = next(each for each in jcc.locations([ADVICE]) if each["id"] == HALL)
    assert hall == jcc.get(f"location/{HALL}")
    address = hall["address"]
    assert (address["streetName"], address["houseNumber"]) == ("Koningin Astridplein", "12")
    assert (address["postalCode"], address["city"]) == ("2840", "Rumst")


def test_times_are_local_without_offset_and_the_last_day_is_excluded(jcc, last_time, portal):
    day = last_time.date()
    starts, seconds = jcc.times(HALL, ONE, day, day + dt.timedelta(days=1))
    assert {each.date() for each in starts} == {day}
    assert jcc.times(HALL, ONE, day, day)[0] == []
    on = {"from": day.isoformat(), "to": day.isoformat()}
    assert [each.isoformat() for each in starts] == [each["start"] for each in portal.slots(**on)]
    assert seconds == jcc.minutes(ONE, day) * 60


def test_an_appointment_is_booked_read_and_cancelled_and_the_resident_gets_a_mail(
    jcc, customer, last_time, portal, staff
):
    result = jcc.book(HALL, ONE, last_time, customer, message="Graag met plan")
    assert result["acknowledgeIsSuccess"] is True
    found = jcc.get("appointment", id=result["id"])
    assert dt.datetime.fromisoformat(found["startDateTime"]).replace(tzinfo=ZONE) == last_time
    assert [(each["activity"]["id"], each["amount"]) for each in found["activityList"]] == ONE
    assert (found["location"]["id"], found["message"]) == (HALL, "Graag met plan")
    assert found["customerList"][0]["emailAddress"] == customer["emailAddress"]
    assert jcc.get("appointment/qrcode", id=result["id"]) == (
        staff.get(f"appointments/{result['id']}").json()["reference"]
    )  # fmt: skip
    eventually(lambda: portal.mails_to(customer["emailAddress"]))
    assert jcc.cancel(result["id"])["id"] == result["id"]
    again = jcc.cancel(result["id"])
    assert (again["acknowledgeIsSuccess"], "id" in again) == (False, False)
    assert again["code"]


def test_after_the_start_a_cancellation_is_not_acknowledged_and_gives_the_reason(jcc, customer, last_time, portal):
    result = jcc.book(HALL, ONE, last_time, customer)
    portal.begin(result["id"])
    refused = jcc.cancel(result["id"])
    assert (refused["acknowledgeIsSuccess"], refused["code"]) == (False, 409)
    assert "Neem contact op met de gemeente: +32" in refused["message"]


def test_a_start_with_another_offset_is_the_same_start(jcc, customer, last_time):
    result = jcc.book(HALL, ONE, last_time.astimezone(dt.UTC), customer)
    assert jcc.get("appointment", id=result["id"])["startDateTime"] == last_time.replace(tzinfo=None).isoformat()
    jcc.cancel(result["id"])


def test_a_repeated_booking_is_one_appointment_until_it_is_cancelled(jcc, customer, last_time):
    first = jcc.book(HALL, ONE, last_time, customer)["id"]
    assert jcc.book(HALL, ONE, last_time.astimezone(dt.UTC), customer)["id"] == first
    jcc.cancel(first)
    second = jcc.book(HALL, ONE, last_time, customer)["id"]
    assert second != first
    assert jcc.book(HALL, ONE, last_time, customer)["id"] == second
    assert jcc.cancel(second)["acknowledgeIsSuccess"] is True


def test_more_persons_need_more_time_and_too_many_have_no_free_slots(jcc, last_time):
    day = last_time.date()
    assert jcc.minutes([("verkaveling", 3)], day) == jcc.minutes([("verkaveling", 1)], day) + 20
    assert jcc.times(HALL, [(ADVICE, 500)], day, day + dt.timedelta(days=1))[0] == []


def test_a_first_name_or_initials_are_required(jcc, customer, last_time):
    fields = jcc.get("customer/customerfields/required", selectedActivityId=[ADVICE])
    assert fields["areFirstNameOrInitialsRequired"] is True
    assert fields["emailAddress"] == 2
    del customer["firstName"]
    response = jcc.request("POST", "appointment", json={
        "activityList": [{"activityId": ADVICE, "amount": 1}], "locationId": HALL, "customerList": [customer],
        "fromDateTime": last_time.isoformat()})  # fmt: skip
    assert response.status_code == 422
    result = jcc.book(HALL, ONE, last_time, {**customer, "initials": "L."})
    assert result["acknowledgeIsSuccess"] is True
    jcc.cancel(result["id"])


def test_a_telephone_appointment_requires_a_number(jcc):
    fields = jcc.get("customer/customerfields/required", selectedActivityId=ADVICE)
    assert fields["isAnyPhoneNumberRequired"] is False  # one can come to the hall
    assert shapes.customer_fields(needs_phone=True)["isAnyPhoneNumberRequired"] is True


def test_an_impossible_booking_is_not_acknowledged_and_gives_the_reason(jcc, customer, last_time):
    result = jcc.book(HALL, ONE, last_time.replace(year=2020), customer)
    assert (result["acknowledgeIsSuccess"], result["code"]) == (False, 422)
    assert "verleden" in result["message"]
    result = jcc.book(HALL, ONE, last_time, {**customer, "emailAddress": "nothing"})
    assert "/contact/email" in result["validateErrors"][0]


@pytest.mark.parametrize(
    ("url", "status"),
    [("appointment?id=nothing", 404), ("location/nowhere", 404), ("appointment/calculateduration", 422),
     ("appointment/availabletimelist?locationId=gemeentehuis&activityId=bouwadvies&amount=1", 422),
     ("activity/appointmentdaterange?activityId=nothing", 422)],
)  # fmt: skip
def test_an_invalid_query_gets_a_problem_with_a_title(jcc, url, status):
    answer = jcc.request("GET", url)
    assert answer.status_code == status
    assert {"title", "detail", "status", "instance", "errors"} <= answer.json().keys()


def test_a_wrong_secret_gets_no_token(jcc):
    answer = requests.post(
        f"{jcc.root}/connect/token", data={"grant_type": "client_credentials", "client_secret": "wrong"}, timeout=10
    )
    assert answer.status_code == 401
