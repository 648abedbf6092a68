"""The reference of an appointment, in any spelling."""

from __future__ import annotations

#: Crockford's base 32, without letters that look alike
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
_LOOK_ALIKE = str.maketrans("OIL", "011")


def formatted(code: str) -> str:
    """`7K3Q-9F2M`"""
    return f"{code[:4]}-{code[4:]}"


def read_reference(text: str) -> str | None:
    """The reference as it is stored; None when the text cannot be one. O is read as 0, I and L as 1."""
    code = "".join(each for each in text.upper() if each.isalnum()).translate(_LOOK_ALIKE)
    return formatted(code) if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
