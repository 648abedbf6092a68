"""Staff of one team reach nothing of another team. Staff without this restriction reach all."""

import datetime as dt
from dataclasses import replace

import pytest
from booking_harness import CONTACT, LATER, START, BookingHarness, refused
from municipality_yaml import a_configuration, specialist, types

from loket_booking.service import BookingService
from loket_chassis.storage.idempotency import IdempotencyKeys
from loket_contracts.rpc.amend_part import AmendPart
from loket_contracts.rpc.booking.book import BookAppointment
from loket_contracts.rpc.booking.closures import CloseTime, Move, MoveThese
from loket_contracts.rpc.booking.invitations import Invite
from loket_contracts.rpc.booking.slots import FindSlots
from loket_contracts.rpc.booking.steps import AskResident, CallNext, TakeStep
from loket_contracts.rpc.booking.tickets import IssueTicket
from loket_contracts.rpc.caller import Caller
from loket_contracts.rpc.message import from_json

NATUUR = {"team": "milieu", "needs": [{"skill": "natuur"}]}
MONDAY = dt.date(2026, 11, 30)
ADMINISTRATOR = Caller.staff("admin", None)
RUIMTE, MILIEU = Caller.staff("ro-1", ["ruimte"]), Caller.staff("mi-1", ["milieu"])


@pytest.fixture
def booking(database):
    kinds = types(advies={}, natuur=NATUUR, schouw={**NATUUR, "visibility": "staff"})
    return BookingHarness(database, a_configuration(appointment_types=kinds))


@pytest.fixture
def rpc(database, booking):
    """The methods of the service, without a broker."""
    service = BookingService()
    service.use_cases, service.idempotency, service.traceparent = booking.use_cases, IdempotencyKeys(database), ""
    return service


def test_invitations_are_listed_for_the_team_of_their_type(rpc):
    own = rpc.invite("rumst", Invite(appointment_type="advies"), RUIMTE)["id"]
    other = rpc.invite("rumst", Invite(appointment_type="natuur"), MILIEU)["id"]
    assert [each["id"] for each in rpc.invitations("rumst", RUIMTE)] == [own]
    assert [each["id"] for each in rpc.invitations("rumst", MILIEU)] == [other]
    assert {each["id"] for each in rpc.invitations("rumst", ADMINISTRATOR)} == {own, other}


def test_an_invitation_to_a_removed_type_stays_with_its_team(booking, rpc):
    own = rpc.invite("rumst", Invite(appointment_type="advies"), RUIMTE)["id"]
    without = a_configuration(appointment_types=types(natuur=NATUUR))
    booking.stores.configurations.store(without, "test", booking.time)
    assert [each["id"] for each in rpc.invitations("rumst", RUIMTE)] == [own]
    assert rpc.invitations("rumst", MILIEU) == []
    rpc.revoke_invitation("rumst", own, RUIMTE)


def test_the_invitation_of_another_team_cannot_be_revoked(rpc):
    other = rpc.invite("rumst", Invite(appointment_type="natuur"), MILIEU)["id"]
    assert refused(rpc.revoke_invitation, "rumst", other, RUIMTE) == "invitation-not-valid"
    assert refused(rpc.invite, "rumst", Invite(appointment_type="natuur"), RUIMTE) == "forbidden"
    assert [each["revoked"] for each in rpc.invitations("rumst", MILIEU)] == [False]
    rpc.revoke_invitation("rumst", other, ADMINISTRATOR)


def test_closures_are_listed_for_the_team_of_their_resource_and_those_of_all_for_everyone(rpc):
    def close(**closed):
        return rpc.close_time("rumst", CloseTime(first=MONDAY, **closed), ADMINISTRATOR)["id"]

    own, other, room, hall, all_of_it = (
        close(resource="ro-1"), close(resource="mi-1"), close(resource="zaal"), close(location="hal"), close(),
    )  # fmt: skip
    assert {each["id"] for each in rpc.closures("rumst", RUIMTE)} == {own, room, hall, all_of_it}
    assert {each["id"] for each in rpc.closures("rumst", ADMINISTRATOR)} == {own, other, room, hall, all_of_it}
    assert refused(rpc.open_time, "rumst", other, RUIMTE) == "forbidden"
    assert refused(rpc.open_time, "rumst", all_of_it, RUIMTE) == "forbidden"
    assert rpc.open_time("rumst", own, RUIMTE)["id"] == own


