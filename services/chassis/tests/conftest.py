"""A sample service as a real process on the real broker and database."""

from __future__ import annotations

import os
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection, Queue
from nameko.exceptions import deserialize_to_instance
from nameko.standalone.rpc import ServiceRpcProxy
from pymongo import MongoClient

from loket_contracts.errors import Refusal
from loket_local.components import Component
from loket_local.ports import find_free

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

    def answer_to(self, method, args, headers):
        """The answer to a call that the test writes itself."""
        with Connection(self.environment["AMQP_URI"]) as connection:
            replies = connection.SimpleQueue(Queue(f"rpc.reply-{uuid.uuid4().hex}", exclusive=True, auto_delete=True))
            replies.queue.bind_to("nameko-rpc", replies.queue.name)
            connection.Producer().publish(
                {"args": args, "kwargs": {}}, exchange="nameko-rpc", routing_key=f"sample.{method}",
                reply_to=replies.queue.name, correlation_id="a", headers=headers, serializer="json",
            )  # fmt: skip
            return replies.get(timeout=5).payload


@pytest.fixture
def sample(servers, folder) -> Iterator[Sample]:
    (port,) = find_free(1)
    name = f"sample_{uuid.uuid4().hex[:10]}"
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(HERE),
        "AMQP_URI": servers.amqp_uri,
        "MONGO_URI": servers.mongo_uri,
        "MONGO_DATABASE": name,
        "HTTP_ADDRESS": f"127.0.0.1:{port}",
        "GREETING": "hello",
        "LOG_LEVEL": "INFO",
    }
    running = Sample("sample", port, environment, folder / "logs" / f"{name}.log")
    running.start()
    running.wait_until("ready")
    yield running
    running.child.kill()
    MongoClient(servers.mongo_uri).drop_database(name)
    with Connection(servers.amqp_uri) as connection:
        for queue in ("sample.events", "sample.events.dead", "rpc-sample"):
            connection.default_channel.queue_delete(queue)


@pytest.fixture
def sample_database(sample, servers):
    """The sample's database."""
    return MongoClient(servers.mongo_uri)[sample.environment["MONGO_DATABASE"]]
