"""`loket backup`: back up and restore the databases of Loket. See `--help`."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError
from pyrage.x25519 import Identity, Recipient

from loket_chassis.cli.errors import CommandFailed, Unavailable
from loket_chassis.cli.options import mongo_uri_option
from loket_chassis.cli.text import SETTINGS, examples
from loket_chassis.storage import schema_version

from . import restore as restoring
from . import snapshot
from .archive import ArchiveReader, ArchiveWriter, Name, UnreadableBackup
from .encryption import MAGIC, PublicKey, decrypted, encrypted, new_identity, read_identities

DATABASES = ("loket_booking", "loket_gateway", "loket_notification", "loket_reporting")
#: the settings of booking that stored data depends on
SECRETS = ("LOKET_SECRET", "LOKET_SECRET_FALLBACKS", "LOKET_FEED_SECRET", "LOKET_PSEUDONYM_SECRET")
STANDARD = "-"
SELECTION_MS = 5000

database_option = click.option(
    "--database", "databases", multiple=True, default=DATABASES, show_default=True, help="May be given several times."
)
identity_option = click.option(
    "--identity",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    envvar="LOKET_BACKUP_IDENTITY",
    help="A file with the secret key (age). Needed for an encrypted backup.",
)
backup_argument = click.argument("backup", type=click.Path(exists=True, dir_okay=False, allow_dash=True))


@click.group(context_settings=SETTINGS)
def backup() -> None:
    """Back up the databases of all services at one moment, while they work, and restore them."""


@backup.command(epilog=examples("loket backup keygen loket.key   # once; store loket.key away from the server"))
@click.argument("file", type=click.Path(path_type=Path))
def keygen(file: Path) -> None:
    """Write a new secret key to FILE, and print its public key.

    Backups are encrypted to the public key. Only the secret key opens them: without it they are lost.
    """
    try:
        public = new_identity(file)
    except FileExistsError as error:
        raise CommandFailed(f"{file} exists. A key is never overwritten: backups may need it.") from error
    click.echo(public)
    click.echo(f"The secret key is in {file}. Store it away from the server, in two places.", err=True)


@backup.command(epilog=examples("loket backup create --recipient age1... /backups/monday.age"))
@mongo_uri_option
@database_option
@click.option(
    "--recipient", "recipients", multiple=True, type=PublicKey(), envvar="LOKET_BACKUP_RECIPIENTS",
    help="A public key (age1...) whose owner can read the backup. May be given several times.",
)  # fmt: skip
@click.option("--unencrypted", is_flag=True, help="Write personal data without encryption.")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True))
def create(
    mongo_uri: str, databases: Sequence[str], recipients: Sequence[Recipient], unencrypted: bool, file: str
) -> None:
    """Write a backup to FILE; - is standard output.

    All databases are read as they were at one moment; the services go on meanwhile. An encrypted backup includes
    LOKET_SECRET and the other LOKET_..._SECRET and LOKET_SECRET_FALLBACKS that are set: without them, the links of
    residents stop working after a restore, and booking does not start.
    """
    if bool(recipients) == unencrypted:
        raise click.UsageError("Give a --recipient, which `loket backup keygen` makes; or else --unencrypted.")
    secrets = {name: secret for name in SECRETS if (secret := _secret(name))} if recipients else {}
    with _connected(mongo_uri) as client, _written(file) as target, ExitStack() as stack:
        names = snapshot.collections(client, databases)
        if not names:
            raise CommandFailed(f"There is nothing to back up: {', '.join(databases)} have no collections.")
        plain = stack.enter_context(encrypted(target, recipients)) if recipients else target
        try:
            with ArchiveWriter(plain, _header(client, databases)) as archive:
                snapshot.copy(client, names, archive, _shows_progress(len(names)))
                if secrets:
                    archive.add_secrets(secrets)
        except snapshot.SnapshotExpired as error:
            raise CommandFailed(str(error)) from error
    click.echo(f"Backed up {len(names)} collections to {file}.", err=True)
    if SECRETS[0] not in secrets:
        click.echo("LOKET_SECRET is not in it. Store it elsewhere: residents' links depend on it.", err=True)


@backup.command(epilog=examples("loket backup verify --identity loket.key /backups/monday.age"))
@identity_option
@backup_argument
def verify(identity: Path | None, backup: str) -> None:
    """Read BACKUP to its end, and compare every collection with the list of contents. Nothing is changed."""
    _describe(_read_all(backup, identity))


@backup.command(epilog=examples("loket backup restore --identity loket.key --secrets secrets.env /backups/monday.age"))
@mongo_uri_option
@identity_option
@click.option("--replace", is_flag=True, help="Delete what the databases hold.")
@click.option(
    "--secrets", type=click.Path(dir_okay=False, path_type=Path),
    help="Write the secrets of the backup to this file, as settings.",
)  # fmt: skip
@backup_argument
def restore(mongo_uri: str, identity: Path | None, replace: bool, secrets: Path | None, backup: str) -> None:
    """Restore the databases of BACKUP. Stop all services first.

    docs/how-to/back-up-and-restore.md says what comes after: repeat the erasures made since,
    publish the latest events again, rebuild the figures.
    """
    if secrets is not None and secrets.exists():
        raise click.UsageError(f"{secrets} exists, and is not overwritten.")
    if backup != STANDARD:
        click.echo("Reading the backup to its end, before anything is changed.", err=True)
        _read_all(backup, identity)
    with _connected(mongo_uri) as client, _opened(backup, identity) as archive:
        try:
            restoring.require_restorable(client, archive.header, replace)
        except restoring.RestoreRefused as error:
            raise CommandFailed(str(error)) from error
        restoring.restore(client, archive, lambda name: click.echo(f"  {name}", err=True))
        _describe(archive)
        if secrets is not None:
            _write_secrets(secrets, archive.secrets)
    click.echo(f"Restored. Next: repeat the erasures made after {archive.header['time']}.", err=True)


def _secret(name: str) -> str | None:
    if file := os.environ.get(f"{name}_FILE"):
        return Path(file).read_text().strip()
    return os.environ.get(name)


def _header(client: MongoClient[Any], databases: Sequence[str]) -> dict[str, Any]:
    majors = {}
    for database in databases:
        found = client[database][schema_version.COLLECTION].find_one({"_id": schema_version.KEY})
        if found is not None:
            majors[database] = found["major"]
        elif client[database].list_collection_names():
            majors[database] = 0
    return {"time": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "databases": majors}


def _shows_progress(total: int) -> snapshot.Progress:
    done = 0

    def show(name: Name, count: int) -> None:
        nonlocal done
        done += 1
        click.echo(f"  {done}/{total} {name}: {count} documents", err=True)

    return show


def _read_all(backup: str, identity: Path | None) -> ArchiveReader:
    """Raises ClickException when anything is missing or damaged."""
    with _opened(backup, identity) as archive:
        for _ in archive:
            pass
        return archive


def _describe(archive: ArchiveReader) -> None:
    documents = sum(content.documents for content in archive.contents.values())
    click.echo(f"Backup of {archive.header['time']}: {len(archive.contents)} collections, {documents} documents.")


def _write_secrets(file: Path, secrets: dict[str, str]) -> None:
    if not secrets:
        raise CommandFailed("Restored, but the backup has no secrets.")
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as written:
        written.writelines(f"{name}={value}\n" for name, value in secrets.items())


@contextmanager
def _connected(mongo_uri: str) -> Iterator[MongoClient[Any]]:
    try:
        with MongoClient[Any](mongo_uri, appname="backup", serverSelectionTimeoutMS=SELECTION_MS) as client:
            yield client
    except PyMongoError as error:
        if isinstance(error, OperationFailure) and error.code == snapshot.UNAUTHORIZED:
            what, _, _ = str(error).partition(" to execute")
            raise CommandFailed(
                f"The database refused: {what}.",
                "Use the address of the user for backups (mongo_uri_backup), for a restore that of an administrator.",
            ) from error
        reason, _, _ = str(error).partition(", full error: ")
        raise Unavailable(
            f"The database failed: {reason}", "Start the database, or correct MONGO_URI (--mongo-uri)."
        ) from error


@contextmanager
def _written(file: str) -> Iterator[BinaryIO]:
    """A new file that has its name once it is complete."""
    if file == STANDARD:
        yield sys.stdout.buffer
        return
    partial = Path(f"{file}.partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            yield target
            target.flush()
            os.fsync(descriptor)
        partial.rename(file)
    except OSError as error:
        raise CommandFailed(f"{file} cannot be written: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _opened(backup: str, identity: Path | None) -> Iterator[ArchiveReader]:
    try:
        with ExitStack() as stack:
            source = sys.stdin.buffer if backup == STANDARD else stack.enter_context(open(backup, "rb"))
            yield ArchiveReader(stack.enter_context(_plain(source, identity)))
    except UnreadableBackup as error:
        raise CommandFailed(str(error)) from error


@contextmanager
def _plain(source: Any, identity: Path | None) -> Iterator[BinaryIO]:
    if source.peek(len(MAGIC))[: len(MAGIC)] != MAGIC:
        yield source
        return
    if identity is None:
        raise click.UsageError("This backup is encrypted. Give the file of the secret key with --identity.")
    try:
        identities: list[Identity] = read_identities(identity)
    except ValueError as error:
        raise CommandFailed(str(error)) from error
    with decrypted(source, identities) as plain:
        yield plain