def test_the_closure_of_a_removed_resource_is_not_shown_to_another_team(booking, rpc):
    rpc.close_time("rumst", CloseTime(first=MONDAY, resource="mi-1"), ADMINISTRATOR)
    without = a_configuration(resources={"ro-1": specialist()}, appointment_types=types(advies={}))
    booking.stores.configurations.store(without, "test", booking.time)
    assert rpc.closures("rumst", RUIMTE) == []
    assert len(rpc.closures("rumst", MILIEU)) == 1


def test_appointments_in_conflict_are_listed_proposed_and_moved_for_their_team(booking, rpc):
    _, card = booking.book(start=START)
    rpc.close_time("rumst", CloseTime(first=MONDAY), ADMINISTRATOR)
    assert [each["appointment"] for each in rpc.clashes("rumst", RUIMTE)] == [card.id]
    assert rpc.clashes("rumst", MILIEU) == rpc.proposals("rumst", [card.id], MILIEU) == []
    assert rpc.close_time("rumst", CloseTime(first=MONDAY, resource="mi-1"), MILIEU)["clashes"] == []
    assert [each["appointment"] for each in rpc.proposals("rumst", [card.id], RUIMTE)] == [card.id]
    moves = MoveThese(moves=(Move(appointment=card.id, start=dt.datetime.fromisoformat(LATER)),))
    assert refused(rpc.move_these, "rumst", moves, MILIEU) == "appointment-not-found"
    assert [each["result"] for each in rpc.move_these("rumst", moves, RUIMTE)] == ["moved"]


def test_the_agenda_address_of_a_resource_is_for_its_team(rpc):
    assert refused(rpc.feed_token, "rumst", "mi-1", RUIMTE) == "forbidden"
    assert rpc.feed_token("rumst", "mi-1", MILIEU) == rpc.feed_token("rumst", "mi-1", ADMINISTRATOR)


def test_appointments_are_searched_read_and_handled_by_their_team(booking, rpc):
    _, card = booking.book(start=START)
    booking.begin(card)
    assert [each["appointment"] for each in rpc.find_visits("rumst", "Lieve", RUIMTE)] == [card.id]
    assert rpc.find_visits("rumst", "Lieve", MILIEU) == []
    for call, *arguments in (
        (rpc.dossier, MILIEU),
        (rpc.step, "start", TakeStep(), MILIEU),
        (rpc.ask, AskResident(text="Plan?"), MILIEU),
        (rpc.transfer, TakeStep(team="milieu"), MILIEU),
        (rpc.note_address_lifted, "email", MILIEU),
    ):
        assert refused(call, "rumst", card.id, *arguments) == "appointment-not-found"
    assert rpc.step("rumst", card.reference, "start", TakeStep(desk="Loket 3"), RUIMTE)["state"] == "in_service"
    assert rpc.dossier("rumst", card.id, ADMINISTRATOR)["contact"]["name"] == CONTACT["name"]


def test_a_resource_and_the_agenda_are_shown_to_their_team_and_rooms_to_everyone(booking, rpc):
    booking.book(start=START, resource="ro-1")
    assert {each["id"] for each in rpc.resources("rumst", MILIEU)} == {"mi-1", "zaal"}
    assert {each["id"] for each in rpc.resources("rumst", ADMINISTRATOR)} == {"ro-1", "ro-2", "mi-1", "zaal"}

    def names(caller):
        shown = rpc.agenda("rumst", MONDAY.isoformat(), caller)["resources"]
        return {claim.get("name") for each in shown for claim in each["claims"]}

    assert names(RUIMTE) == names(ADMINISTRATOR) == {CONTACT["name"]}
    assert names(MILIEU) == set()


def test_tickets_and_the_next_person_are_for_their_team(booking, rpc):
    booking.time = dt.datetime(2026, 11, 30, 8, tzinfo=dt.UTC)
    ticket = rpc.issue_ticket("rumst", IssueTicket(appointment_types=("advies",)))["id"]
    assert refused(rpc.call_next, "rumst", CallNext(resource="ro-1", location="hal"), MILIEU) == "forbidden"
    assert refused(rpc.ticket_step, "rumst", ticket, "leave", TakeStep(), MILIEU) == "ticket-not-found"
    assert rpc.call_next("rumst", CallNext(resource="ro-1", location="hal"), RUIMTE)["id"] == ticket


