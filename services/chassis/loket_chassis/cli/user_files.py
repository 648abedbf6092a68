"""The files with the address and password of each service, as compose.yaml, systemd and Kubernetes pass them on."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import click

from .errors import CommandFailed

folder_argument = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))


def passwords_in(folder: Path, setting: str, users: dict[str, str], address: str) -> dict[str, str]:
    """The password of each owner, from the file `<setting>_<owner>` in a folder, which is made when it is missing.

    `users`: the name of the user of each owner. `address`: without user and password, for new files. Raises
    CommandFailed for a file of another user.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {owner: _password_in(folder / f"{setting}_{owner}", user, address) for owner, user in users.items()}


def without_login(uri: str) -> str:
    """The address without user and password."""
    scheme, place, *rest = urlsplit(uri)
    return urlunsplit((scheme, place.rpartition("@")[2], *rest))


def _password_in(file: Path, user: str, address: str) -> str:
    if not file.exists():
        scheme, place, *rest = urlsplit(address)
        login = f"{user}:{secrets.token_hex(24)}"
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as written:
            written.write(urlunsplit((scheme, f"{login}@{place}", *rest)))
        click.echo(f"{file}: made", err=True)
    login, at, _ = urlsplit(file.read_text().strip()).netloc.rpartition("@")
    found, _, password = login.partition(":")
    if not at or unquote(found) != user or not password:
        raise CommandFailed(
            f"{file} is to hold an address with the user {user} and a password.", "Correct it, or move it away."
        )
    return unquote(password)
