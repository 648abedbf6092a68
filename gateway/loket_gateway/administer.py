"""`loket-access`: manage accounts and API keys of a municipality from the command line."""

from __future__ import annotations

import getpass

import click
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from loket_chassis.runtime.cli_options import mongo_uri_option

from .access import passwords
from .access.accounts import Accounts
from .access.audit import AccessLog
from .access.keys import Keys
from .access.roles import HUMAN_ROLES, ROLES, Grant, grants
from .access.sessions import Sessions
from .http.clock import now


class Stores:
    """The stores of the gateway, and the operator's name for the log."""

    def __init__(self, uri: str, database: str, who: str) -> None:
        client = MongoClient[dict[str, object]](uri, tz_aware=True, w="majority", serverSelectionTimeoutMS=5000)
        self.who = f"prompt:{who}"
        self.accounts = Accounts(client[database])
        self.sessions = Sessions(client[database])
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
    """Create an account, and print its initial password, which must be changed at the first login."""
    password = passwords.generate_password()
    if not stores.accounts.add(municipality, name, _grants(roles), passwords.hash_password(password)):
        raise click.ClickException(f"There is an account {name} already. A new password: loket-access reset-password")
    stores.note(municipality, "account made", name)
    click.echo(password)


@main.command("reset-password")
@click.argument("municipality")
@click.argument("name")
@click.pass_obj
def reset_password(stores: Stores, municipality: str, name: str) -> None:
    """Print a new initial password. This also unlocks an account after wrong passwords."""
    password = passwords.generate_password()
    if not stores.accounts.set_password(municipality, name, passwords.hash_password(password), must_change=True):
        raise click.ClickException(f"There is no account {name} in {municipality}.")
    stores.sessions.end_all_of(municipality, name)
    stores.note(municipality, "password given", name)
    click.echo(password)


@main.command("close-account")
@click.argument("municipality")
@click.argument("name")
@click.pass_obj
def close_account(stores: Stores, municipality: str, name: str) -> None:
    """Close an account and end its sessions."""
    if not stores.accounts.change(municipality, name, active=False):
        raise click.ClickException(f"There is no account {name} in {municipality}.")
    stores.sessions.end_all_of(municipality, name)
    stores.note(municipality, "account changed", name)


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
@click.pass_obj
def add_key(stores: Stores, municipality: str, name: str, roles: tuple[str, ...]) -> None:
    """Create an API key for a portal or a machine, and print it. It cannot be shown again."""
    key = stores.keys.add(municipality, name, _grants(roles), now())
    if key is None:
        raise click.ClickException(f"There is a key {name} already. A new one beside it: loket-access renew-key")
    stores.note(municipality, "key made", name)
    click.echo(key)


@main.command("renew-key")
@click.argument("municipality")
@click.argument("name")
@click.pass_obj
def renew_key(stores: Stores, municipality: str, name: str) -> None:
    """Print a new key; the old one stays valid for a day."""
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
    """List keys, their roles, and when each was last used."""
    for each in stores.keys.list_of(municipality):
        click.echo(f"{each.name:<20} {' '.join(map(str, each.grants)):<20} used {each.used_on or 'never'}")


def _grants(roles: tuple[str, ...]) -> tuple[Grant, ...]:
    try:
        return grants(roles)
    except ValueError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
