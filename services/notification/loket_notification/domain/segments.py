"""How an SMS is cut: GSM 7-bit or UCS-2, and in how many segments (3GPP TS 23.038 and 23.040).

160 signs of the GSM alphabet, or 70 UTF-16 units, fit in one message; in a longer one each segment gives seven signs or
three units to the header that joins it to the others. Signs of the extension table count twice. The alphabet has é è ù
ì ò à ä ö ü ß ñ, but none of ç ê ë ï â î ô û: one of those makes the whole text UCS-2.
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
BASIC = {sign: place for place, sign in enumerate(ALPHABET) if sign != ESCAPE}
#: what stands for a sign that the alphabet lacks, where taking off the accent does not help
LOOKALIKES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ",
                            "\u202f": " ", "œ": "oe", "Œ": "OE"})  # fmt: skip


@dataclass(frozen=True)
class Cut:
    """`encoding`: GSM-7 or UCS-2. `units`: septets, or UTF-16 units."""

    encoding: str
    units: int
    segments: int


def cut(text: str) -> Cut:
    """How the text is sent."""
    encoding, sizes = _measure(text)
    return Cut(encoding, sum(sizes), len(parts(text)))


def parts(text: str) -> list[str]:
    """The text as it goes into each segment. No sign is cut in two, so a segment may stay one short."""
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
    """The encoding, and what each sign takes of it."""
    if all(sign in BASIC or sign in EXTENSION for sign in text):
        return "GSM-7", [2 if sign in EXTENSION else 1 for sign in text]
    return "UCS-2", [2 if ord(sign) > 0xFFFF else 1 for sign in text]


def septets(text: str) -> bytes:
    """The text in the GSM alphabet, one septet a byte. Raises KeyError for a sign that it lacks."""
    found = bytearray()
    for sign in text:
        if sign in BASIC:
            found.append(BASIC[sign])
        else:
            found += bytes([ord(ESCAPE), EXTENSION[sign]])
    return bytes(found)


def plain(text: str) -> str:
    """The text in the GSM alphabet as far as that goes: quotes and dashes made plain, foreign accents taken off."""
    return "".join(_plain(sign) for sign in text.translate(LOOKALIKES))


def _plain(sign: str) -> str:
    if sign in BASIC or sign in EXTENSION:
        return sign
    bare = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    return bare if bare and all(part in BASIC for part in bare) else sign
