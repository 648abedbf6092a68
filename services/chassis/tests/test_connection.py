"""Writes wait for the journal where a later primary could roll them back; an outage is what the driver's checks see."""

import pytest
from pymongo.errors import AutoReconnect, BulkWriteError
from pymongo.hello import Hello
from pymongo.monitoring import ServerHeartbeatFailedEvent, ServerHeartbeatSucceededEvent
from pymongo.server_description import ServerDescription
from pymongo.topology_description import TOPOLOGY_TYPE, TopologyDescription
from pymongo.write_concern import WriteConcern
from structlog.testing import capture_logs

from loket_chassis.runtime import outages
from loket_chassis.storage.connection import (
    UNJOURNALED,
    OutageListener,
    completed_later,
    members,
    only_known_already,
)

ADDRESS, OTHER = ("127.0.0.1", 27017), ("127.0.0.1", 27018)


def a_topology(*hosts):
    """What the driver knows after one server has answered; nothing without `hosts`."""
    answer = {"ok": 1, "isWritablePrimary": True, "setName": "loket", "hosts": list(hosts), "maxWireVersion": 17}
    server = ServerDescription(ADDRESS, Hello(answer)) if hosts else ServerDescription(ADDRESS)
    return TopologyDescription(TOPOLOGY_TYPE.Single, {ADDRESS: server}, None, None, None, None)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_members_of_a_replica_set_are_those_that_a_server_names(count):
    assert len(members(a_topology(*(f"127.0.0.1:{27017 + number}" for number in range(count))))) == count


def test_on_a_set_of_one_member_the_first_of_two_writes_does_not_wait_for_the_journal(database):
    assert completed_later(database.anything).write_concern == UNJOURNALED


class OfThreeMembers:
    """A client of a replica set of three."""

    topology_description = a_topology("127.0.0.1:1", "127.0.0.1:2", "127.0.0.1:3")


class Collection:
    """A collection in such a set, whose writes wait for the majority."""

    class database:  # noqa: N801
        client = OfThreeMembers


def test_on_a_set_of_three_members_both_writes_wait_for_the_majority():
    assert completed_later(Collection) is Collection


def bulk_write_error(collection, documents):
    """The error of a set that cannot confirm: it has one member, and three are asked for."""
    unconfirmed = collection.with_options(write_concern=WriteConcern(w=3, wtimeout=50))
    with pytest.raises(BulkWriteError) as caught:
        unconfirmed.insert_many(documents, ordered=False)
    return caught.value


def test_unconfirmed_writes_are_not_taken_for_known_ones(database):
    assert not only_known_already(bulk_write_error(database.notes, [{"_id": 1}]))
    assert not only_known_already(bulk_write_error(database.notes, [{"_id": 1}])), "a repeat is not confirmed either"


def test_only_duplicate_keys_are_known_already(database):
    database.notes.insert_one({"_id": 1})
    with pytest.raises(BulkWriteError) as caught:
        database.notes.insert_many([{"_id": 1}, {"_id": 2}], ordered=False)
    assert only_known_already(caught.value)


def fails(address=ADDRESS):
    return lambda listener: listener.failed(ServerHeartbeatFailedEvent(0.1, AutoReconnect("closed"), address))


def answers(address=ADDRESS, takes_writes=True):
    reply = Hello({"ok": 1, "isWritablePrimary": takes_writes, "secondary": not takes_writes, "setName": "loket"})
    return lambda listener: listener.succeeded(ServerHeartbeatSucceededEvent(0.1, reply, address))


BEGIN, END = "the database is unavailable", "the database is available again"


@pytest.mark.parametrize(
    ("checks", "logged"),
    [
        ([fails(), fails(), answers()], []),  # at the start, which waits for the database itself
        ([answers(), fails(), answers(), fails(), answers()], []),
        ([answers(), fails(), fails(), fails()], [BEGIN]),
        ([answers(), fails(), fails(), answers()], [BEGIN, END]),
        ([answers(), fails(), fails(), answers(), fails(), answers()], [BEGIN, END]),
        ([answers(), answers(takes_writes=False), answers()], [BEGIN, END]),
        ([answers(), fails(), fails(), answers(takes_writes=False), answers()], [BEGIN, END]),
        ([answers(), answers(OTHER), fails(), fails()], []),
        ([answers(), answers(OTHER), fails(), fails(), fails(OTHER), fails(OTHER)], [BEGIN]),
        ([answers(), answers(OTHER, takes_writes=False), fails(OTHER), fails(OTHER)], []),
    ],
)
def test_an_outage_is_a_repeated_check_without_a_server_that_takes_writes(checks, logged):
    listener = OutageListener()
    with capture_logs() as lines:
        for check in checks:
            check(listener)
        outages.DATABASE.end()
    assert [line["event"] for line in lines] == [*logged, END][: 2 * logged.count(BEGIN)]
