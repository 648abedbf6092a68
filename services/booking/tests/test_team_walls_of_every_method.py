"""Every RPC method of booking, called about the matters of one team by everyone who has no business with them."""

import datetime as dt
import inspect
import json
import os
from dataclasses import dataclass
from typing import Any

import pytest
from booking_harness import CONTACT, LATER, START, BookingHarness
from municipality_yaml import a_configuration, types

from loket_booking.commands.request import Request
from loket_booking.service import BookingService
from loket_chassis.storage.idempotency import IdempotencyKeys
from loket_contracts.errors import Refusal
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.book import BookFollowUp, BookForResident, ContactAtDesk
from loket_contracts.rpc.booking.changes import (
    AnswerQuestions,
    CorrectContact,
    GiveFeedback,
    InviteCompanion,
    JoinWaitingList,
    OfferPreferences,
    RescheduleAppointment,
)
from loket_contracts.rpc.booking.closures import CloseTime, Move, MoveThese
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.booking.invitations import Invite
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.booking.steps import AddNote, AskResident, CallNext, TakeStep
from loket_contracts.rpc.booking.tickets import IssueTicket
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

MONDAY = dt.date(2026, 11, 30)
NATUUR = {"team": "milieu", "needs": [{"skill": "natuur"}]}
CONFIGURATION = a_configuration(
    appointment_types=types(advies={}, verborgen={"visibility": "staff"}, natuur=NATUUR),
)
#: what an answer to an outsider never contains, besides the ids of the world
SECRETS = ("Quirien", "quirien@example.org", "OMV-GEHEIM", "burn-out")
#: a refusal with one of these hides the matter; any other says that there is one
WALLS = {
    "forbidden", "appointment-not-found", "ticket-not-found", "invitation-not-valid", "closure-not-found",
    "unknown-appointment-type", "unknown-resource", "hold-not-found",
}  # fmt: skip
#: without team or person: reading them is no change
NOT_STATE = {"audit", "idempotency_keys", "idempotency"}

EXEMPT = {
    **dict.fromkeys(
        ("municipalities", "catalogue", "day_counts", "first_available", "documents_due", "queue", "issue_ticket",
         "walk_in_topics"),
        "public: it has no personal data, and no caller",
    ),
    **dict.fromkeys(
        ("hold", "book", "request_booking"), "a resident or a portal books the public types of every team"
    ),
    **dict.fromkeys(
        ("held", "hold_instead", "fill_in", "attach", "detach", "filled_in", "book_filled_in", "request_filled_in",
         "provisional_of_hold", "send_code_again", "save_refused_form", "booked_with"),
        "the id of the hold is the secret of one resident",
    ),
    **dict.fromkeys(
        ("provisional_of_link", "confirm", "invitation", "appointment_by_link", "feed", "contact_mark"),
        "the token is the secret of one link",
    ),
    "coming_appointments": "for the gateway, which has their links sent to the address and shows none",
    **dict.fromkeys(("contact_cards", "team_contact"), "for notification, which sends for all teams"),
    **dict.fromkeys(
        ("arrivals", "why_not_expected"), "a kiosk in the hall of all teams; the visitor types their own reference"
    ),
    **dict.fromkeys(
        ("compare_configuration", "configuration", "audit"),
        "for administrators and auditors, whose roles are never for one team; no caller yet",
    ),
    "erasures": "for the command that restores a backup; it names no person",
    **dict.fromkeys(("count_events", "logged_events", "ping", "status"), "for services; events have no personal data"),
}  # fmt: skip


@dataclass
class World:
    """Matters of the team Ruimte.

    `shared`: an appointment of the team Milieu, whose resident also has `earlier` with Ruimte.
    """

    rpc: Any
    booking: BookingHarness
    visit: Any
    token: str
    shared: Any
    earlier: Any
    hold: str
    invitation: str
    closure: str
    ticket: str

    @property
    def marks(self):
        return (self.visit.id, self.visit.reference, self.earlier.id, self.invitation, self.closure, *SECRETS)

    def state(self):
        database = self.booking.stores.cards.collection.database
        return {
            name: sorted(map(repr, database[name].find()))
            for name in database.list_collection_names()
            if name not in NOT_STATE
        }


@pytest.fixture
def world(database):
    return a_world(database)


@pytest.fixture(scope="module")
def unchanged_world(mongo_client):
    """One for all tests that prove, each time, that they change nothing."""
    name = f"test_team_walls_{os.getpid()}"
    yield a_world(mongo_client[name])
    mongo_client.drop_database(name)


