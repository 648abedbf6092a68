"""`loket keys`: the API keys of a municipality's portals and machines."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import click

from loket_chassis.cli.errors import CommandFailed
from loket_chassis.cli.output import json_option, show_rows, show_value
from loket_chassis.cli.text import SETTINGS, examples

from ..http.clock import now
from .accounts import municipality_argument, name_argument
from .options import granted, role_option, with_stores

if TYPE_CHECKING:
    from .stores import Stores


@click.group(context_settings=SETTINGS)
def keys() -> None:
    """Manage API keys of portals and machines."""


@keys.command("list", epilog=examples("loket keys list rumst"))
@with_stores
@json_option
@municipality_argument
def list_(stores: Stores, municipality: str, as_json: bool) -> None:
    """List keys, their roles, when each was last used and when it expires."""
    rows = [
        {"name": each.name, "roles": list(map(str, each.grants)), "used_on": each.used_on or "never",
         "expires": f"{each.expires:%Y-%m-%d}" if each.expires else "never"}
        for each in stores.keys.list_of(municipality)
    ]  # fmt: skip
    show_rows(rows, as_json, f"{municipality} has no keys. The first one: loket keys add --role portal")


@keys.command(epilog=examples(
    "loket keys add rumst stadsportaal --role portal", "loket keys add rumst export --role auditor --days 90"
))  # fmt: skip
@with_stores
@json_option
@municipality_argument
@name_argument
@role_option
@click.option("--days", type=click.IntRange(1, 3650), help="How long the key is valid; for ever if left out.")
def add(stores: Stores, municipality: str, name: str, roles: tuple[str, ...], days: int | None, as_json: bool) -> None:
    """Create an API key for a portal or a machine, and print it. It cannot be shown again."""
    expires = None if days is None else now() + dt.timedelta(days=days)
    key = stores.keys.add(municipality, name, granted(roles), now(), expires)
    if key is None:
        raise CommandFailed(
            f"There is a key {name} already.", f"For a new one beside it: loket keys renew {municipality} {name}"
        )
    stores.note(municipality, "key made", name)
    show_value("key", key, as_json)


@keys.command(epilog=examples("loket keys renew rumst stadsportaal"))
@with_stores
@json_option
@municipality_argument
@name_argument
def renew(stores: Stores, municipality: str, name: str, as_json: bool) -> None:
    """Print a new key; the old one stays valid for a day. A key that expires gets another year."""
    key = stores.keys.renew(municipality, name, now())
    if key is None:
        raise _unknown(municipality, name)
    stores.note(municipality, "key renewed", name)
    show_value("key", key, as_json)


@keys.command(epilog=examples("loket keys remove rumst stadsportaal"))
@with_stores
@municipality_argument
@name_argument
def remove(stores: Stores, municipality: str, name: str) -> None:
    """Revoke a key. It takes effect within seconds."""
    if not stores.keys.remove(municipality, name):
        raise _unknown(municipality, name)
    stores.note(municipality, "key removed", name)


def _unknown(municipality: str, name: str) -> CommandFailed:
    return CommandFailed(f"There is no key {name} in {municipality}.", f"For the keys: loket keys list {municipality}")
