"""The broker and the database: private or named in the environment, and the errors when neither can be had."""

import shutil
import stat
from collections import namedtuple
from contextlib import contextmanager
from functools import partial

import pytest
from amqp.exceptions import AccessRefused
from kombu import Connection
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from loket_local import debian, mongodb, rabbitmq, servers
from loket_local.credentials import secret_of
from loket_local.ports import find_free
from loket_local.processes import StartFailed

EARLIER_DEFINITIONS = {
    "users": [{"name": "guest", "password": "guest", "tags": "administrator"}],
    "vhosts": [{"name": "/"}],
    "permissions": [{"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}],
}


def test_servers_named_in_the_environment_are_used_and_none_is_started(tmp_path):
    named = {"AMQP_URI": "pyamqp://elsewhere", "MONGO_URI": "mongodb://elsewhere"}
    running = servers.start(tmp_path, 1, 2, environment=named)
    assert (running.amqp_uri, running.mongo_uri, running.own) == ("pyamqp://elsewhere", "mongodb://elsewhere", [])


def test_data_survives_a_restart_on_another_port(tmp_path):
    for expected in (0, 1):
        (port,) = find_free(1)
        server = mongodb.start(tmp_path / "mongodb", port, tmp_path / "logs")
        notes = MongoClient(server.uri).test.notes
        assert notes.count_documents({}) == expected
        notes.insert_one({})
        server.stop()


def test_data_survives_a_change_between_tcp_and_a_socket(tmp_path):
    for expected, on_socket in enumerate((False, True, False)):
        (port,) = find_free(1)
        server = mongodb.start(tmp_path / "m", port, tmp_path / "logs", on_socket)
        try:
            with MongoClient(server.uri) as client:
                assert client.test.notes.count_documents({}) == expected
                client.test.notes.insert_one({})
                assert (str(server.socket) in str(client.nodes)) is on_socket
        finally:
            server.stop()


def test_clients_use_tcp_when_the_path_of_the_socket_is_too_long(tmp_path):
    folder = tmp_path / ("long" * 30)
    (port,) = find_free(1)
    server = mongodb.start(folder, port, tmp_path / "logs", on_socket=True)
    try:
        assert server.uri.endswith(f"@127.0.0.1:{port}/?replicaSet=loket")
    finally:
        server.stop()


def anonymous(port):
    return MongoClient("127.0.0.1", port, directConnection=True)


def launch_without_users(launch, *arguments, key, **options):
    return launch(*arguments, **options)


def test_a_database_of_an_earlier_version_keeps_its_data_and_gets_users(tmp_path, monkeypatch):
    (port,) = find_free(1)
    with monkeypatch.context() as before:  # as earlier versions started it
        before.setattr(mongodb, "launch", partial(launch_without_users, mongodb.launch))
        before.setattr(mongodb, "_internal_client", lambda port, _: anonymous(port))
        before.setattr(mongodb, "_make_users", lambda *_: {})
        server = mongodb.start(tmp_path / "m", port, tmp_path / "logs")
        MongoClient(server.uri).loket_booking.notes.insert_one({})
        server.stop()
    server = mongodb.start(tmp_path / "m", port, tmp_path / "logs")
    try:
        with MongoClient(server.uri_of("booking")) as client:
            assert client.loket_booking.notes.count_documents({}) == 1
        with anonymous(port) as client, pytest.raises(OperationFailure):
            client.loket_booking.notes.find_one({})
    finally:
        server.stop()


def connects(uri):
    """Whether the broker accepts the login."""
    try:
        with Connection(uri, connect_timeout=3) as connection:
            connection.ensure_connection(max_retries=1, timeout=3)
    except AccessRefused:
        return False
    return True


@contextmanager
def a_broker(folder):
    (port,) = find_free(1)
    broker = rabbitmq.start(folder / "rabbitmq", port, folder / "logs")
    try:
        yield broker
    finally:
        broker.stop()


def test_a_broker_with_the_old_default_password_keeps_its_data_and_gets_a_password_that_stays(tmp_path, monkeypatch):
    with monkeypatch.context() as before:  # as earlier versions started it
        before.setattr(rabbitmq, "_definitions", lambda *_, **__: EARLIER_DEFINITIONS)
        before.setattr(rabbitmq.RabbitMQ, "uri", property(as_guest))
        with a_broker(tmp_path) as earlier, Connection(earlier.uri) as connection:
            connection.SimpleQueue("events").put("kept")
    (tmp_path / "rabbitmq" / "password").unlink()
    with a_broker(tmp_path) as broker:
        with Connection(broker.uri) as connection:
            assert connection.SimpleQueue("events").get(timeout=5).payload == "kept"
        assert rejects_guests(broker)
    assert len(broker.password) >= 32
    for name in ("password", "definitions.json"):
        assert stat.S_IMODE((tmp_path / "rabbitmq" / name).stat().st_mode) == 0o600
    with a_broker(tmp_path) as again:
        assert connects(again.uri)
        assert rejects_guests(again)
    assert again.password == broker.password


def as_guest(broker, password="guest"):
    return f"pyamqp://guest:{password}@127.0.0.1:{broker.port}//"


def rejects_guests(broker):
    return not connects(as_guest(broker)) and not connects(as_guest(broker, ""))


def test_the_secret_of_a_data_folder_persists_and_is_readable_by_its_owner_only(tmp_path):
    secret = secret_of(tmp_path)
    (tmp_path / "secret").chmod(0o644)
    assert secret_of(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "secret").stat().st_mode) == 0o600


def test_a_full_disk_is_reported_before_anything_starts(tmp_path, monkeypatch):
    full = namedtuple("usage", "total used free")(100, 99, 1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(StartFailed, match="1 MiB free"):
        servers.start(tmp_path, 1, 2)


def test_without_root_the_installer_prints_the_command_to_run(tmp_path, monkeypatch):
    monkeypatch.setattr(rabbitmq, "find_server", lambda: None)
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(debian.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    with pytest.raises(StartFailed, match="apt-get install rabbitmq-server"):
        rabbitmq.find_or_install()


def test_without_mongod_the_error_explains_how_to_get_one(monkeypatch):
    monkeypatch.setattr(mongodb.shutil, "which", lambda _: None)
    monkeypatch.setattr(mongodb.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(StartFailed, match="MONGO_URI"):
        mongodb.find()
