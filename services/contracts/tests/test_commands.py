"""Commands are validated by schemas; an error has the path of its field."""

import datetime as dt
import re
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loket_contracts.error_codes import ERRORS
from loket_contracts.errors import Refusal
from loket_contracts.fields import DAY_ERROR, FIRST_DAY, LAST_DAY
from loket_contracts.rpc.booking.book import BookAppointment
from loket_contracts.rpc.booking.closures import CloseTimeSchema
from loket_contracts.rpc.booking.slots import FindSlots, HoldSlot
from loket_contracts.rpc.message import from_json, to_json

BOOKING = {
    "appointment_types": ["bouwadvies"],
    "start": "2026-11-30T09:00:00+01:00",
    "contact": {"name": "Lieve Demo", "email": "Lieve@Example.org", "phone": "0470 12 34 56"},
}


def problems_of(kind, body):
    with pytest.raises(Refusal) as refused:
        from_json(kind, body)
    assert refused.value.code == "invalid-request"
    return [problem["pointer"] for problem in refused.value.errors]


def test_a_booking_is_parsed_to_utc_and_normalised():
    booking = from_json(BookAppointment, BOOKING)
    assert booking.start.isoformat() == "2026-11-30T08:00:00+00:00"
    assert booking.contact.phone == "0470 12 34 56", "booking knows the country"
    assert booking.contact.email == "Lieve@example.org"
    assert (booking.persons, booking.contact.language) == (1, None)


def test_an_international_domain_is_stored_in_its_ascii_form():
    booking = from_json(
        BookAppointment, {**BOOKING, "contact": {**BOOKING["contact"], "email": "zoe@stad-geël.example"}}
    )
    assert booking.contact.email == "zoe@xn--stad-gel-z1a.example"


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"start": "2026-11-30T09:00:00"}, "/start"),
        ({"start": "tomorrow"}, "/start"),
        ({"start": 5}, "/start"),
        ({"start": "0001-01-01T00:00:00+14:00"}, "/start"),
        ({"start": "1999-12-31T23:59:59Z"}, "/start"),
        ({"start": "9999-12-31T23:59:59Z"}, "/start"),
        ({"start": None}, "/start"),
        ({"persons": 0}, "/persons"),
        ({"persons": "2"}, "/persons"),
        ({"appointment_types": []}, "/appointment_types"),
        ({"appointment_types": ["Not An Id"]}, "/appointment_types/0"),
        ({"surprise": 1}, "/surprise"),
        ({"contact": {"name": "x", "email": "not-an-address"}}, "/contact/email"),
        ({"contact": {"name": "x", "email": 7}}, "/contact/email"),
        ({"contact": {"name": "x", "email": None}}, "/contact/email"),
        ({"contact": {"name": "x", "email": "a@example.org", "phone": "12"}}, "/contact/phone"),
        ({"contact": {"name": "x", "email": "a@example.org", "phone": "hello"}}, "/contact/phone"),
        ({"contact": {"name": " ", "email": "a@example.org"}}, "/contact/name"),
        ({"contact": {"name": "x\ny", "email": "a@example.org"}}, "/contact/name"),
        ({"contact": {"name": "x\x00", "email": "a@example.org"}}, "/contact/name"),
        ({"contact": {"name": "x\u202ey", "email": "a@example.org"}}, "/contact/name"),
        ({"contact": {"name": "x", "email": "zoë@example.org"}}, "/contact/email"),
        ({"contact": {"email": "a@example.org"}}, "/contact/name"),
        ({"answers": {"perceel": ["x"]}}, "/answers/perceel/value"),
    ],
)
def test_an_invalid_field_is_reported_by_its_path(change, pointer):
    assert pointer in problems_of(BookAppointment, {**BOOKING, **change})


def test_without_a_hold_a_booking_requires_a_type_and_a_start():
    assert problems_of(BookAppointment, {"contact": BOOKING["contact"]}) == ["/appointment_types"]


def test_with_a_hold_a_booking_requires_only_the_contact():
    assert from_json(BookAppointment, {"hold": "abc", "contact": BOOKING["contact"]}).hold == "abc"


def test_a_hold_requires_a_type_and_a_start():
    assert set(problems_of(HoldSlot, {})) == {"/appointment_types", "/start"}


def test_a_refusal_renders_as_a_sentence_and_has_only_string_parameters():
    refusal = Refusal("slot-taken", {"start": 9})
    assert refusal.args == ("slot-taken", {"start": "9"}, [])
    assert refusal.detail == "9 is no longer free."


def test_every_error_has_a_title_a_sentence_and_advice():
    for error in ERRORS.values():
        assert error.title
        assert error.detail.endswith(".")
        assert error.advice.endswith(".")


@given(st.dates(FIRST_DAY, LAST_DAY), st.sampled_from(sorted(available_timezones())))
def test_every_accepted_date_has_an_rfc_3339_offset_in_every_time_zone(day, zone):
    midnight = dt.datetime.combine(day, dt.time(), ZoneInfo(zone))
    assert re.fullmatch(r"....-..-..T00:00:00[+-]..:..", midnight.isoformat())


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "2200-01-01", "9999-12-31", "2026-02-30", 7])
def test_a_date_out_of_range_is_refused_with_the_range(day):
    with pytest.raises(Refusal) as refused:
        from_json(FindSlots, {"appointment_types": ["bouwadvies"], "from": day})
    assert refused.value.errors == [{"pointer": "/from", "detail": DAY_ERROR}]


@pytest.mark.parametrize(("start", "end", "right"), [
    ("14:00", "00:00", True), ("00:00", "00:00", True), (None, "00:00", True), ("14:00", "14:00", False),
    ("14:00", "13:55", False),
])  # fmt: skip
def test_a_closure_ends_after_its_start_and_may_end_at_midnight(start, end, right):
    wrong = CloseTimeSchema().validate({"first": "2027-05-03", "from": start, "to": end})
    assert (wrong == {}) if right else ("to" in wrong)


def test_a_search_until_midnight_covers_the_day_and_a_negative_time_range_is_refused():
    asked = {"appointment_types": ["advies"], "after": "09:00"}
    assert from_json(FindSlots, {**asked, "before": "00:00"}).before is None
    assert problems_of(FindSlots, {**asked, "before": "08:00"}) == ["/before"]


@pytest.mark.parametrize(("kind", "body"), [
    (BookAppointment, BOOKING),
    (BookAppointment, {"hold": "abc", "contact": BOOKING["contact"], "answers": {"perceel": "x"}}),
    (HoldSlot, {"appointment_types": ["bouwadvies"], "start": "2026-11-30T08:00:00+00:00"}),
    (FindSlots, {"appointment_types": ["bouwadvies"], "from": "2026-11-30", "after": "09:00", "weekday": ["monday"]}),
])  # fmt: skip
def test_a_command_arrives_as_it_was_sent_and_its_defaults_are_left_out(kind, body):
    command = from_json(kind, body)
    assert to_json(command).keys() == body.keys()
    assert from_json(kind, to_json(command)) == command
