"""The reference of an appointment."""

from __future__ import annotations

from loket_contracts.base32 import ALPHABET, grouped, normalised

LENGTH = 8


def read_reference(text: str) -> str | None:
    """The reference as it is stored, from any spelling; None when the text cannot be one."""
    code = normalised(text)
    return grouped(code) if len(code) == LENGTH and set(code) <= set(ALPHABET) else None
