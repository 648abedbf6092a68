"""A command with an idempotency key is carried out once, whatever answer its caller received."""

import datetime as dt
import time

import pymongo
import pytest

from loket_chassis.storage.idempotency import PRESUMED_DEAD, IdempotencyKeys
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking.commands import CancelAppointment
from loket_contracts.rpc.message import to_json

SCOPE, BODY = ("close", "rumst", "lead"), {"first": "2026-11-30"}


class Clock:
    def __init__(self):
        self.now = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def keys(database, clock):
    return IdempotencyKeys(database, clock)


@pytest.fixture
def done():
    return []


def refusal_of(call, *args):
    with pytest.raises(Refusal) as refusal:
        call(*args)
    return refusal.value.code


def test_a_repeat_returns_the_first_result_and_does_nothing(keys, done):
    def work():
        done.append(1)
        return {"number": len(done)}

    assert keys.once("key", SCOPE, BODY, work) == {"number": 1}
    assert keys.once("key", SCOPE, BODY, work) == {"number": 1}
    assert keys.once("other", SCOPE, BODY, work) == {"number": 2}
    assert keys.once("key", ("close", "rumst", "somebody-else"), BODY, work) == {"number": 3}
    assert keys.once(None, SCOPE, BODY, work) == {"number": 4}


def test_a_result_with_personal_data_is_not_stored(keys, done):
    work = lambda: done.append(1) or {"name": "Lieve Demo"}  # noqa: E731
    assert keys.once_without_result("key", SCOPE, BODY, work) == {"name": "Lieve Demo"}
    assert keys.once_without_result("key", SCOPE, BODY, work) is None
    assert done == [1]
    assert "Lieve" not in str(list(keys.collection.find()))


def test_an_idempotency_key_belongs_to_one_body(keys):
    keys.once("key", SCOPE, BODY, dict)
    assert refusal_of(keys.once, "key", SCOPE, {"first": "2026-12-01"}, dict) == "idempotency-key-reused"


def test_a_command_is_the_same_body_as_its_json(keys):
    command = CancelAppointment(reason="ill", sequence=2)
    keys.once("k", SCOPE, to_json(command), lambda: 1)
    assert keys.once("k", SCOPE, command, lambda: 2) == 1
    assert refusal_of(keys.once, "k", SCOPE, CancelAppointment(), lambda: 2) == "idempotency-key-reused"


def test_a_refused_command_may_be_tried_again(keys, done):
    def refused():
        raise Refusal("unknown-resource", {"resource": "x"})

    assert refusal_of(keys.once, "key", SCOPE, BODY, refused) == "unknown-resource"
    assert keys.once("key", SCOPE, BODY, lambda: "done") == "done"


def test_a_repeat_waits_for_the_first_attempt_and_takes_over_when_it_has_died(keys, clock):
    def dies():
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        keys.once("key", SCOPE, BODY, dies)
    assert refusal_of(keys.once, "key", SCOPE, BODY, dict) == "outcome-unknown"
    clock.now += PRESUMED_DEAD
    assert keys.once("key", SCOPE, BODY, lambda: "done") == "done"


def test_a_command_that_ends_after_its_deadline_is_not_executed_again(keys, clock, done):
    def work():
        done.append(1)
        time.sleep(0.6)
        return "done"

    with pymongo.timeout(0.5):
        assert keys.once("key", SCOPE, BODY, work) == "done"
    clock.now += PRESUMED_DEAD
    assert keys.once("key", SCOPE, BODY, work) == "done"
    assert done == [1]


def test_a_command_that_is_refused_after_its_deadline_may_be_tried_again(keys):
    def refused():
        time.sleep(0.6)
        raise Refusal("unknown-resource", {"resource": "x"})

    with pymongo.timeout(0.5):
        assert refusal_of(keys.once, "key", SCOPE, BODY, refused) == "unknown-resource"
    assert keys.once("key", SCOPE, BODY, lambda: "done") == "done"
