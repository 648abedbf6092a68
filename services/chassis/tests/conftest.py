"""A sample service as a real process on the real broker and database."""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from kombu import Connection, Queue
from nameko.exceptions import deserialize_to_instance
from nameko.standalone.rpc import ServiceRpcProxy
from pymongo import MongoClient
from pymongo.database import Database

from loket_chassis.messaging.consumer import RETRY_DELAYS, retries_of
from loket_contracts.errors import Refusal
from loket_local.components import Component
from loket_local.ports import LOOPBACK, find_free
from tests.client import eventually
from tests.faults.proxy import Proxy

deserialize_to_instance(Refusal)
HERE = Path(__file__).parent
QUEUES = ("sample.events", "sample.batches")


class Sample(Component):
    """The sample service: started, killed and asked by the tests. Each has a database of its own."""

    #: where the part of its log begins that the test is about
    log_begin = 0

    def start(self, **environment: str) -> None:
        from loket_local.processes import Child

        self.child = Child.start(
            self.name, [sys.executable, HERE / "sample.py"], self.log, {**self.environment, **environment}
        )

    def ask(self, method, *args, **kwargs):
        with ServiceRpcProxy("sample", {"AMQP_URI": self.environment["AMQP_URI"]}, timeout=4) as proxy:
            return getattr(proxy, method)(*args, **kwargs)

    def lines(self) -> list[dict[str, Any]]:
        """What it logged during the test. Raises ValueError for a line that is not JSON."""
        return [json.loads(line) for line in self.text().splitlines()]

    def text(self) -> str:
        return self.log.read_bytes()[self.log_begin :].decode()

    def metric(self, name: str) -> float:
        """The sum of a counter over its labels."""
        lines = requests.get(f"http://{LOOPBACK}:{self.port}/metrics", timeout=5).text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))

    def answer_to(self, method, args, headers, **properties):
        """The answer to a call that the test writes itself."""
        with Connection(self.environment["AMQP_URI"]) as connection:
            replies = connection.SimpleQueue(Queue(f"rpc.reply-{uuid.uuid4().hex}", exclusive=True, auto_delete=True))
            replies.queue.bind_to("nameko-rpc", replies.queue.name)
            connection.Producer().publish(
                {"args": args, "kwargs": {}}, exchange="nameko-rpc", routing_key=f"sample.{method}",
                reply_to=replies.queue.name, correlation_id="a", headers=headers, serializer="json", **properties,
            )  # fmt: skip
            return replies.get(timeout=5).payload


class Shared:
    """The sample service that tests share for as long as they leave it as it was started."""

    def __init__(self, servers, folder) -> None:
        self._new = partial(_sample, servers, folder, servers.amqp_uri, servers.mongo_uri)
        self._running = ExitStack()
        self.sample: Sample | None = None

    def begin(self) -> Sample:
        """A sample that runs and has no data."""
        try:
            if self.sample is None:
                self.sample = self._running.enter_context(self._new())
                self.sample.start()
                self.sample.wait_until("ready")
            else:
                self._empty(self.sample)
        except BaseException:
            self.end()
            raise
        return self.sample

    def _empty(self, sample: Sample) -> None:
        with MongoClient(sample.environment["MONGO_URI"]) as client:
            database = client[sample.environment["MONGO_DATABASE"]]
            eventually(lambda: sample.ask("count_workers") == 1 and _is_delivered(database))
            for name in database.list_collection_names():
                database[name].delete_many({})
        with Connection(sample.environment["AMQP_URI"]) as connection:
            for queue in QUEUES:
                connection.default_channel.queue_purge(f"{queue}.dead")
        sample.log_begin = sample.log.stat().st_size

    def end(self) -> None:
        self._running.close()
        self.sample = None


