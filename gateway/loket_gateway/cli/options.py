"""The options of commands that work on the database of the gateway.

What takes long to import is imported when a command runs, not for help and completion.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import click

from loket_chassis.cli.client import who_option
from loket_chassis.cli.errors import CommandFailed, Unavailable
from loket_chassis.cli.options import mongo_uri_option

from ..access.roles import HUMAN_ROLES, ROLES, Grant, grants

F = TypeVar("F", bound=Callable[..., Any])

role_option = click.option(
    "--role", "roles", multiple=True, required=True, metavar="ROLE[/TEAM]",
    help=f"May be given several times: {', '.join(ROLES)}; the first {len(HUMAN_ROLES)} are for people.",
)  # fmt: skip


def with_stores(command: F) -> F:
    """The options of a command that works on the database of the gateway; its first argument is a Stores."""

    @mongo_uri_option
    @click.option("--database", envvar="MONGO_DATABASE", default="loket_gateway", show_default=True)
    @who_option
    @wraps(command)
    def run(mongo_uri: str, database: str, who: str, **arguments: Any) -> Any:
        from pymongo.errors import PyMongoError

        from .stores import Stores

        try:
            return command(Stores(mongo_uri, database, who), **arguments)
        except PyMongoError as error:
            reason, _, _ = str(error).partition(", full error: ")
            raise Unavailable(
                f"The database cannot be reached: {reason}", "Start the database, or correct MONGO_URI (--mongo-uri)."
            ) from error

    return run  # type: ignore[return-value]


def granted(roles: tuple[str, ...]) -> tuple[Grant, ...]:
    """The grants that the option --role names. Raises CommandFailed for an unknown role."""
    try:
        return grants(roles)
    except ValueError as error:
        raise CommandFailed(str(error), f"Use one of {', '.join(ROLES)}, such as --role lead/milieu.") from error
