"""Passwords: kept as Argon2id (RFC 9106), checked in a thread so that the process goes on answering meanwhile."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from eventlet import tpool

SHORTEST = 12
LONGEST = 200
#: no l, 1, O or 0, which are read wrong from paper
_SIGNS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_hasher = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)  # OWASP, Password Storage Cheat Sheet
#: checked when there is no such account, so that both take as long
_NOBODY = _hasher.hash(secrets.token_urlsafe(24))
# a thread keeps the 19 MiB of its last check for good, and more threads than cores check no faster
tpool.set_num_threads(2)


def generate_password() -> str:
    """A password to begin with, to be changed at the first login: 83 bits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(3))


def hash_password(password: str) -> str:
    found: str = tpool.execute(_hasher.hash, password)
    return found


def verify_password(kept: str | None, password: str) -> bool:
    """Whether it is the password; takes as long when there is none to compare with."""
    try:
        tpool.execute(_hasher.verify, kept or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
