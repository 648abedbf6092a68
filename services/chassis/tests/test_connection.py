"""The first of two writes waits for the journal only where a later primary could roll it back."""

import pytest
from pymongo.errors import BulkWriteError
from pymongo.hello import Hello
from pymongo.server_description import ServerDescription
from pymongo.topology_description import TOPOLOGY_TYPE, TopologyDescription
from pymongo.write_concern import WriteConcern

from loket_chassis.storage.connection import UNJOURNALED, completed_later, members, only_known_already

ADDRESS = ("127.0.0.1", 27017)


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
