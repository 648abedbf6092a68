"""What only a primary without a majority has is not confirmed: a failover undoes it.

A command of which the majority did not confirm the write fails. Its repeat finds the write on the same primary. If it
took that for a confirmation, the next primary would know nothing of it.
"""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack, contextmanager

import pymongo
import pytest
from booking_harness import LATER, BookingHarness
from pymongo import MongoClient

from loket_booking.commands.request import Request
from loket_booking.store.agendas import Agendas
from loket_chassis.runtime.unavailable import is_unavailable
from loket_chassis.storage.idempotency import IdempotencyKeys
from loket_local.ports import LOOPBACK
from tests.client import eventually

from .replicated import ReplicaSet

#: seconds that a command waits for the majority: less than the election that follows
DEADLINE = 0.5


@pytest.fixture(scope="module")
def replicas(folder):
    # with the election timeout of the server, 10 s: the tests need a primary that keeps its role that long
    running = ReplicaSet.start(folder / "failover", settings={})
    yield running
    running.stop()


@pytest.fixture
def database(replicas):
    with MongoClient(replicas.uri, tz_aware=True, w="majority", journal=True, timeoutMS=20_000) as client:
        yield client.failover
        client.drop_database("failover")


@pytest.fixture
def booking(database):
    return BookingHarness(database)


@contextmanager
def without_majority(replicas):
    """Pause both secondaries: the primary remains one for 10 seconds, and confirms nothing."""
    primary = replicas.member(primary=True)
    secondaries = [member.process.pid for member in replicas.members if member is not primary]
    for pid in secondaries:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in secondaries:
            os.kill(pid, signal.SIGCONT)
        eventually(lambda: replicas.states() == ["PRIMARY", "SECONDARY", "SECONDARY"])


def is_confirmed(command):
    try:
        with pymongo.timeout(DEADLINE):
            command()
    except Exception as error:
        if not is_unavailable(error) and getattr(error, "code", "") != "outcome-unknown":
            raise
        return False
    return True


def test_a_repeated_command_is_not_confirmed_while_the_majority_has_not_its_effect(booking, replicas):
    starts = [slot["start"] for slot in booking.slots()]
    _, moved = booking.book(start=starts[0])
    _, cancelled = booking.book(start=starts[-1])
    _, restored = booking.book(start=starts[1])
    booking.cancel(restored)
    commands = {
        "restore": lambda: booking.use_cases.lifecycle.restore(booking.card(restored.id), Request()),
        "cancel": lambda: booking.cancel(booking.card(cancelled.id)),
        "reschedule": lambda: booking.reschedule(booking.card(moved.id), LATER),
        "book": lambda: booking.book("a key", start=starts[len(starts) // 2]),
    }
    with without_majority(replicas):
        first = {name: is_confirmed(command) for name, command in commands.items()}
        again = {name: is_confirmed(command) for name, command in commands.items()}
    assert first == again == dict.fromkeys(commands, False)
    assert {name: is_confirmed(command) for name, command in commands.items()} == dict.fromkeys(commands, True)


def test_a_repeat_does_not_confirm_a_booking_whose_claim_the_majority_has_not(booking, replicas, monkeypatch):
    claim = booking.stores.agendas.book
    with ExitStack() as outage:

        def claim_without_majority(_, *args):
            monkeypatch.undo()
            outage.enter_context(without_majority(replicas))
            claim(*args)

        monkeypatch.setattr(Agendas, "book", claim_without_majority)
        assert [is_confirmed(lambda: booking.book("a key")) for _ in range(2)] == [False, False]
    assert is_confirmed(lambda: booking.book("a key"))


def test_a_repeat_does_not_confirm_a_result_that_the_majority_has_not(database, replicas):
    keys = IdempotencyKeys(database)
    with ExitStack() as outage:

        def work():
            outage.enter_context(without_majority(replicas))
            return 1

        assert [is_confirmed(lambda: keys.once("a key", ["scope"], {}, work)) for _ in range(2)] == [False, False]
    assert keys.once("a key", ["scope"], {}, lambda: 2) == 1


def test_a_connection_made_while_its_server_took_no_requests_has_sessions_afterwards(replicas):
    secondary = replicas.member(primary=False)
    host = f"{LOOPBACK}:{secondary.port}"
    with (
        MongoClient(host, directConnection=True) as operator,
        MongoClient(host, directConnection=True, maxPoolSize=1) as client,
    ):
        operator.admin.command("replSetMaintenance", True)
        client.admin.command("ping")
        operator.admin.command("replSetMaintenance", False)
        eventually(lambda: operator.admin.command("hello")["secondary"])
        with client.start_session() as session:
            assert list(client.failover.anything.find(session=session)) == []
