"""Codes that people read out and type, in Crockford's base 32 (https://www.crockford.com/base32.html)."""

from __future__ import annotations

import secrets

#: without letters that look like another character
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOK_ALIKE = str.maketrans("OIL", "011")


def random_code(length: int) -> str:
    """Return a random code of this many characters, with five bits each."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def grouped(code: str, size: int = 4) -> str:
    """Return the code in groups with hyphens between them: `7K3Q-9F2M`."""
    return "-".join(code[at : at + size] for at in range(0, len(code), size))


def normalised(text: str) -> str:
    """Return a typed code in capitals and without separators. O is read as 0, I and L as 1."""
    return "".join(character for character in text.upper() if character.isalnum()).translate(_LOOK_ALIKE)
