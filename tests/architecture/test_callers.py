"""A method of booking knows who calls it, so that it can keep one team's data from another team."""

import inspect
from typing import get_args, get_type_hints

import pytest

from loket_booking.service import BookingService
from loket_chassis.messaging.rpc import RpcEntrypoint, description_of
from loket_contracts.errors import Refusal
from loket_contracts.rpc import method
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.caller import CallerKind, Only

#: what anyone may know
PUBLIC = {
    "catalogue", "day_counts", "documents_due", "first_available", "issue_ticket", "municipalities", "ping", "queue",
    "status", "walk_in_topics",
}  # fmt: skip
#: the token or the id of the hold in the arguments is a secret that says what the caller may see
SECRET = {
    "appointment_by_link", "attach", "booked_with", "contact_mark", "detach", "feed", "fill_in", "filled_in", "held",
    "invitation", "save_refused_form", "provisional_of_hold", "provisional_of_link", "send_code_again",
}  # fmt: skip
#: a kiosk has to give a reference or a name
KIOSK = {"arrivals", "why_not_expected"}
#: of a whole municipality, with a permission that the gateway checks
MUNICIPALITY = {"audit", "compare_configuration", "configuration"}
#: of the whole installation, for its operator
OPERATOR = {"erasures"}
#: for other services
SERVICES = {"coming_appointments", "contact_cards", "count_events", "logged_events", "team_contact"}
KINDS = get_args(CallerKind)
#: the kinds that are not those of staff, by method
NOT_ONLY_STAFF = {
    "accept_offer": {"resident"},
    "add_file": {"resident"},
    "answer_questions": {"resident", "staff"},
    "appointment": {"resident", "staff"},
    "appointment_calendar": {"resident"},
    "arrive": {"kiosk"},
    "book": {"resident", "portal"},
    "book_filled_in": {"resident"},
    "cancel": {"resident", "portal", "staff"},
    "change_offer_preferences": {"resident"},
    "check_in": {"resident"},
    "confirm": {"resident"},
    "decline_offer": {"resident"},
    "correct_contact": {"resident", "staff"},
    "invite_companion": {"resident"},
    "withdraw_companion": {"resident"},
    "drop_file": {"resident"},
    "explain": {"resident", "staff"},
    "free_slots": {"resident", "staff"},
    "give_feedback": {"resident"},
    "hold": {"resident"},
    "hold_instead": {"resident"},
    "join_waiting_list": {"resident"},
    "leave_waiting_list": {"resident"},
    "portal_appointment": {"portal"},
    "read_file": {"resident", "staff"},
    "request_booking": {"resident"},
    "restore": {"resident"},
    "request_filled_in": {"resident"},
    "reschedule": {"resident", "staff"},
}


def with_a_caller(owner):
    """The methods of a class that take a caller, by name, each with its type hints."""
    hints = {
        name: get_type_hints(inspect.unwrap(function), include_extras=True)
        for name, function in inspect.getmembers(owner, inspect.isfunction)
        if owner is Booking
        or any(isinstance(each, RpcEntrypoint) for each in getattr(function, "nameko_entrypoints", ()))
    }
    return {name: each for name, each in hints.items() if "caller" in each}


def test_a_method_without_a_caller_is_public_or_needs_a_secret_or_is_for_a_service():
    without = method.methods_of(Booking).keys() - with_a_caller(Booking).keys()
    assert without == PUBLIC | SECRET | KIOSK | MUNICIPALITY | OPERATOR | SERVICES


def test_a_method_that_takes_a_caller_is_served_for_the_kinds_that_its_protocol_names():
    published, served = with_a_caller(Booking), with_a_caller(BookingService)
    assert published.keys() == served.keys()
    for name, hints in published.items():
        assert served[name]["caller"] == hints["caller"], name
        (only,) = hints["caller"].__metadata__
        assert isinstance(only, Only), name


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", sorted(with_a_caller(BookingService)))
def test_a_caller_is_refused_before_the_method_runs_unless_it_is_of_the_kinds_of_the_method(name, kind):
    described = description_of(getattr(BookingService, name))
    try:
        described.read_arguments({"caller": {"kind": kind}})
        code = None
    except Refusal as refusal:
        code = refusal.code
    assert code == (None if kind in NOT_ONLY_STAFF.get(name, {"staff"}) else "forbidden")
