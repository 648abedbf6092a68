"""An event in an outbox reaches the bus at least once and the event log once, whatever process dies in between."""

import contextlib
import datetime as dt

import pytest

from loket_chassis.messaging.event_documents import EVENT
from loket_contracts import events
from tests.client import eventually


def consumed(sample_database, subject):
    return sample_database.consumed.find_one({"_id": subject})


def test_an_event_moves_from_the_outbox_to_its_consumer(sample, sample_database):
    identifier = sample.ask("note", "a", 1)
    eventually(lambda: consumed(sample_database, "a"))
    eventually(lambda: sample_database.notes.find_one({"_id": "a", "outbox": []}))
    assert [event["_id"] for event in sample_database.event_log.find({})] == [identifier]


def test_events_of_one_subject_are_consumed_in_order(sample, sample_database):
    for sequence in range(1, 31):
        sample.ask("note", "a", sequence, mood=str(sequence))
    eventually(lambda: (consumed(sample_database, "a") or {}).get("mood") == "30")
    assert sample_database.event_log.count_documents({"subject": "a"}) == 30


@pytest.mark.parametrize("place", ["outbox.before-publish", "outbox.before-clear"])
def test_a_process_killed_around_publishing_loses_no_event_and_publishes_it_once(sample, sample_database, place):
    sample.stop()
    sample.start(LOKET_FAULT=place)
    sample.wait_until("ready")
    with contextlib.suppress(Exception):  # the answer may or may not come before the process dies
        sample.ask("note", "a", 1)
    eventually(lambda: not sample.child.is_running())
    assert sample_database.notes.count_documents({"outbox.0": {"$exists": True}}) == 1
    sample.start()
    sample.wait_until("ready")
    eventually(lambda: consumed(sample_database, "a"))
    eventually(lambda: sample_database.notes.find_one({"_id": "a", "outbox": []}))
    assert sample_database.event_log.count_documents({}) == 1


def test_the_event_carries_the_trace_of_its_request(sample, sample_database):
    sample.ask("note", "a", 1)
    trace = eventually(lambda: consumed(sample_database, "a"))["trace"]
    assert trace == sample_database.event_log.find_one({})["traceparent"]
    assert len(trace) == 55


def test_the_sweep_publishes_events_that_were_never_announced(sample, sample_database):
    old = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
    event = events.make(
        "appointment.booked", municipality="rumst", subject="c", sequence=1, time=old, data={"mood": "fine"}
    )
    sample_database.notes.insert_one({"_id": "c", "outbox": [EVENT.encode(event)]})
    eventually(lambda: consumed(sample_database, "c"))


def test_more_events_than_the_relay_can_queue_are_each_published_once(sample, sample_database):
    number = 400  # the sample's relay queues 300, and takes 200 at a time
    sample.ask("note_many", number)
    eventually(lambda: sample_database.consumed.count_documents({}) == number, 60)
    eventually(lambda: sample_database.notes.count_documents({"outbox.0": {"$exists": True}}) == 0)
    assert sample_database.event_log.count_documents({}) == number
    assert sample_database.tries.count_documents({"count": {"$gt": 1}}) == 0
