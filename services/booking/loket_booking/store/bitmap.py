"""The booked cells of an agenda as five words of 60 bits, on which MongoDB's bit operators work."""

from __future__ import annotations

from collections.abc import Sequence

from bson.int64 import Int64

from loket_chassis.storage.codec import SCHEMA_VERSION
from loket_chassis.storage.connection import Document

from ..domain.resource_day import AgendaKey, Placement
from .codecs import AGENDA_VERSION

WORD_BITS = 60
WORD_NAMES = ("b0", "b1", "b2", "b3", "b4")
FULL = (1 << WORD_BITS) - 1


def words_of(cells: int) -> list[tuple[str, int]]:
    """(field, bits) for every word in which the set has a cell."""
    parts = [(name, cells >> (WORD_BITS * index) & FULL) for index, name in enumerate(WORD_NAMES)]
    return [(name, bits) for name, bits in parts if bits]


def cells_in(document: Document) -> int:
    """The booked cells of an agenda document."""
    return sum(document.get(name, 0) << (WORD_BITS * index) for index, name in enumerate(WORD_NAMES))


def empty_agenda(key: AgendaKey, words: Sequence[str]) -> Document:
    """The fields of a new agenda document, with these words empty."""
    fields: Document = {"municipality": key.municipality, "resource": key.resource, "date": key.date.isoformat()}
    return fields | {SCHEMA_VERSION: AGENDA_VERSION} | {word: Int64(0) for word in words}


def set_bits(placement: Placement) -> Document:
    """The `$bit` update that books the cells of a placement."""
    return {name: {"or": Int64(bits)} for name, bits in words_of(placement.cells)}


def clear_bits(placement: Placement) -> Document:
    """The `$bit` update that frees the cells of a placement."""
    return {name: {"and": Int64(FULL & ~bits)} for name, bits in words_of(placement.cells)}
