"""`loket database`: the users of the services on MongoDB."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .errors import CommandFailed, Unavailable
from .options import mongo_uri_option
from .text import SETTINGS, examples
from .user_files import folder_argument, passwords_in, without_login

SELECTION_MS = 10_000


@click.group(context_settings=SETTINGS)
def database() -> None:
    """Make a user on MongoDB for each service, with rights on its own database alone."""


@database.command(
    epilog=examples(
        "loket database users --mongo-uri 'mongodb://admin:...@127.0.0.1:27017/?replicaSet=loket' /etc/loket/secrets"
    )
)
@mongo_uri_option
@click.option("--address", help="Where the services find the database, for new files; that of --mongo-uri by default.")
@click.option(
    "--database", "renamed", multiple=True, metavar="SERVICE=NAME",
    help="The database of a service whose MONGO_DATABASE is not loket_SERVICE. May be given several times.",
)  # fmt: skip
@folder_argument
def users(mongo_uri: str, address: str | None, renamed: tuple[str, ...], folder: Path) -> None:
    """Make the users, or give those that exist the passwords of FOLDER.

    The user in --mongo-uri must be an administrator (role userAdminAnyDatabase or root). FOLDER has the files
    mongo_uri_booking, mongo_uri_notification, mongo_uri_reporting, mongo_uri_gateway and mongo_uri_backup, each with an
    address, user and password; one that is missing is made.
    """
    from pymongo import MongoClient
    from pymongo.errors import OperationFailure, PyMongoError

    from loket_contracts.rpc.permitted_calls import user_of

    from ..storage.database_users import BACKUP, DATABASES, make_users

    databases = dict(DATABASES)
    for each in renamed:
        service, is_given, name = each.partition("=")
        if service not in databases or not is_given or not name:
            raise click.BadParameter(f"{each} is not SERVICE=NAME, with one of {', '.join(databases)}.")
        databases[service] = name
    owners = {owner: user_of(owner) for owner in (*databases, BACKUP)}
    passwords = passwords_in(folder, "mongo_uri", owners, address or without_login(mongo_uri))
    try:
        with MongoClient[Any](mongo_uri, appname="database-users", serverSelectionTimeoutMS=SELECTION_MS) as client:
            make_users(client, passwords, databases)
    except OperationFailure as error:
        raise CommandFailed(
            f"The database refused: {error.details and error.details.get('errmsg')}",
            "Use the address of an administrator (--mongo-uri).",
        ) from error
    except PyMongoError as error:
        reason, _, _ = str(error).partition(", Timeout: ")
        raise Unavailable(
            f"The database cannot be reached: {reason}", "Start the database, or correct MONGO_URI (--mongo-uri)."
        ) from error
    click.echo(f"{len(passwords)} users have the passwords of {folder}.")
