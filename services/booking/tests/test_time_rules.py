"""A command needs the right time as well as the right state: no check-in weeks early, no cancelling of past visits."""

import datetime as dt

import pytest
from booking_harness import CONTACT, LATER, STAFF, START, BookingHarness
from builders import utc
from municipality_yaml import a_configuration, specialist, types

from loket_booking.commands.request import Request
from loket_booking.domain.appointment import allowed_commands
from loket_booking.entrypoints.appointments import AppointmentRpc
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.changes import JoinWaitingList
from loket_contracts.rpc.booking.steps import AskResident
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

RESIDENT, PORTAL = Request(), Request(by="portal", who="portaal")


@pytest.fixture
def booking(database):
    """A municipality whose appointment of START, 30 November at 10:00, is six days away."""
    return BookingHarness(database, a_configuration(queue={"early_minutes": 15}, phone="03 888 00 00"))


@pytest.fixture
def card(booking):
    return booking.book(start=START)[1]


def refusal(call, *args, **changes):
    with pytest.raises(Refusal) as caught:
        call(*args, **changes)
    return caught.value


def at(booking, clock, days=0):
    """Move the clock to this local time of 30 November 2026, or `days` days later."""
    hour, minute = map(int, clock.split(":"))
    booking.time = utc(2026, 11, 29, 23) + dt.timedelta(days=days, hours=hour, minutes=minute)


def join(booking, card):
    command = from_json(JoinWaitingList, {"appointment": card.id})
    return booking.use_cases.waiting_list.join(card, command, RESIDENT)


def test_a_resident_can_check_in_from_the_early_minutes_on(booking, card):
    assert refusal(booking.apply, card, "check_in", RESIDENT).code == "too-early"
    at(booking, "09:44")
    early = refusal(booking.apply, card, "check_in", RESIDENT)
    assert (early.code, early.params["opens"]) == ("too-early", "2026-11-30T09:45:00+01:00")
    at(booking, "09:45")
    assert booking.apply(card, "check_in", RESIDENT).state == "checked_in"


def test_staff_can_check_in_start_and_complete_on_the_day_and_not_before(booking, card):
    booking.time = utc(2026, 11, 29, 22, 59)
    for command in ("check_in", "start"):
        assert refusal(booking.apply, card, command).params["opens"] == "2026-11-30T00:00:00+01:00"
    booking.time = utc(2026, 11, 29, 23)
    for command, state in (("check_in", "checked_in"), ("start", "in_service"), ("complete", "completed")):
        assert booking.apply(card, command).state == state


def test_a_no_show_cannot_be_recorded_before_the_start(booking, card):
    at(booking, "09:59")
    assert refusal(booking.apply, card, "no_show").params["opens"] == START
    at(booking, "10:00")
    assert booking.apply(card, "no_show").state == "no_show"


@pytest.mark.parametrize("request_", [RESIDENT, PORTAL], ids=["link", "portal"])
def test_after_the_start_residents_and_portals_cannot_cancel_or_move(booking, card, request_):
    at(booking, "10:00")
    for refused in (
        refusal(booking.cancel, card, request=request_),
        refusal(booking.reschedule, card, LATER, request=request_),
    ):
        assert refused.code == "appointment-begun"
        assert refused.params == {"began": START, "contact": "+3238880000"}


def test_after_the_start_a_resident_cannot_join_the_waiting_list(booking, card):
    at(booking, "10:00")
    assert refusal(join, booking, card).code == "appointment-begun"


def test_before_the_start_residents_can_cancel_move_and_join_the_waiting_list(booking, card):
    at(booking, "09:59")
    assert join(booking, card).state == "waiting"
    moved = booking.reschedule(card, LATER)
    assert moved.state == "booked"
    assert booking.cancel(booking.card(card.id)).state == "cancelled"