def a_world(database):
    booking = BookingHarness(database, CONFIGURATION)
    rpc = BookingService()
    rpc.use_cases, rpc.idempotency, rpc.traceparent = booking.use_cases, IdempotencyKeys(database), ""
    portal = Request(by="portal", who="portaal", idempotency_key="1")
    contact = {"name": "Quirien Zeldzaam", "email": "quirien@example.org"}
    _, visit = booking.book(start=START, request=portal, contact=contact)
    _, shared = booking.book(appointment_types=["natuur"], location="hal", start=LATER)
    _, earlier = booking.book(start=START)
    everything = Caller.staff("admin", None)
    closure = rpc.close_time("rumst", CloseTime(first=MONDAY, resource="ro-1", reason="burn-out"), everything)
    invitation = rpc.invite("rumst", Invite(appointment_type="advies", file_reference="OMV-GEHEIM"), everything)
    ticket = rpc.issue_ticket("rumst", IssueTicket(appointment_types=("advies",)))["id"]
    held = booking.hold(start=LATER)
    token = booking.use_cases.links.token(visit.id)
    return World(
        rpc, booking, visit, token, shared, earlier, held.appointment.id, invitation["id"], closure["id"], ticket
    )


LEAD, AGENT = Caller.staff("ro-1", ["ruimte"]), Caller.staff("ro-2", ["ruimte", "milieu"])
ADMINISTRATOR = Caller.staff("admin", None)
OUTSIDERS = {
    "staff of another team": Caller.staff("mi-1", ["milieu"]),
    "staff without a team": Caller.staff("leerling", []),
    "a resident without a link": Caller.resident(),
    "a resident with another link": Caller.resident("x" * 43),
    "another portal": Caller.portal("ander-portaal"),
    "a kiosk": Caller.kiosk("zuil"),
}
CARDS = {"contact": ContactAtDesk(name="Jan", phone="0470123456")}
DAY = MONDAY.isoformat()
HIDDEN = FindSlots(appointment_types=("verborgen",), first=MONDAY, last=MONDAY)
START_AT, LATER_AT = dt.datetime.fromisoformat(START), dt.datetime.fromisoformat(LATER)
PART = {"section": "appointment_types", "name": "advies", "version": 1, "values": {}}


def follow_up(**given):
    usual = {"appointment_types": ["advies"], "start": LATER, "location": "hal"}
    return from_json(BookFollowUp, {**usual, **given})


