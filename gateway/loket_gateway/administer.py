"""`loket-access`: manage accounts and API keys of a municipality from the command line."""

from __future__ import annotations

import datetime as dt
import getpass

import click
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from loket_chassis.runtime.cli_options import mongo_uri_option

from .access.account_changes import AccountChanges
from .access.audit import AccessLog
from .access.keys import Keys
from .access.roles import HUMAN_ROLES, ROLES, Grant, grants
from .http.clock import now


class Stores:
    """The stores of the gateway, and the operator's name for the log."""

    def __init__(self, uri: str, database: str, who: str) -> None:
        client = MongoClient[dict[str, object]](uri, tz_aware=True, w="majority", serverSelectionTimeoutMS=5000)
        self.who = f"prompt:{who}"
        self.changes = AccountChanges(client[database])
        self.accounts = self.changes.accounts
        self.keys = Keys(client[database])
        self.log = AccessLog(client[database])
        self.keys.create_indexes()

    def note(self, municipality: str, action: str, whom: str) -> None:
        self.log.record(municipality, self.who, action, now(), whom)


@click.group()
@mongo_uri_option
@click.option("--database", envvar="MONGO_DATABASE", default="loket_gateway", show_default=True)
@click.option("--who", default=getpass.getuser, help="The operator, for the access log.")
@click.pass_context
def main(context: click.Context, mongo_uri: str, database: str, who: str) -> None:
    """Manage access to the desk of a municipality."""
    try:
        context.obj = Stores(mongo_uri, database, who)
    except PyMongoError as error:
        raise click.ClickException(f"The database cannot be reached: {error}") from error


role_option = click.option(
    "--role", "roles", multiple=True, required=True, metavar="ROLE[/TEAM]",
    help=f"May be given several times: {', '.join(ROLES)}; the first {len(HUMAN_ROLES)} are for people.",
)  # fmt: skip


@main.command("add-account")
@click.argument("municipality")
@click.argument("name")
@role_option
@click.pass_obj
def add_account(stores: Stores, municipality: str, name: str, roles: tuple[str, ...]) -> None:
    """Create an account, and print its initial password, which must be changed within a week."""
    password = stores.changes.add(municipality, name, _grants(roles), now())
    if password is None:
        raise click.ClickException(f"There is an account {name} already. A new password: loket-access reset-password")
    stores.note(municipality, "account made", name)
    click.echo(password)


@main.command("reset-password")
@click.argument("municipality")
@click.argument("name")
@click.pass_obj
def reset_password(stores: Stores, municipality: str, name: str) -> None:
    """Print a new initial password. This also allows attempts again after wrong passwords."""
    password = stores.changes.give_password(municipality, name, now())
    if password is None:
        raise click.ClickException(f"There is no account {name} in {municipality}.")
    stores.note(municipality, "password given", name)
    click.echo(password)


@main.command("close-account")
@click.argument("municipality")
@click.argument("name")
@click.pass_obj
def close_account(stores: Stores, municipality: str, name: str) -> None:
    """Close an account and end its sessions."""
    if not stores.changes.change(municipality, name, active=False):
        raise click.ClickException(f"There is no account {name} in {municipality}.")
    stores.note(municipality, "account changed", name)


@main.command("remove-second-factor")
@click.argument("municipality")
@click.argument("name")
@click.pass_obj
def remove_second_factor(stores: Stores, municipality: str, name: str) -> None:
    """Remove the authenticator app of a user who lost it, and end their sessions."""
    if not stores.changes.remove_second_factor(municipality, name):
        raise click.ClickException(f"There is no account {name} in {municipality}.")
    stores.note(municipality, "second factor removed", name)


@main.command("accounts")
@click.argument("municipality")
@click.pass_obj
def list_accounts(stores: Stores, municipality: str) -> None:
    """List accounts and their roles."""
    for each in stores.accounts.list_of(municipality):
        state = "" if each.active else "  closed"
        click.echo(f"{each.name:<20} {' '.join(map(str, each.grants))}{state}")


@main.command("add-key")
@click.argument("municipality")
@click.argument("name")
@role_option
@click.option("--days", type=click.IntRange(1, 3650), help="How long the key is valid; for ever if left out.")
@click.pass_obj
def add_key(stores: Stores, municipality: str, name: str, roles: tuple[str, ...], days: int | None) -> None:
    """Create an API key for a portal or a machine, and print it. It cannot be shown again."""
    expires = None if days is None else now() + dt.timedelta(days=days)
    key = stores.keys.add(municipality, name, _grants(roles), now(), expires)
    if key is None:
        raise click.ClickException(f"There is a key {name} already. A new one beside it: loket-access renew-key")
    stores.note(municipality, "key made", name)
    click.echo(key)


@main.command("renew-key")
@click.argument("municipality")
@click.argument("name")
@click.pass_obj
def renew_key(stores: Stores, municipality: str, name: str) -> None:
    """Print a new key; the old one stays valid for a day. A key that expires gets another year."""
    key = stores.keys.renew(municipality, name, now())
    if key is None:
        raise click.ClickException(f"There is no key {name} in {municipality}.")
    stores.note(municipality, "key renewed", name)
    click.echo(key)


@main.command("remove-key")
@click.argument("municipality")
@click.argument("name")
@click.pass_obj
def remove_key(stores: Stores, municipality: str, name: str) -> None:
    """Revoke a key. It takes effect within seconds."""
    if not stores.keys.remove(municipality, name):
        raise click.ClickException(f"There is no key {name} in {municipality}.")
    stores.note(municipality, "key removed", name)


@main.command("keys")
@click.argument("municipality")
@click.pass_obj
def list_keys(stores: Stores, municipality: str) -> None:
    """List keys, their roles, when each was last used and when it expires."""
    for each in stores.keys.list_of(municipality):
        expires = f"  expires {each.expires:%Y-%m-%d}" if each.expires else ""
        click.echo(f"{each.name:<20} {' '.join(map(str, each.grants)):<20} used {each.used_on or 'never'}{expires}")


def _grants(roles: tuple[str, ...]) -> tuple[Grant, ...]:
    try:
        return grants(roles)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
