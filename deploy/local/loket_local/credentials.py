"""The secrets of one folder of data: each is generated once, and only its owner can read it."""

from __future__ import annotations

import secrets
from pathlib import Path

OWNER_ONLY = 0o600


def secret_of(folder: Path) -> str:
    """The LOKET_SECRET of booking, from which residents' links follow."""
    return _generated(folder / "secret", 32)


def broker_password_of(folder: Path) -> str:
    """The password with which the services log in to the private RabbitMQ."""
    return _generated(folder / "password", 24)


def write_for_owner(file: Path, text: str) -> None:
    """Replace the file by one that only its owner can read."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.new")
    new.unlink(missing_ok=True)
    new.touch(OWNER_ONLY, exist_ok=False)
    new.write_text(text)
    new.replace(file)


def _generated(file: Path, random_bytes: int) -> str:
    if not file.exists():
        write_for_owner(file, secrets.token_hex(random_bytes))
    file.chmod(OWNER_ONLY)
    return file.read_text()