#: for each method, what is called about the team Ruimte; the caller is added by name
PROBES = {
    "free_slots": lambda at: [("rumst", HIDDEN)],
    "explain": lambda at: [("rumst", HIDDEN)],
    "book_for_resident": lambda at: [
        ("rumst", BookForResident(appointment_types=("advies",), start=LATER_AT, location="hal", **CARDS)),
        ("rumst", BookForResident(hold=at.hold, **CARDS)),
    ],
    "appointment": lambda at: [("rumst", at.visit.id)],
    "appointment_calendar": lambda at: [("rumst", at.visit.id)],
    "cancel": lambda at: [("rumst", at.visit.id, CancelAppointment(reason="ziek"))],
    "reschedule": lambda at: [("rumst", at.visit.id, RescheduleAppointment(start=LATER_AT))],
    "check_in": lambda at: [("rumst", at.visit.id)],
    "restore": lambda at: [("rumst", at.visit.id)],
    "correct_contact": lambda at: [("rumst", at.visit.id, CorrectContact(name="Jan"))],
    "invite_companion": lambda at: [("rumst", at.visit.id, InviteCompanion(name="Jan", email="jan@example.org"))],
    "withdraw_companion": lambda at: [("rumst", at.visit.id)],
    "answer_questions": lambda at: [("rumst", at.visit.id, AnswerQuestions(answers={}))],
    "add_file": lambda at: [("rumst", at.visit.id, None, "a.pdf", "JVBERi0xLjQK")],
    "read_file": lambda at: [("rumst", at.visit.id, "f")],
    "drop_file": lambda at: [("rumst", at.visit.id, "f")],
    "join_waiting_list": lambda at: [("rumst", from_json(JoinWaitingList, {"appointment": at.visit.id}))],
    "change_offer_preferences": lambda at: [("rumst", at.visit.id, OfferPreferences())],
    "leave_waiting_list": lambda at: [("rumst", at.visit.id)],
    "accept_offer": lambda at: [("rumst", at.visit.id)],
    "decline_offer": lambda at: [("rumst", at.visit.id)],
    "give_feedback": lambda at: [("rumst", at.visit.id, GiveFeedback(score=1))],
    "portal_appointment": lambda at: [("rumst", at.visit.id)],
    "agenda": lambda at: [("rumst", DAY), ("rumst", DAY, {"team": "ruimte"}), ("rumst", DAY, {"resource": "ro-1"})],
    "resources": lambda at: [("rumst",)],
    "find_visits": lambda at: [("rumst", "Zeldzaam"), ("rumst", at.visit.reference)],
    "unclosed_visits": lambda at: [("rumst", ["ro-1", "ro-2"])],
    "dossier": lambda at: [("rumst", at.visit.id), ("rumst", at.visit.reference)],
    "book_follow_up": lambda at: [
        ("rumst", at.visit.id, follow_up(appointment_types=["natuur"])),
        ("rumst", at.shared.id, follow_up()),
        ("rumst", at.shared.id, follow_up(hold=at.hold)),
    ],
    "step": lambda at: [("rumst", at.visit.id, step, TakeStep()) for step in ("check_in", "start", "no_show")],
    "ask": lambda at: [("rumst", at.visit.id, AskResident(text="Plan?"))],
    "add_note": lambda at: [("rumst", at.visit.id, AddNote(text="GEHEIM"))],
    "replace_link": lambda at: [("rumst", at.visit.id), ("rumst", at.visit.reference)],
    "note_address_lifted": lambda at: [("rumst", at.visit.id, "email")],
    "call_next": lambda at: [("rumst", CallNext(resource="ro-1", location="hal"))],
    "ticket_step": lambda at: [("rumst", at.ticket, "leave", TakeStep())],
    "transfer": lambda at: [("rumst", at.visit.id, TakeStep(team="milieu"))],
    "close_time": lambda at: [("rumst", CloseTime(first=MONDAY, resource="ro-1")), ("rumst", CloseTime(first=MONDAY))],
    "open_time": lambda at: [("rumst", at.closure)],
    "closures": lambda at: [("rumst",)],
    "import_busy": lambda at: [("rumst", "ro-1", "outlook", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")],
    "feed_token": lambda at: [("rumst", "ro-1")],
    "replace_feed": lambda at: [("rumst", "ro-1")],
    "clashes": lambda at: [("rumst",)],
    "proposals": lambda at: [("rumst", [at.visit.id])],
    "move_these": lambda at: [("rumst", MoveThese(moves=(Move(appointment=at.visit.id, start=LATER_AT),)))],
    "invite": lambda at: [("rumst", Invite(appointment_type="advies"))],
    "revoke_invitation": lambda at: [("rumst", at.invitation)],
    "invitations": lambda at: [("rumst",)],
    "arrive": lambda at: [("rumst", "hal", at.visit.id, "x")],
    "configure": lambda at: [(CONFIGURATION.replace("Rumst", "Anders"),)],
    "part": lambda at: [("rumst", "appointment_types", "advies"), ("rumst", "resources", "ro-1")],
    "propose_part": lambda at: [("rumst", AmendPart(**PART))],
    "amend_part": lambda at: [("rumst", AmendPart(**PART))],
    "export_resident": lambda at: [("rumst", "quirien@example.org")],
    "erase_resident": lambda at: [("rumst", "quirien@example.org")],
    "repeat_erasure": lambda at: [([at.visit.id],)],
}  # fmt: skip


def call(world, method, arguments, caller):
    """The answer as JSON, or the code of the refusal."""
    *given, last = arguments
    by_name = last if isinstance(last, dict) else {}
    given = given if isinstance(last, dict) else arguments
    try:
        return json.dumps(getattr(world.rpc, method)(*given, caller=caller, **by_name), default=str), None
    except Refusal as refusal:
        return "", refusal.code


def test_every_method_is_tried_or_says_why_not():
    methods = {name for name, _ in inspect.getmembers(Booking, inspect.isfunction) if not name.startswith("_")}
    assert PROBES.keys() | EXEMPT.keys() == methods
    assert not PROBES.keys() & EXEMPT.keys()


@pytest.mark.parametrize("method", PROBES)
def test_an_outsider_learns_and_changes_nothing_of_another_team(unchanged_world, method):
    world = unchanged_world
    before = world.state()
    for arguments in PROBES[method](world):
        for name, caller in OUTSIDERS.items():
            answer, refused = call(world, method, arguments, caller)
            assert refused is None or refused in WALLS, (name, arguments, refused)
            assert not [mark for mark in world.marks if mark in answer], (name, arguments)
            assert world.state() == before, (name, arguments)


@pytest.mark.parametrize("method", PROBES)
def test_those_of_the_team_are_let_in(world, method):
    """Otherwise the test above proves nothing. A refusal for another reason comes after the wall."""
    callers = [LEAD, AGENT, Caller.resident(world.token), Caller.portal("portaal"), ADMINISTRATOR]
    for arguments in PROBES[method](world):
        refusals = [call(world, method, arguments, caller)[1] for caller in callers]
        assert set(refusals) - WALLS or method == "arrive", refusals


def test_an_earlier_visit_to_another_team_is_not_in_the_dossier(world):
    own = world.rpc.dossier("rumst", world.shared.id, Caller.staff("mi-1", ["milieu"]))
    assert own["contact"]["name"] == CONTACT["name"]
    assert own["earlier"] == []
    every = world.rpc.dossier("rumst", world.shared.id, AGENT)
    assert [each["appointment"] for each in every["earlier"]] == [world.earlier.id]


def test_a_follow_up_is_booked_in_a_team_of_the_caller(world):
    assert call(world, "book_follow_up", ("rumst", world.visit.id, follow_up()), LEAD)[1] is None
