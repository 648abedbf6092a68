"""A sample service as a real process on the real broker and database."""

from __future__ import annotations

import json
import os
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from kombu import Connection, Queue
from nameko.exceptions import deserialize_to_instance
from nameko.standalone.rpc import ServiceRpcProxy
from pymongo import MongoClient

from loket_contracts.errors import Refusal
from loket_local.components import Component
from loket_local.ports import LOOPBACK, find_free
from tests.faults.proxy import Proxy

deserialize_to_instance(Refusal)
HERE = Path(__file__).parent


class Sample(Component):
    """The sample service: started, killed and asked by the tests. Each has a database of its own."""

    def start(self, **environment: str) -> None:
        from loket_local.processes import Child

        self.child = Child.start(
            self.name, [sys.executable, HERE / "sample.py"], self.log, {**self.environment, **environment}
        )

    def ask(self, method, *args, **kwargs):
        with ServiceRpcProxy("sample", {"AMQP_URI": self.environment["AMQP_URI"]}, timeout=4) as proxy:
            return getattr(proxy, method)(*args, **kwargs)

    def lines(self) -> list[dict[str, Any]]:
        """Its log. Raises ValueError for a line that is not JSON."""
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

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


@pytest.fixture
def sample(servers, folder) -> Iterator[Sample]:
    with _sample(servers, folder, servers.amqp_uri, servers.mongo_uri) as running:
        running.start()
        running.wait_until("ready")
        yield running


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
def proxied(servers, folder) -> Iterator[Proxied]:
    """The sample service, not started yet, whose broker and database the test takes away."""
    amqp, mongo = urlsplit(servers.amqp_uri), urlsplit(servers.mongo_uri)
    broker, database = Proxy([amqp.port]), Proxy([mongo.port])
    amqp_uri = servers.amqp_uri.replace(f":{amqp.port}", f":{broker.port}")
    # a replica set names the address of its own port, which is not that of the proxy
    mongo_uri = f"mongodb://{LOOPBACK}:{database.port}/?directConnection=true"
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
        for queue in ("sample.events", "sample.events.dead", "sample.batches", "sample.batches.dead", "rpc-sample"):
            connection.default_channel.queue_delete(queue)


@pytest.fixture
def sample_database(sample, servers):
    """The sample's database."""
    return MongoClient(servers.mongo_uri)[sample.environment["MONGO_DATABASE"]]