def test_a_form_changes_the_resources_and_types_of_its_team(rpc):
    for section, name in (("resources", "ro-1"), ("appointment_types", "advies")):
        change = AmendPart(section=section, name=name, version=1, values={})
        assert refused(rpc.part, "rumst", section, name, MILIEU) == "forbidden"
        assert refused(rpc.propose_part, "rumst", change, MILIEU) == "forbidden"
        assert refused(rpc.amend_part, "rumst", change, MILIEU) == "forbidden"
        assert rpc.part("rumst", section, name, RUIMTE)["version"] == 1


@pytest.mark.parametrize(("section", "name"), [("teams", "ruimte"), ("locations", "hal"), ("municipality", "rumst")])
def test_parts_of_all_teams_are_changed_by_staff_of_all_teams(rpc, section, name):
    change = AmendPart(section=section, name=name, version=1, values={})
    assert refused(rpc.part, "rumst", section, name, RUIMTE) == "forbidden"
    assert refused(rpc.propose_part, "rumst", change, RUIMTE) == "forbidden"
    assert refused(rpc.amend_part, "rumst", change, RUIMTE) == "forbidden"
    assert rpc.amend_part("rumst", change, ADMINISTRATOR)["changed"] is False


@pytest.mark.parametrize("action", ["change", "add"])
@pytest.mark.parametrize("values", [{"team": "milieu"}, {"team": None}, {"needs": [{"team": "milieu"}]},
                                    {"needs": [{"resource": "mi-1"}]}])  # fmt: skip
def test_a_lead_of_a_team_sets_up_nothing_with_the_people_of_another(rpc, action, values):
    change = AmendPart(section="appointment_types", name="advies", version=1, values=values, action=action)
    assert refused(rpc.propose_part, "rumst", change, RUIMTE) == "forbidden"
    assert refused(rpc.amend_part, "rumst", change, RUIMTE) == "forbidden"


def test_a_lead_of_a_team_adds_and_removes_people_of_that_team(rpc):
    values = {"kind": "person", "name": "Nieuw", "team": "ruimte", "locations": ["hal"], "hours": []}
    add = AmendPart(section="resources", name="ro", version=1, values=values, action="add")
    assert refused(rpc.amend_part, "rumst", replace(add, values={**values, "team": "milieu"}), RUIMTE) == "forbidden"
    assert rpc.amend_part("rumst", add, RUIMTE)["version"] == 2
    assert refused(rpc.part, "rumst", "resources", "ro", MILIEU) == "forbidden"
    remove = AmendPart(section="resources", name="ro", version=2, values={}, action="remove")
    assert refused(rpc.amend_part, "rumst", remove, MILIEU) == "forbidden"
    assert rpc.amend_part("rumst", remove, RUIMTE)["version"] == 3
    assert refused(rpc.part, "rumst", "resources", "ro", MILIEU) == "forbidden"


@pytest.mark.parametrize("caller", [ADMINISTRATOR, Caller(kind="kiosk", name="zuil")], ids=lambda caller: caller.kind)
def test_booking_as_a_resident_or_portal_is_refused_to_staff_and_machines(rpc, caller):
    command = from_json(BookAppointment, {"appointment_types": ["advies"], "start": START, "contact": CONTACT})
    assert refused(rpc.book, "rumst", command, caller) == "forbidden"


def test_free_time_of_a_hidden_type_is_searched_by_staff_of_its_team_only(rpc):
    hidden = FindSlots(appointment_types=("schouw",), first=MONDAY, last=MONDAY)
    for call in (rpc.free_slots, rpc.explain):
        assert refused(call, "rumst", hidden, RUIMTE) == "unknown-appointment-type"
        assert call("rumst", hidden, MILIEU)["appointment_types"] == ["schouw"]
        assert call("rumst", hidden, ADMINISTRATOR)["appointment_types"] == ["schouw"]
        assert call("rumst", replace(hidden, appointment_types=("natuur",)), RUIMTE)["time_zone"]


def test_an_earlier_search_of_staff_which_has_no_teams_does_not_show_hidden_types(rpc):
    hidden = FindSlots(appointment_types=("schouw",), first=MONDAY, last=MONDAY)
    public = replace(hidden, appointment_types=("natuur",))
    for call in (rpc.staff_slots, rpc.explain_to_staff):
        assert refused(call, "rumst", hidden) == "unknown-appointment-type"
        assert call("rumst", public)["appointment_types"] == ["natuur"]
