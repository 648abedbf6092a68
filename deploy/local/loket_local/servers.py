"""The broker and the database: private ones, or those that AMQP_URI and MONGO_URI name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from loket_chassis.storage.database_users import BACKUP

from . import mongodb, rabbitmq
from .components import AMQP, MONGO, NAMES
from .ports import require_free
from .processes import StartFailed

NEEDED_BYTES = 1 << 30
Report = Callable[[str], None]


@dataclass
class Servers:
    """Where the broker and the database are, and which of the two run as our children."""

    #: those of an administrator
    amqp_uri: str = ""
    mongo_uri: str = ""
    #: by service, and of backups; a service that has none logs in as the administrator
    amqp_uris: Mapping[str, str] = field(default_factory=dict)
    mongo_uris: Mapping[str, str] = field(default_factory=dict)
    broker: rabbitmq.RabbitMQ | None = None
    database: mongodb.MongoDB | None = None
    own: list[rabbitmq.RabbitMQ | mongodb.MongoDB] = field(default_factory=list)

    def use(self, database: mongodb.MongoDB | None) -> None:
        """Have the services use a private MongoDB. None: the one that is named already."""
        if database is not None:
            self.database, self.mongo_uri = database, database.uri
            self.mongo_uris = {owner: database.uri_of(owner) for owner in (*NAMES, BACKUP)}

    def settings_of(self, service: str) -> dict[str, str]:
        """The settings with which a service reaches both."""
        return {
            AMQP: self.amqp_uris.get(service, self.amqp_uri),
            MONGO: self.mongo_uris.get(service, self.mongo_uri),
        }

    def as_environment(self) -> dict[str, str]:
        """The variables with which `start` names these servers, for another stack on them."""
        return {
            AMQP: self.amqp_uri,
            MONGO: self.mongo_uri,
            **{f"{AMQP}_{service.upper()}": uri for service, uri in self.amqp_uris.items()},
            **{f"{MONGO}_{service.upper()}": uri for service, uri in self.mongo_uris.items()},
        }

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
    """Start what the environment does not name already: AMQP_URI, and AMQP_URI_BOOKING for the user of a service.

    `folder` holds the data and the logs; `report` gets a sentence for each step.
    Raises StartFailed with what to do when a server cannot be had.
    """
    _require_space(folder)
    servers = Servers(
        environment.get(AMQP, ""), environment.get(MONGO, ""), _of_services(AMQP, environment),
        _of_services(MONGO, environment),
    )  # fmt: skip
    logs = folder / "logs"
    try:
        if servers.mongo_uri:
            report("MongoDB: the one that MONGO_URI names")
        else:
            require_free(mongo_port, "MongoDB", "LOKET_MONGO_PORT")
            report(f"MongoDB: starting on port {mongo_port}")
            database = mongodb.start(folder / "mongodb", mongo_port, logs, on_socket=True)
            servers.own.append(database)
            servers.use(database)
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
            servers.amqp_uris = {service: servers.broker.uri_of(service) for service in NAMES}
    except BaseException:
        servers.stop()
        raise
    return servers


def _of_services(setting: str, environment: Mapping[str, str]) -> dict[str, str]:
    """A setting by service, as the environment names it: AMQP_URI_BOOKING."""
    return {each: uri for each in (*NAMES, BACKUP) if (uri := environment.get(f"{setting}_{each.upper()}"))}


def _require_space(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES:
        raise StartFailed(
            f"The disk of {folder.resolve()} has {free >> 20} MiB free; Loket needs {NEEDED_BYTES >> 20} MiB to start. "
            "Make room, or choose another folder: LOKET_FOLDER=<folder> make run"
        )
