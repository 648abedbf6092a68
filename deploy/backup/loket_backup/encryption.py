"""Encrypt a stream with age (https://age-encryption.org/v1): the program `age` reads what this writes.

A backup is encrypted to public keys. The machine that makes it needs no secret, and cannot read it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click
import pyrage
from pyrage.x25519 import Identity, Recipient

from .archive import UnreadableBackup

MAGIC = b"age-encryption.org/"


class PublicKey(click.ParamType):
    """The public key of an age identity: age1..."""

    name = "age1..."

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Recipient:
        try:
            return Recipient.from_str(value)
        except pyrage.RecipientError:
            self.fail("This is not a public key of age. `loket backup keygen FILE` prints one.", param, ctx)


def new_identity(file: Path) -> str:
    """Write a new secret key, which only its owner can read. Returns its public key. Raises FileExistsError."""
    identity = Identity.generate()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as written:
        written.write(f"# public key: {identity.to_public()}\n{identity}\n")
    return str(identity.to_public())


def read_identities(file: Path) -> list[Identity]:
    """The secret keys in a file as age-keygen writes it. Raises ValueError."""
    lines = [line.strip() for line in file.read_text().splitlines()]
    try:
        found = [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError as error:
        raise ValueError(f"{file} has a line that is not a secret key of age") from error
    if not found:
        raise ValueError(f"{file} has no secret key")
    return found


@contextmanager
def encrypted(target: BinaryIO, recipients: Sequence[Recipient]) -> Iterator[BinaryIO]:
    """A stream whose content arrives in `target` encrypted. Raises OSError when `target` does not take it."""
    read_end, write_end = os.pipe()

    def run() -> None:
        with os.fdopen(read_end, "rb") as source:
            pyrage.encrypt_io(source, target, recipients)

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(run)
        try:
            with os.fdopen(write_end, "wb") as sink:
                yield sink
        finally:
            if (error := job.exception()) is not None:
                raise OSError(f"The backup cannot be written: {error}") from error


@contextmanager
def decrypted(source: BinaryIO, identities: Sequence[Identity]) -> Iterator[BinaryIO]:
    """The content of an encrypted stream. Raises UnreadableBackup, also instead of an error that follows from it."""
    read_end, write_end = os.pipe()

    def run() -> None:
        with os.fdopen(write_end, "wb") as sink:
            pyrage.decrypt_io(source, sink, identities)

    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(run)
        try:
            with os.fdopen(read_end, "rb") as plain:
                yield plain
        finally:
            error = job.exception()
            if isinstance(error, pyrage.DecryptError):
                raise UnreadableBackup(
                    f"The backup cannot be decrypted: {error}. Is it the secret key of a public key of the backup?"
                ) from error
            if error is not None and "Broken pipe" not in str(error):  # it stops when the reader stops
                raise UnreadableBackup(f"The backup is damaged or incomplete: {error}") from error
