"""A message is planned once, and settled once, with its event in the same write."""

import datetime as dt

import pytest

from loket_contracts import events
from loket_notification.policy import PlannedMessage
from loket_notification.store import LEASE, BeingSent, Messages

NOW = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)
MESSAGE = PlannedMessage("rumst", "a1", 1, "confirmation", "email")


def an_event():
    return events.make(
        "notification.sent",
        municipality="rumst",
        subject=MESSAGE.id,
        sequence=1,
        time=NOW,
        data={"message": MESSAGE.id},
    )


@pytest.fixture
def store(database):
    return Messages(database)


def test_a_message_that_is_settled_is_not_sent_again(store):
    assert store.claim(MESSAGE, NOW)
    assert store.settle(MESSAGE, "sent", NOW, an_event())
    assert not store.claim(MESSAGE, NOW)


def test_a_message_that_is_being_sent_is_left_alone(store):
    store.claim(MESSAGE, NOW)
    with pytest.raises(BeingSent):
        store.claim(MESSAGE, NOW)


def test_a_message_whose_sender_died_is_taken_over_when_its_lease_ends(store):
    store.claim(MESSAGE, NOW)
    assert store.claim(MESSAGE, NOW + LEASE)


def test_a_message_that_could_not_be_sent_can_be_claimed_again(store, database):
    store.claim(MESSAGE, NOW)
    store.release(MESSAGE)
    assert store.claim(MESSAGE, NOW)
    assert database.messages.find_one({})["attempts"] == 2


def test_a_message_is_settled_once_with_its_event_in_the_same_write(store, database):
    store.claim(MESSAGE, NOW)
    assert store.settle(MESSAGE, "sent", NOW, an_event())
    assert not store.settle(MESSAGE, "failed", NOW)
    kept = database.messages.find_one({})
    assert (kept["state"], len(kept["outbox"])) == ("sent", 1)


def test_no_address_and_no_text_is_kept(store, database):
    store.claim(MESSAGE, NOW)
    store.settle(MESSAGE, "sent", NOW, an_event())
    assert set(database.messages.find_one({})) == {
        "_id", "municipality", "appointment", "sequence", "template", "channel", "state", "planned_at",
        "settled_at",
        "reason",
        "outbox", "attempts",
    }  # fmt: skip
