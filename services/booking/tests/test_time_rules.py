"""A command needs the right moment as well as the right state: no arrival weeks early, no cancelling of past visits."""

import datetime as dt

import pytest
from builders import utc
from desk import CONTACT, LATER, STAFF, START, Desk
from municipality_yaml import a_town, specialist, types

from loket_booking.commands.request import Request
from loket_booking.domain.appointment import allowed_commands
from loket_booking.entrypoints.staff import StaffRpc
from loket_contracts.commands import JoinWaitingList
from loket_contracts.errors import Refusal

RESIDENT, PORTAL = Request(), Request(by="portal", who="portaal")


@pytest.fixture
def desk(database):
    """A municipality whose appointment of START, 30 November at 10:00, is six days away."""
    return Desk(database, a_town(queue={"early_minutes": 15}, phone="03 888 00 00"))


@pytest.fixture
def card(desk):
    return desk.book(start=START)[1]


def refusal(call, *args, **changes):
    with pytest.raises(Refusal) as caught:
        call(*args, **changes)
    return caught.value


def at(desk, clock, days=0):
    """Move the clock to this local time of 30 November 2026, or `days` days later."""
    hour, minute = map(int, clock.split(":"))
    desk.time = utc(2026, 11, 29, 23) + dt.timedelta(days=days, hours=hour, minutes=minute)


def join(desk, card):
    wish = JoinWaitingList().load({"appointment": card.id})
    return desk.use_cases.waiting_list.join(card, wish, RESIDENT)


def test_a_resident_checks_in_from_the_early_minutes_on(desk, card):
    assert refusal(desk.step, card, "check_in", RESIDENT).code == "too-early"
    at(desk, "09:44")
    early = refusal(desk.step, card, "check_in", RESIDENT)
    assert (early.code, early.params["opens"]) == ("too-early", "2026-11-30T09:45:00+01:00")
    at(desk, "09:45")
    assert desk.step(card, "check_in", RESIDENT).state == "checked_in"


def test_the_desk_checks_in_starts_and_completes_on_the_day_and_not_before(desk, card):
    desk.time = utc(2026, 11, 29, 22, 59)
    for command in ("check_in", "start"):
        assert refusal(desk.step, card, command).params["opens"] == "2026-11-30T00:00:00+01:00"
    desk.time = utc(2026, 11, 29, 23)
    for command, state in (("check_in", "checked_in"), ("start", "in_service"), ("complete", "completed")):
        assert desk.step(card, command).state == state


def test_nobody_is_missing_before_the_start(desk, card):
    at(desk, "09:59")
    assert refusal(desk.step, card, "no_show").params["opens"] == START
    at(desk, "10:00")
    assert desk.step(card, "no_show").state == "no_show"


@pytest.mark.parametrize("request_", [RESIDENT, PORTAL], ids=["link", "portal"])
def test_from_the_start_on_nobody_cancels_or_moves_by_link_or_through_a_portal(desk, card, request_):
    at(desk, "10:00")
    for refused in (
        refusal(desk.cancel, card, request=request_),
        refusal(desk.reschedule, card, LATER, request=request_),
    ):
        assert refused.code == "appointment-begun"
        assert refused.params == {"began": START, "contact": "+3238880000"}


def test_from_the_start_on_nobody_joins_the_waiting_list(desk, card):
    at(desk, "10:00")
    assert refusal(join, desk, card).code == "appointment-begun"


def test_before_the_start_all_of_it_can_be_done(desk, card):
    at(desk, "09:59")
    assert join(desk, card).state == "waiting"
    moved = desk.reschedule(card, LATER)
    assert moved.state == "booked"
    assert desk.cancel(desk.card(card.id)).state == "cancelled"


def test_without_a_telephone_number_the_refusal_names_the_address_or_the_municipality(database):
    for contact, told in (({"email": "stad@example.org"}, "stad@example.org"), ({}, "Rumst")):
        desk = Desk(database, a_town(**contact))
        _, card = desk.book(start=START)
        at(desk, "10:00")
        assert refusal(desk.cancel, card).params["contact"] == told
        desk.step(card, "no_show")


def test_staff_cancel_and_move_until_the_visit_is_over_and_then_note_what_happened(desk):
    for command in ("no_show", "start"):
        desk.time = utc(2026, 11, 24, 8)
        _, card = desk.book(start=START, request=STAFF)
        at(desk, "10:29")
        assert {"cancel", "reschedule"} <= set(staff_allowed(desk, card))
        at(desk, "10:30")
        assert refusal(desk.cancel, card, "by-municipality", request=STAFF).code == "appointment-over"
        assert refusal(desk.reschedule, card, LATER, request=STAFF).code == "appointment-over"
        at(desk, "09:00", days=7)
        assert staff_allowed(desk, card) == ["no_show", "start"]
        desk.step(card, command)
    assert desk.step(card, "complete", outcome="answered").state == "completed"


def test_a_visit_is_not_checked_in_after_its_day(desk, card):
    at(desk, "23:59")
    assert "check_in" in staff_allowed(desk, card)
    at(desk, "00:00", days=1)
    assert refusal(desk.step, card, "check_in").code == "appointment-over"


def test_nothing_is_asked_beforehand_once_it_has_begun(desk, card):
    at(desk, "10:00")
    ask = (desk.use_cases.preparation.ask_resident, card, "Plan?", STAFF)
    assert refusal(*ask).code == "appointment-begun"
    assert desk.card(card.id).requests == []


def test_a_telephone_call_that_nobody_noted_is_not_moved_by_its_resident(database):
    desk = Desk(
        database,
        a_town(
            locations={"lijn": {"name": "Lijn", "channel": "phone"}},
            resources={"ro-1": specialist(locations=["lijn"])},
            appointment_types=types(advies={"locations": ["lijn"]}),
        ),
    )
    _, card = desk.book(start=START, contact={**CONTACT, "phone": "0470 12 34 56"})
    at(desk, "17:00", days=3)
    assert refusal(desk.reschedule, card, "2026-12-07T10:00:00+01:00").code == "appointment-begun"
    assert desk.step(card, "start").state == "in_service"
    assert desk.step(card, "complete").state == "completed"


def test_every_answer_says_the_same_of_what_is_allowed(desk, card):
    for clock in ("08:00", "09:45", "10:00", "10:30"):
        at(desk, clock)
        own = allowed_commands(known(desk), desk.appointment(card), "resident", desk.time)
        assert desk.use_cases.appointments.describe(desk.appointment(card), card)["allowed"] == own
        assert dossier_allowed(desk, card) == staff_allowed(desk, card) == day_allowed(desk) == found_allowed(desk)
        assert ("check_in" in own) == (clock != "08:00")
        assert ("cancel" in own) == ("reschedule" in own) == (clock < "10:00")


def known(desk):
    return desk.stores.configurations.calendar("rumst").municipality


def staff_allowed(desk, card):
    return allowed_commands(known(desk), desk.appointment(card), "staff", desk.time)


def dossier_allowed(desk, card):
    service = StaffRpc()
    service.use_cases, service.traceparent = desk.use_cases, ""
    return service.staff_appointment("rumst", "ro-1", card.id)["allowed"]


def day_allowed(desk):
    seen = desk.use_cases.day.agenda("rumst", desk.time.date(), None, None, STAFF)
    return next(claim for each in seen["resources"] for claim in each["claims"])["allowed"]


def found_allowed(desk):
    return desk.use_cases.search.find_visits("rumst", CONTACT["name"], None, STAFF)[0]["allowed"]
