"""A resident invites someone who comes along: stored with the visit, announced without a name, erased with it."""

import json

import pytest
from booking_harness import BookingHarness, refused
from municipality_yaml import a_configuration

from loket_booking.commands.companions import MAX_INVITED
from loket_booking.commands.request import Request
from loket_contracts.rpc.booking.changes import InviteCompanion

JAN = InviteCompanion(name="Jan Zuidpool", email="jan@example.org")
LATER = "2026-11-30T11:00:00+01:00"


@pytest.fixture
def booking(database):
    return BookingHarness(database, a_configuration())


@pytest.fixture
def card(booking):
    _, card = booking.book()
    booking.take_events()
    return card


def invite(booking, card, command=JAN):
    return booking.use_cases.companions.invite(booking.card(card.id), command, Request())


def withdraw(booking, card):
    return booking.use_cases.companions.withdraw(booking.card(card.id), Request())


def companion_in_events(database):
    """What each event of the appointment says about the one who comes along."""
    outboxes = [each["outbox"] for each in database["agendas"].find() if "outbox" in each]
    return [event["data"].get("companion") for events in outboxes for event in events]


def test_an_invitation_is_an_event_without_the_name_or_the_address(booking, card, database):
    invite(booking, card)
    assert booking.take_events() == ["appointment.companion_changed"]
    stored = json.dumps(list(database["agendas"].find()), default=str)
    assert "Zuidpool" not in stored
    assert "jan@example.org" not in stored
    assert companion_in_events(database) == [None, "invited"]


def test_later_changes_announce_that_someone_comes_along(booking, card, database):
    invite(booking, card)
    booking.cancel(card)
    assert companion_in_events(database)[-1] == "invited"


def test_a_withdrawn_invitation_is_announced_once(booking, card, database):
    invite(booking, card)
    withdraw(booking, card)
    withdraw(booking, card)
    booking.cancel(card)
    assert companion_in_events(database) == [None, "invited", "withdrawn", None]


def test_the_same_invitation_again_changes_nothing(booking, card):
    invite(booking, card)
    booking.take_events()
    invite(booking, card)
    assert booking.take_events() == []


def test_only_one_person_is_invited_at_a_time_and_a_few_in_all(booking, card):
    other = InviteCompanion(name="An", email="an@example.org")
    for _ in range(MAX_INVITED):
        invite(booking, card)
        assert refused(invite, booking, card, other) == "invalid-request"
        withdraw(booking, card)
    assert refused(invite, booking, card) == "invalid-request"


def test_an_invitation_whose_process_ended_before_its_event_is_sent_by_the_next_attempt(booking, card):
    lost = {"name": JAN.name, "email": JAN.email, "invited": 2, "withdrawn": None}
    booking.stores.cards.change(booking.card(card.id), companions=[lost])
    assert len(invite(booking, card).companions) == 1
    assert booking.take_events() == ["appointment.companion_changed"]


def test_a_companion_is_in_the_contact_card_for_messages_and_in_the_export(booking, card):
    invite(booking, card)
    (found,) = booking.use_cases.contact_cards.contact_cards([["rumst", card.id]])
    (companion,) = found["card"]["companions"]
    assert (companion["name"], companion["email"]) == ("Jan Zuidpool", "jan@example.org")
    exported = booking.use_cases.privacy.export_resident("rumst", "lieve@example.org", Request(by="staff", who="x"))
    assert exported["appointments"][0]["companions"] == [{"name": "Jan Zuidpool", "email": "jan@example.org"}]


def test_a_companion_is_erased_with_the_visit(booking, card, database):
    invite(booking, card)
    booking.stores.cards.pseudonymise(booking.card(card.id), {})
    assert "Zuidpool" not in json.dumps(list(database["cards"].find()), default=str)


def test_a_cancelled_appointment_takes_no_companion(booking, card):
    booking.cancel(card)
    assert refused(invite, booking, card) == "not-allowed-in-state"
