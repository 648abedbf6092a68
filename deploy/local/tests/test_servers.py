"""The two servers: private ones, those that the environment names, and what is said when they cannot be had."""

import shutil
from collections import namedtuple

import pytest
from pymongo import MongoClient

from loket_local import debian, mongodb, rabbitmq, servers
from loket_local.ports import find_free
from loket_local.processes import StartFailed


def test_the_servers_that_the_environment_names_are_used_and_none_is_started(tmp_path):
    named = {"AMQP_URI": "pyamqp://elsewhere", "MONGO_URI": "mongodb://elsewhere"}
    running = servers.start(tmp_path, 1, 2, environment=named)
    assert (running.amqp_uri, running.mongo_uri, running.own) == ("pyamqp://elsewhere", "mongodb://elsewhere", [])


def test_data_survives_a_restart_also_on_another_port(tmp_path):
    for expected in (0, 1):
        (port,) = find_free(1)
        server = mongodb.start(tmp_path / "mongodb", port, tmp_path / "logs")
        notes = MongoClient(server.uri).test.notes
        assert notes.count_documents({}) == expected
        notes.insert_one({})
        server.stop()


def test_a_full_disk_is_told_before_anything_starts(tmp_path, monkeypatch):
    full = namedtuple("usage", "total used free")(100, 99, 1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(StartFailed, match="1 MiB free"):
        servers.start(tmp_path, 1, 2)


def test_without_root_the_command_to_run_by_hand_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(rabbitmq, "find_server", lambda: None)
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(debian.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    with pytest.raises(StartFailed, match="apt-get install rabbitmq-server"):
        rabbitmq.find_or_install()


def test_without_any_mongod_it_is_told_what_to_do(monkeypatch):
    monkeypatch.setattr(mongodb.shutil, "which", lambda _: None)
    monkeypatch.setattr(mongodb.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(StartFailed, match="MONGO_URI"):
        mongodb.find()
