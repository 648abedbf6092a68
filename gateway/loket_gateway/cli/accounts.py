"""`loket accounts`: the accounts of a municipality's staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from loket_chassis.cli.errors import CommandFailed
from loket_chassis.cli.output import json_option, show_rows, show_value
from loket_chassis.cli.text import SETTINGS, examples

from ..http.clock import now
from .options import granted, role_option, with_stores

if TYPE_CHECKING:
    from .stores import Stores

municipality_argument = click.argument("municipality")
name_argument = click.argument("name")


@click.group(context_settings=SETTINGS)
def accounts() -> None:
    """Manage the accounts of staff."""


@accounts.command("list", epilog=examples("loket accounts list rumst", "loket accounts list rumst --json"))
@with_stores
@json_option
@municipality_argument
def list_(stores: Stores, municipality: str, as_json: bool) -> None:
    """List accounts and their roles."""
    rows = [
        {"name": each.name, "roles": list(map(str, each.grants)), "active": each.active}
        for each in stores.accounts.list_of(municipality)
    ]
    show_rows(rows, as_json, f"{municipality} has no accounts. The first one: loket accounts add --role admin")


@accounts.command(epilog=examples(
    "loket accounts add rumst beheer --role admin",
    "loket accounts add rumst avertommen --role lead/milieu --role agent/ro",
))  # fmt: skip
@with_stores
@json_option
@municipality_argument
@name_argument
@role_option
def add(stores: Stores, municipality: str, name: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Create an account, and print its initial password, which must be changed within a week."""
    password = stores.changes.add(municipality, name, granted(roles), now())
    if password is None:
        raise CommandFailed(
            f"There is an account {name} already.",
            f"For a new password: loket accounts reset-password {municipality} {name}",
        )
    stores.note(municipality, "account made", name)
    show_value("password", password, as_json)


@accounts.command("reset-password", epilog=examples("loket accounts reset-password rumst avertommen"))
@with_stores
@json_option
@municipality_argument
@name_argument
def reset_password(stores: Stores, municipality: str, name: str, as_json: bool) -> None:
    """Print a new initial password. This also allows attempts again after wrong passwords."""
    password = stores.changes.give_password(municipality, name, now())
    if password is None:
        raise _unknown(municipality, name)
    stores.note(municipality, "password given", name)
    show_value("password", password, as_json)


@accounts.command(epilog=examples("loket accounts close rumst avertommen"))
@with_stores
@municipality_argument
@name_argument
def close(stores: Stores, municipality: str, name: str) -> None:
    """Close an account and end its sessions."""
    if not stores.changes.change(municipality, name, active=False):
        raise _unknown(municipality, name)
    stores.note(municipality, "account changed", name)


@accounts.command("remove-second-factor", epilog=examples("loket accounts remove-second-factor rumst avertommen"))
@with_stores
@municipality_argument
@name_argument
def remove_second_factor(stores: Stores, municipality: str, name: str) -> None:
    """Remove the authenticator app of a user who lost it, and end their sessions."""
    if not stores.changes.remove_second_factor(municipality, name):
        raise _unknown(municipality, name)
    stores.note(municipality, "second factor removed", name)


def _unknown(municipality: str, name: str) -> CommandFailed:
    return CommandFailed(
        f"There is no account {name} in {municipality}.", f"For the accounts: loket accounts list {municipality}"
    )
