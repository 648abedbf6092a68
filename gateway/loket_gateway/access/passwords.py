"""Password hashes with Argon2id (RFC 9106), checked in a thread so that the event loop is not blocked."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from eventlet import tpool

SHORTEST = 12
LONGEST = 200
#: without l, 1, O and 0, which look alike on paper
_SIGNS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_hasher = PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1)  # OWASP, Password Storage Cheat Sheet
#: checked when there is no such account, so that timing does not reveal it
_NOBODY = _hasher.hash(secrets.token_urlsafe(24))
# each thread retains the 19 MiB of its last check, and more threads than cores are no faster
tpool.set_num_threads(2)


def generate_password() -> str:
    """Return a random initial password of 83 bits."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(5)) for _ in range(3))


def hash_password(password: str) -> str:
    found: str = tpool.execute(_hasher.hash, password)
    return found


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is right. It takes as long when there is no hash."""
    try:
        tpool.execute(_hasher.verify, stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None
