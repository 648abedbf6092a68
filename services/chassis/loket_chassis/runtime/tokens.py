"""Hash tokens: only the hash of a token is stored."""

from __future__ import annotations

import hashlib


def hash_of(token: str) -> str:
    """The SHA-256 of a token. It needs no salt: a token has 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
