"""Probes and figures over HTTP, for every service."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from nameko.extensions import DependencyProvider
from nameko.web.handlers import http
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import PyMongoError
from werkzeug.wrappers import Request, Response

from ..messaging.queue_consumer import QueueConsumer
from ..storage.connection import MongoConnection


class Readiness(DependencyProvider):
    """Gives a service class a function that tells whether its queues are read: "ok" or what is wrong.

    A service that does not read its queues is not ready: nobody could call it. One that has not started whole, because
    the database is away, says what it waits for.
    """

    queue_consumer = QueueConsumer()

    def ask(self) -> dict[str, str]:
        return {"broker": self.queue_consumer.state, **self.container.waits_for}

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.ask


class ReadinessWithDatabase(Readiness):
    """The same for a service that has a database."""

    connection = MongoConnection()

    def ask(self) -> dict[str, str]:
        return {**super().ask(), "database": self._database()}

    def _database(self) -> str:
        try:
            self.connection.client.admin.command("ping")
            return "ok"
        except PyMongoError as error:
            return f"cannot be reached: {type(error).__name__}"


def probes(entrypoint: Callable[..., Any] = http) -> type:
    """A class to derive a service from that has `readiness`: the three addresses that an operator's tools ask.

    `entrypoint`: the HTTP decorator of the service, when it is not nameko's own.
    """

    class Probes:
        readiness: Any

        @entrypoint("GET", "/health/live")
        def live(self, request: Request) -> Response:
            """The process runs and its event loop turns."""
            return Response('{"status": "ok"}\n', mimetype="application/json")

        @entrypoint("GET", "/health/ready")
        def ready(self, request: Request) -> Response:
            """All that this process needs answers; 503 with what does not."""
            parts = self.readiness()
            fine = all(state == "ok" for state in parts.values())
            body = json.dumps({"status": "ok" if fine else "unavailable", **parts}) + "\n"
            return Response(body, status=200 if fine else 503, mimetype="application/json")

        @entrypoint("GET", "/metrics")
        def metrics(self, request: Request) -> Response:
            return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return Probes


Probes = probes()
