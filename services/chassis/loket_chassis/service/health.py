"""Health probes and metrics over HTTP, for every service."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pymongo
from nameko.extensions import DependencyProvider
from nameko.web.handlers import HttpRequestHandler
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pymongo.errors import PyMongoError
from werkzeug.wrappers import Request, Response

from ..messaging.queue_consumer import QueueConsumer
from ..storage.connection import LONGEST_LOOKUP, MongoConnection
from .web_server import WebServer


class ProbeEntrypoint(HttpRequestHandler):
    """nameko's entrypoint for HTTP, on our web server."""

    server = WebServer()


class Readiness(DependencyProvider):
    """Gives a service class a function that returns the state of each part: "ok" or what is wrong.

    A service is ready once it consumes its queues and all of its extensions have started.
    """

    queue_consumer = QueueConsumer()

    def ask(self) -> dict[str, str]:
        return {"broker": self.queue_consumer.state, **self.container.states_of_waiting()}

    def get_dependency(self, worker_ctx: Any) -> Any:
        return self.ask


class ReadinessWithDatabase(Readiness):
    """Readiness of a service with a database."""

    connection = MongoConnection()

    def ask(self) -> dict[str, str]:
        return {**super().ask(), "database": self._database()}

    def _database(self) -> str:
        try:
            with pymongo.timeout(LONGEST_LOOKUP):
                self.connection.client.admin.command("ping")
            return "ok"
        except PyMongoError as error:
            return f"cannot be reached: {type(error).__name__}"


def probes(entrypoint: Callable[..., Any] = ProbeEntrypoint.decorator) -> type:
    """A base class for a service with `readiness`: the three endpoints for monitoring.

    `entrypoint`: the HTTP decorator of the service, when it has its own.
    """

    class Probes:
        readiness: Any

        @entrypoint("GET", "/health/live")
        def live(self, request: Request) -> Response:
            """Liveness: the event loop runs."""
            return Response('{"status": "ok"}\n', mimetype="application/json")

        @entrypoint("GET", "/health/ready")
        def ready(self, request: Request) -> Response:
            """Readiness: 200 when all parts are ok, else 503 with their states."""
            parts = self.readiness()
            fine = all(state == "ok" for state in parts.values())
            body = json.dumps({"status": "ok" if fine else "unavailable", **parts}) + "\n"
            return Response(body, status=200 if fine else 503, mimetype="application/json")

        @entrypoint("GET", "/metrics")
        def metrics(self, request: Request) -> Response:
            return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    return Probes


Probes = probes()
