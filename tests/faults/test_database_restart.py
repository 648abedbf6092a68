"""A server that restarts between two writes, of which the second is confirmed, has not lost the first.

A driver repeats a write on the server that it finds again. So the second write may reach another process than the
first one, which may have lost what was not in its journal.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest
from pymongo import MongoClient

from loket_booking.store.cards import Cards
from loket_chassis.messaging.outbox import EVENT_LOG, Outbox
from loket_contracts.events import EVENTS
from loket_local import mongodb
from loket_local.ports import find_free
from loket_reporting.domain.periods import Period
from loket_reporting.store.projections import Projection
from tests.storage.expected import EXPECTED

EVENT, CARD = EXPECTED["chassis/event"], EXPECTED["booking/card"]


class Restartable:
    """A database whose server can be killed and started again."""

    def __init__(self, folder):
        self.folder, (self.port,) = folder, find_free(1)
        self.server = mongodb.start(folder / "mongodb", self.port, folder / "logs")
        self.client = MongoClient(self.server.uri, tz_aware=True, w="majority", journal=True)
        self.database = self.client.restarted

    def restart(self):
        self.server.process.kill()
        self.server = mongodb.start(self.folder / "mongodb", self.port, self.folder / "logs")

    def stop(self):
        self.client.close()
        self.server.stop()


@pytest.fixture(scope="module")
def restartable(folder):
    running = Restartable(folder / "restartable")
    yield running
    running.stop()


def test_an_event_whose_outbox_is_cleared_after_a_restart_is_in_the_event_log(restartable):
    outbox = Outbox("anything", ())
    outbox.connection = SimpleNamespace(database=restartable.database)
    outbox._append_to_log([EVENT])
    restartable.restart()
    assert restartable.database[EVENT_LOG].count_documents({"_id": EVENT.id}) == 1


def test_an_event_that_was_counted_before_a_restart_is_in_the_facts_and_in_the_counts(restartable):
    projection = Projection.of(restartable.database, 1)
    projection.create_indexes()
    data = EVENTS["appointment.booked"].example
    projection.counting.apply([replace(EVENT, type="appointment.booked.v1", subject="a1", data=data)])
    restartable.restart()
    assert projection.facts.collections["appointments"].count_documents({"_id": "a1", "stale_days": []}) == 1
    november = Period(dt.date(2026, 11, 30), dt.date(2026, 11, 30))
    assert [counts["appointments"] for _, _, counts in projection.counts.of("rumst", ["*"], november, "day")] == [1]


def test_a_booking_that_is_claimed_after_a_restart_has_its_contact_card(restartable):
    cards = Cards(restartable.database)
    processes = cards.server_processes()
    cards.add(CARD)
    restartable.restart()
    restartable.database.agendas.insert_one({"_id": CARD.agenda})  # the claim
    cards.restore_after_restart(CARD, processes)
    assert cards.get(CARD.id) == CARD
