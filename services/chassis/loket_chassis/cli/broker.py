"""`loket broker`: the users of the services on RabbitMQ, and what each may do."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click

from .output import json_option, show_rows
from .text import SETTINGS, examples
from .user_files import folder_argument, passwords_in

ADDRESS = "pyamqp://127.0.0.1:5672//"


@click.group(context_settings=SETTINGS)
def broker() -> None:
    """Make a user on RabbitMQ for each service, which may do what that service does."""


@broker.command(epilog=examples("loket broker definitions /etc/loket/secrets | rabbitmqctl import_definitions"))
@click.option("--address", default=ADDRESS, show_default=True, help="Where services find the broker, for new files.")
@folder_argument
def definitions(address: str, folder: Path) -> None:
    """Print the users, permissions, exchanges and queues of the services, for `rabbitmqctl import_definitions`.

    FOLDER has the files amqp_uri_booking, amqp_uri_notification, amqp_uri_reporting and amqp_uri_gateway, each with the
    address, user and password of a service; one that is missing is made. Repeat the command and the import before each
    upgrade, and for new passwords: what exists and is the same stays.
    """
    from loket_contracts.rpc.permitted_calls import user_of

    from ..messaging.broker_definitions import definitions as definitions_of
    from ..messaging.broker_permissions import SERVICES

    passwords = passwords_in(folder, "amqp_uri", {service: user_of(service) for service in SERVICES}, address)
    path = urlsplit((folder / f"amqp_uri_{SERVICES[0]}").read_text().strip()).path
    click.echo(json.dumps(definitions_of(passwords, unquote(path[1:]) or "/"), indent=1))


@broker.command(epilog=examples("loket broker permissions --json"))
@json_option
def permissions(as_json: bool) -> None:
    """Show what the user of each service may do, as regular expressions over names and routing keys."""
    from loket_contracts.rpc.permitted_calls import user_of

    from ..messaging.broker_permissions import SERVICES, permissions_of

    rows = []
    for service in SERVICES:
        given = permissions_of(service)
        for what, read, write in (
            ("queues and exchanges", given.read, given.write),
            *((f"routing keys of {name}", topic.read, topic.write) for name, topic in given.topics.items()),
        ):
            rows.append({"user": user_of(service), "what": what, "read": read, "write": write})
    show_rows(rows, as_json, "")
