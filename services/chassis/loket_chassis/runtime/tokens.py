"""Secrets that are handed out: of each, only a hash is kept."""

from __future__ import annotations

import hashlib


def hash_of(token: str) -> str:
    """A token has 256 random bits, so a plain hash of it cannot be searched."""
    return hashlib.sha256(token.encode()).hexdigest()
