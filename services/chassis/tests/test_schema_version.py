"""A release does not touch a database whose documents it cannot read."""

import pytest
from pymongo import MongoClient

from loket_chassis.runtime.settings import EX_CONFIG
from loket_chassis.storage.schema_version import CURRENT, NewerDatabase, require_readable


def recorded(database):
    return database.schema.find_one({"_id": "version"})


def test_a_release_records_its_version_in_an_empty_database(database):
    require_readable(database)
    assert recorded(database) == {"_id": "version", "major": CURRENT}


def test_a_newer_release_raises_the_version(database):
    require_readable(database)
    require_readable(database, current=CURRENT + 1)
    assert recorded(database)["major"] == CURRENT + 1


def test_an_older_release_is_refused_and_changes_nothing(database):
    require_readable(database, current=CURRENT + 1)
    before = recorded(database)
    with pytest.raises(NewerDatabase, match=rf"version {CURRENT + 1}; this release reads versions up to {CURRENT}\."):
        require_readable(database)
    assert recorded(database) == before


def test_a_service_stops_with_a_sentence_when_its_database_is_of_a_newer_release(sample):
    sample.child.stop()
    with MongoClient(sample.environment["MONGO_URI"]) as client:
        client[sample.environment["MONGO_DATABASE"]].schema.replace_one({"_id": "version"}, {"major": 99}, upsert=True)
    sample.log_begin = sample.log.stat().st_size
    sample.start()
    code, log = sample.child.process.wait(20), sample.text()
    assert code == EX_CONFIG, log
    assert "has documents of version 99" in log
    assert "Traceback" not in log
