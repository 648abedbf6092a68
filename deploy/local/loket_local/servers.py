"""The broker and the database: private ones, or those that AMQP_URI and MONGO_URI name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import mongodb, rabbitmq
from .ports import require_free
from .processes import StartFailed

NEEDED_BYTES = 1 << 30
Report = Callable[[str], None]


@dataclass
class Servers:
    """Where the broker and the database are, and which of the two run as our children."""

    amqp_uri: str = ""
    mongo_uri: str = ""
    broker: rabbitmq.RabbitMQ | None = None
    database: mongodb.MongoDB | None = None
    own: list[rabbitmq.RabbitMQ | mongodb.MongoDB] = field(default_factory=list)

    def stop(self) -> None:
        for server in self.own:
            server.stop()


def start(
    folder: Path,
    amqp_port: int,
    mongo_port: int,
    report: Report = lambda _: None,
    environment: Mapping[str, str] = os.environ,
) -> Servers:
    """Start what the environment does not name already.

    `folder` holds the data and the logs; `report` gets a sentence for each step.
    Raises StartFailed with what to do when a server cannot be had.
    """
    _require_space(folder)
    servers = Servers(environment.get("AMQP_URI", ""), environment.get("MONGO_URI", ""))
    logs = folder / "logs"
    try:
        if servers.mongo_uri:
            report("MongoDB: the one that MONGO_URI names")
        else:
            require_free(mongo_port, "MongoDB", "LOKET_MONGO_PORT")
            report(f"MongoDB: starting on port {mongo_port}")
            servers.database = mongodb.start(folder / "mongodb", mongo_port, logs, on_socket=True)
            servers.own.append(servers.database)
            servers.mongo_uri = servers.database.uri
        if servers.amqp_uri:
            report("RabbitMQ: the one that AMQP_URI names")
        else:
            require_free(amqp_port, "RabbitMQ", "LOKET_AMQP_PORT")
            if rabbitmq.find_server() is None:
                report("RabbitMQ: installing Debian's rabbitmq-server (once, about a minute)")
            rabbitmq.find_or_install()
            report(f"RabbitMQ: starting on port {amqp_port}")
            servers.broker = rabbitmq.start(folder / "rabbitmq", amqp_port, logs)
            servers.own.append(servers.broker)
            servers.amqp_uri = servers.broker.uri
    except BaseException:
        servers.stop()
        raise
    return servers


def _require_space(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise StartFailed(
            f"The disk of {folder.resolve()} has {free >> 20} MiB free; Loket needs {NEEDED_BYTES >> 20} MiB to start. "
            "Make room, or choose another folder: LOKET_FOLDER=<folder> make run"
        )
