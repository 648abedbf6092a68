"""Split an SMS into segments: GSM 7-bit or UCS-2, as specified (3GPP TS 23.038 and 23.040).

One message holds 160 characters of the GSM alphabet, or 70 UTF-16 units. In a longer one each segment gives seven
characters or three units to the header that joins it to the others. Characters of the extension table count twice. The
alphabet has é è ù ì ò à ä ö ü ß ñ, but none of ç ê ë ï â î ô û: one of those makes the whole text UCS-2.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

ESCAPE = "\x1b"
#: the basic alphabet in its order, and the extension table
ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
BASIC = {char: place for place, char in enumerate(ALPHABET) if char != ESCAPE}
#: replacements for characters outside the alphabet that have no base letter
LOOKALIKES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ",
                            "\u202f": " ", "œ": "oe", "Œ": "OE"})  # fmt: skip


@dataclass(frozen=True)
class Cut:
    """`encoding`: GSM-7 or UCS-2. `units`: septets, or UTF-16 units."""

    encoding: str
    units: int
    segments: int


def cut(text: str) -> Cut:
    """The encoding and number of segments of the text."""
    encoding, sizes = _measure(text)
    return Cut(encoding, sum(sizes), len(parts(text)))


def parts(text: str) -> list[str]:
    """The text of each segment. A character is never split, so a segment may be one unit short."""
    encoding, sizes = _measure(text)
    alone, joined = (160, 153) if encoding == "GSM-7" else (70, 67)
    if sum(sizes) <= alone:
        return [text]
    found, begin, used = [], 0, 0
    for index, size in enumerate(sizes):
        if used + size > joined:
            found.append(text[begin:index])
            begin, used = index, 0
        used += size
    return [*found, text[begin:]]


def _measure(text: str) -> tuple[str, list[int]]:
    """The encoding, and the size of each character in it."""
    if all(char in BASIC or char in EXTENSION for char in text):
        return "GSM-7", [2 if char in EXTENSION else 1 for char in text]
    return "UCS-2", [2 if ord(char) > 0xFFFF else 1 for char in text]


def septets(text: str) -> bytes:
    """The text in the GSM alphabet, one septet a byte. Raises KeyError for a char that it lacks."""
    found = bytearray()
    for char in text:
        if char in BASIC:
            found.append(BASIC[char])
        else:
            found += bytes([ord(ESCAPE), EXTENSION[char]])
    return bytes(found)


def plain(text: str) -> str:
    """The text in the GSM alphabet as far as possible: plain quotes and dashes, no foreign accents."""
    return "".join(_plain(char) for char in text.translate(LOOKALIKES))


def _plain(char: str) -> str:
    if char in BASIC or char in EXTENSION:
        return char
    bare = "".join(part for part in unicodedata.normalize("NFKD", char) if not unicodedata.combining(part))
    return bare if bare and all(part in BASIC for part in bare) else char
