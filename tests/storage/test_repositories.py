"""A repository that changes a document of a newer version preserves the fields that it does not know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from loket_booking.domain.resource_day import AgendaKey, Placement
from loket_booking.store.agendas import Agendas
from loket_booking.store.capacities import Capacities
from loket_booking.store.cards import Cards
from loket_booking.store.codecs import PROVISIONAL
from loket_booking.store.drafts import Drafts
from loket_booking.store.feedback import Feedback
from loket_booking.store.invitations import Invitations
from loket_booking.store.provisional_bookings import ProvisionalBookings
from loket_booking.store.repository import Repository
from loket_booking.store.tickets import Tickets
from loket_booking.store.waiting_lists import WaitingLists
from loket_chassis.storage.idempotency import IdempotencyKeys
from loket_contracts import events
from loket_gateway.access.accounts import Accounts
from loket_gateway.access.keys import Keys
from loket_gateway.access.roles import Grant
from loket_gateway.access.sessions import Sessions
from loket_notification.store.messages import Messages
from loket_notification.store.reports import Reports
from loket_notification.webhooks.store import Webhooks
from loket_reporting.store.facts import Facts
from loket_reporting.store.projections import Projections
from tests.storage.collections import STORED, Stored
from tests.storage.golden_files import read
from tests.storage.test_golden_documents import with_unknown

NOW = dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
EVENT = events.make(
    "appointment.rescheduled", municipality="rumst", subject="a1", sequence=9, time=NOW,
    data=events.EVENTS["appointment.rescheduled"].example,
)  # fmt: skip


def stored_as(golden: str) -> Stored:
    return next(stored for stored in STORED if f"{stored.service}/{stored.golden[0]}" == golden)


def newer(golden: str) -> dict[str, Any]:
    stored = stored_as(golden)
    return with_unknown(read(stored, stored.golden[0], stored.codec.version), stored.codec.entity)


def save(repository: Repository[Any]) -> None:
    (found,) = repository.collection.find()
    entity = repository.codec.decode(found)
    assert repository.save(replace(entity, sequence=entity.sequence + 1), EVENT)


def change_card(database: Any) -> None:
    cards = Cards(database)
    (found,) = database.cards.find()
    card = cards.get(found["_id"])
    assert card is not None
    cards.change(card, flagged=True)
    cards.pseudonymise(card, {})


def save_draft(database: Any) -> None:
    drafts = Drafts(database)
    (found,) = database.drafts.find()
    draft = drafts.get(found["_id"])
    assert draft is not None
    drafts.save(replace(draft, answers={}))


def send_message(database: Any) -> None:
    messages = Messages(database)
    database.messages.update_one({}, {"$set": {"state": "planned", "next_at": NOW}})
    (claimed,) = messages.claim(1, "me", NOW)
    database.messages.bulk_write([messages.settled(claimed, "sent", NOW)])


def fail_delivery(database: Any) -> None:
    webhooks = Webhooks(database)
    database.webhooks.insert_one(newer("notification/subscription"))
    subscription = webhooks.one("rumst", None, newer("notification/subscription")["_id"])
    delivery = webhooks.claim(NOW)
    assert subscription is not None
    assert delivery is not None
    webhooks.note_failed(delivery, subscription, 500, None, NOW)
    assert database.webhooks.find_one({})["from_the_future"] == {"a": 1}


def use_session(database: Any) -> None:
    sessions = Sessions(database)
    secret = sessions.begin("rumst", "avertommen", NOW)
    (begun,) = database.sessions.find({"name": "avertommen", "from_the_future": {"$exists": False}})
    database.sessions.delete_one({"_id": begun["_id"]})
    (found,) = database.sessions.find()
    database.sessions.delete_one({})
    later = NOW + dt.timedelta(hours=1)
    database.sessions.insert_one({**found, "_id": begun["_id"], "seen": NOW, "expires": later})
    assert sessions.find(secret, NOW + dt.timedelta(minutes=2))


def report_progress(database: Any) -> None:
    projections = Projections(database)
    projections.report_progress(events=5, at=NOW)
    assert projections.claim_rebuild(NOW + dt.timedelta(days=1), dt.timedelta(seconds=1))


CASES: dict[str, tuple[str, Callable[[Any], object]]] = {
    "booking/ticket": ("tickets", lambda database: save(Tickets(database))),
    "booking/waiting-list-entry": ("waiting_list", lambda database: save(WaitingLists(database))),
    "booking/provisional-booking": (
        "provisional_bookings",
        lambda database: ProvisionalBookings(database).return_attempt(
            PROVISIONAL.decode(newer("booking/provisional-booking"))
        ),
    ),
    "booking/capacity": ("capacities", lambda database: save(Capacities(database))),
    "booking/card": ("cards", change_card),
    "booking/draft": ("drafts", save_draft),
    "booking/invitation": (
        "invitations", lambda database: Invitations(database).revoke("rumst", newer("booking/invitation")["_id"]),
    ),
    "booking/feedback": (
        "feedback", lambda database: Feedback(database).delete_comments([newer("booking/feedback")["_id"]]),
    ),
    "notification/message": ("messages", send_message),
    "notification/report": (
        "reports", lambda database: Reports(database).sent(newer("notification/report")["_id"], NOW),
    ),
    "notification/delivery": ("webhook_deliveries", fail_delivery),
    "reporting/appointments": ("appointments_1", lambda database: Facts(database, 1).apply(EVENT)),
    "reporting/rebuild": ("generations", report_progress),
    "gateway/account": (
        "accounts", lambda database: Accounts(database).change("rumst", "avertommen", grants=(Grant("agent"),)),
    ),
    "gateway/key": ("api_keys", lambda database: Keys(database).renew("rumst", "portaal-stad", NOW)),
    "gateway/session": ("sessions", use_session),
    "chassis/idempotency-key": (
        "idempotency_keys",
        lambda database: IdempotencyKeys(database)._finish(newer("chassis/idempotency-key")["_id"], "{}"),
    ),
}  # fmt: skip


def unknown_paths(value: Any, path: str = "") -> set[str]:
    """Where the fields of the newer version are."""
    if isinstance(value, list):
        return {found for index, each in enumerate(value) for found in unknown_paths(each, f"{path}/{index}")}
    if not isinstance(value, dict):
        return set()
    inside = {found for name, each in value.items() for found in unknown_paths(each, f"{path}/{name}")}
    return inside | ({path} if "from_the_future" in value else set())


@pytest.mark.parametrize("golden", CASES)
def test_a_change_preserves_unknown_fields_at_every_level(database, golden):
    name, change = CASES[golden]
    before = newer(golden)
    database[name].insert_one(before)
    change(database)
    (after,) = database[name].find()
    assert after != before, "nothing was changed"
    assert unknown_paths(after) >= unknown_paths(before)


def test_a_transition_preserves_unknown_fields_of_the_claim_and_its_appointment(database):
    agendas, claim = Agendas(database), newer("booking/claim")
    agenda = claim["placements"][0]["agenda"]
    database.agendas.insert_one({"_id": agenda, "claims": [claim], "owners": [claim["id"]], "outbox": []})
    appointment, placements = agendas.get_claim(agenda, claim["id"])
    changed = replace(appointment, state="parked", sequence=appointment.sequence + 1)
    assert agendas.save_transition(placements, changed, EVENT)
    (after,) = database.agendas.find_one({})["claims"]
    assert after["appointment"]["state"] == "parked"
    assert unknown_paths(after) == unknown_paths(claim)
    assert {"", "/appointment", "/appointment/history/0", "/placements/0"} <= unknown_paths(after)


def test_a_move_to_another_day_preserves_unknown_fields_of_the_claim_and_its_appointment(database):
    agendas, claim = Agendas(database), newer("booking/claim")
    agenda = claim["placements"][0]["agenda"]
    database.agendas.insert_one({"_id": agenda, "claims": [claim], "owners": [claim["id"]], "outbox": []})
    appointment, old = agendas.get_claim(agenda, claim["id"])
    moved, elsewhere = replace(appointment, sequence=appointment.sequence + 1), "rumst/ro-1/2026-12-01"
    new = [Placement(AgendaKey.parse(elsewhere), 100, 114)]
    assert agendas.move(old, new, moved, EVENT, NOW, lambda session: None)
    (after,) = database.agendas.find_one({"_id": elsewhere})["claims"]
    assert (after["s"], after["e"]) == (100, 114)
    assert {"", "/appointment", "/appointment/history/0"} <= unknown_paths(after)