def _is_delivered(database: Database) -> bool:
    """Whether every event is published and consumed."""
    newest = {each["subject"]: each["sequence"] for each in database.event_log.find().sort("sequence", 1)}
    consumed = {each["_id"]: each["sequence"] for each in database.consumed.find()}
    return newest.items() <= consumed.items() and not database.notes.count_documents({"outbox.0": {"$exists": True}})


@pytest.fixture(scope="session")
def shared(servers, folder) -> Iterator[Shared]:
    made = Shared(servers, folder)
    yield made
    made.end()


@pytest.fixture
def sample(shared) -> Iterator[Sample]:
    """The sample service with an empty database. Its process is that of earlier tests, unless one of them ended it."""
    running = shared.begin()
    process = running.child.pid
    yield running
    if running.child.pid != process or not running.child.is_running():
        shared.end()


@pytest.fixture
def leaves_work(shared) -> Iterator[None]:
    """For a test after which messages are still delivered again: the next one has another sample and new queues."""
    yield
    shared.end()


@dataclass
class Proxied:
    """The sample service, with a proxy before its broker and one before its database."""

    sample: Sample
    broker: Proxy
    database: Proxy

    def start(self) -> None:
        self.sample.start()
        self.sample.wait_until("ready")

    @contextmanager
    def gone(self, name: str) -> Iterator[None]:
        """Inside the block, the server `name` refuses connections."""
        server: Proxy = getattr(self, name)
        server.vanish()
        try:
            yield
        finally:
            server.reappear()

    @contextmanager
    def silent(self, name: str) -> Iterator[None]:
        """Inside the block, the server `name` accepts connections and answers nothing, as one that was stopped."""
        server: Proxy = getattr(self, name)
        server.cut()
        try:
            yield
        finally:
            server.mend()


@pytest.fixture
def proxied(servers, folder, shared) -> Iterator[Proxied]:
    """The sample service, not started yet, whose broker and database the test takes away."""
    shared.end()  # it would read the same queues
    amqp, mongo = urlsplit(servers.amqp_uri), urlsplit(servers.mongo_uri)
    broker, database = Proxy([amqp.port]), Proxy([mongo.port])
    amqp_uri = servers.amqp_uri.replace(f":{amqp.port}", f":{broker.port}")
    # a replica set names the address of its own port, which is not that of the proxy
    login = servers.mongo_uri.partition("://")[2].rpartition("@")[0]
    mongo_uri = f"mongodb://{login}{'@' if login else ''}{LOOPBACK}:{database.port}/?directConnection=true"
    with _sample(servers, folder, amqp_uri, mongo_uri) as running:
        yield Proxied(running, broker, database)
    for each in (broker, database):
        each.close()


@contextmanager
def _sample(servers, folder, amqp_uri, mongo_uri) -> Iterator[Sample]:
    """A sample service that is not started yet; what it leaves is removed afterwards."""
    (port,) = find_free(1)
    name = f"sample_{uuid.uuid4().hex[:10]}"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(HERE),
        "AMQP_URI": amqp_uri,
        "MONGO_URI": mongo_uri,
        "MONGO_DATABASE": name,
        "HTTP_ADDRESS": f"127.0.0.1:{port}",
        "GREETING": "hello",
        "LOG_LEVEL": "INFO",
    }
    running = Sample("sample", port, environment, folder / "logs" / f"{name}.log")
    yield running
    if running.child is not None:
        running.child.kill()
    MongoClient(servers.mongo_uri).drop_database(name)
    with Connection(servers.amqp_uri) as connection:
        for queue in QUEUES:
            for each in (queue, f"{queue}.dead", *(retries_of(queue, delay).name for delay in RETRY_DELAYS)):
                connection.default_channel.queue_delete(each)
        connection.default_channel.queue_delete("rpc-sample")


@pytest.fixture
def sample_database(sample):
    """The sample's database."""
    with MongoClient(sample.environment["MONGO_URI"]) as client:
        yield client[sample.environment["MONGO_DATABASE"]]
