"""A transaction is written whole or not at all, and ends with the deadline of its call."""

import threading
import time

import pymongo
import pytest
from pymongo.errors import PyMongoError

from loket_chassis.runtime.unavailable import is_database_unavailable
from loket_chassis.storage import transactions
from loket_chassis.storage.transactions import LONGEST, run_in_transaction


def test_a_commit_after_the_deadline_is_not_repeated(database):
    database.notes.insert_one({"_id": 0})  # a transaction would create the collection

    def work(session):
        database.notes.insert_one({"_id": 1}, session=session)
        time.sleep(0.4)

    began = time.monotonic()
    with pymongo.timeout(0.3), pytest.raises(PyMongoError) as failed:
        run_in_transaction(database.client, work)
    assert failed.value.timeout
    assert time.monotonic() - began < LONGEST
    assert [each["_id"] for each in database.notes.find()] == [0]


def test_an_error_of_the_work_undoes_its_writes(database):
    database.notes.insert_one({"_id": 0})

    def work(session):
        database.notes.insert_one({"_id": 1}, session=session)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_in_transaction(database.client, work)
    assert [each["_id"] for each in database.notes.find()] == [0]


def test_transactions_in_conflict_are_repeated_until_each_has_been_written(database):
    database.counts.insert_one({"_id": "x", "count": 0})

    def count(session):
        found = database.counts.find_one({"_id": "x"}, session=session)
        database.counts.update_one({"_id": "x"}, {"$set": {"count": found["count"] + 1}}, session=session)

    threads = [threading.Thread(target=run_in_transaction, args=(database.client, count)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert database.counts.find_one({"_id": "x"})["count"] == 8


def test_a_transaction_that_others_held_up_for_too_long_counts_as_an_outage_of_the_database(database, monkeypatch):
    monkeypatch.setattr(transactions, "LONGEST", 0.3)
    database.counts.insert_one({"_id": "x", "count": 0})

    def count(session):
        database.counts.update_one({"_id": "x"}, {"$inc": {"count": 1}}, session=session)

    with database.client.start_session() as other, other.start_transaction():
        count(other)
        with pytest.raises(PyMongoError) as failed:
            run_in_transaction(database.client, count)
        assert is_database_unavailable(failed.value)
        other.abort_transaction()