def test_without_a_telephone_number_the_refusal_names_the_email_address_or_the_municipality(database):
    for contact, expected in (({"email": "stad@example.org"}, "stad@example.org"), ({}, "Rumst")):
        booking = BookingHarness(database, a_configuration(**contact))
        _, card = booking.book(start=START)
        at(booking, "10:00")
        assert refusal(booking.cancel, card).params["contact"] == expected
        booking.apply(card, "no_show")


def test_staff_can_cancel_and_move_until_the_end_and_then_record_the_outcome(booking):
    for command in ("no_show", "start"):
        booking.time = utc(2026, 11, 24, 8)
        _, card = booking.book(start=START, request=STAFF)
        at(booking, "10:29")
        assert {"cancel", "reschedule"} <= set(staff_allowed(booking, card))
        at(booking, "10:30")
        assert refusal(booking.cancel, card, "by-municipality", request=STAFF).code == "appointment-over"
        assert refusal(booking.reschedule, card, LATER, request=STAFF).code == "appointment-over"
        at(booking, "09:00", days=7)
        assert staff_allowed(booking, card) == ["no_show", "start"]
        booking.apply(card, command)
    assert booking.apply(card, "complete", outcome="answered").state == "completed"


def test_an_appointment_cannot_be_checked_in_after_its_day(booking, card):
    at(booking, "23:59")
    assert "check_in" in staff_allowed(booking, card)
    at(booking, "00:00", days=1)
    assert refusal(booking.apply, card, "check_in").code == "appointment-over"


def test_staff_cannot_ask_for_preparation_after_the_start(booking, card):
    at(booking, "10:00")
    ask = (booking.use_cases.preparation.ask_resident, card, AskResident(text="Plan?"), STAFF)
    assert refusal(*ask).code == "appointment-begun"
    assert booking.card(card.id).requests == []


def test_a_resident_cannot_move_a_telephone_appointment_after_its_start(database):
    booking = BookingHarness(
        database,
        a_configuration(
            locations={"lijn": {"name": "Lijn", "channel": "phone"}},
            resources={"ro-1": specialist(locations=["lijn"])},
            appointment_types=types(advies={"locations": ["lijn"]}),
        ),
    )
    _, card = booking.book(start=START, contact={**CONTACT, "phone": "0470 12 34 56"})
    at(booking, "17:00", days=3)
    assert refusal(booking.reschedule, card, "2026-12-07T10:00:00+01:00").code == "appointment-begun"
    assert booking.apply(card, "start").state == "in_service"
    assert booking.apply(card, "complete").state == "completed"


def test_every_response_lists_the_same_allowed_commands(booking, card):
    for clock in ("08:00", "09:45", "10:00", "10:30"):
        at(booking, clock)
        own = allowed_commands(known(booking), booking.appointment(card), "resident", booking.time)
        assert booking.use_cases.appointments.describe(booking.appointment(card), card)["allowed"] == own
        assert (
            dossier_allowed(booking, card)
            == staff_allowed(booking, card)
            == day_allowed(booking)
            == found_allowed(booking)
        )
        assert ("check_in" in own) == (clock != "08:00")
        assert ("cancel" in own) == ("reschedule" in own) == (clock < "10:00")


def known(booking):
    return booking.stores.configurations.calendar("rumst").municipality


def staff_allowed(booking, card):
    return allowed_commands(known(booking), booking.appointment(card), "staff", booking.time)


def dossier_allowed(booking, card):
    service = AppointmentRpc()
    service.use_cases, service.traceparent = booking.use_cases, ""
    return service.appointment("rumst", card.id, Caller.staff("ro-1", None))["allowed"]


def day_allowed(booking):
    seen = booking.use_cases.day.agenda("rumst", booking.time.date(), None, STAFF)
    return next(claim for each in seen["resources"] for claim in each["claims"])["allowed"]


def found_allowed(booking):
    return booking.use_cases.search.find_visits("rumst", CONTACT["name"], STAFF)[0]["allowed"]
