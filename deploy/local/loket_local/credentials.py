"""The secrets of one folder of data: each is generated once, and only its owner can read it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path

OWNER_ONLY = 0o600


def secret_of(folder: Path) -> str:
    """The LOKET_SECRET of booking, from which residents' links follow."""
    return _generated(folder / "secret", 32)


def administrator_password_of(folder: Path) -> str:
    """The password of the administrator of the private RabbitMQ or MongoDB in this folder."""
    return _generated(folder / "password", 24)


def user_passwords_of(folder: Path, owners: Iterable[str]) -> dict[str, str]:
    """The password of each service, and of other owners, on the private RabbitMQ or MongoDB in this folder."""
    return {owner: _generated(folder / f"password-{owner}", 24) for owner in owners}


def member_key_of(folder: Path) -> Path:
    """The file with which members of the private replica set know each other."""
    _generated(folder / "key", 48)
    return folder / "key"


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
