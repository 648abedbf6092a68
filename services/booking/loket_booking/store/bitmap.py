"""The booked cells of an agenda as MongoDB keeps them: five words of 60 bits, so that its bit operators can be used."""

from __future__ import annotations

from collections.abc import Sequence

from bson.int64 import Int64

from loket_chassis.storage.connection import Document

from ..domain.resource_day import AgendaKey, Placement

WORD = 60
WORD_NAMES = ("b0", "b1", "b2", "b3", "b4")
FULL = (1 << WORD) - 1


def words_of(cells: int) -> list[tuple[str, int]]:
    """(field, bits) for every word that the set touches."""
    parts = [(name, cells >> (WORD * index) & FULL) for index, name in enumerate(WORD_NAMES)]
    return [(name, bits) for name, bits in parts if bits]


def cells_in(document: Document) -> int:
    """The booked cells that a document's words hold."""
    return sum(document.get(name, 0) << (WORD * index) for index, name in enumerate(WORD_NAMES))


def new_agenda(key: AgendaKey, words: Sequence[str]) -> Document:
    """The fields of an agenda that is made, with these words empty."""
    names: Document = {"municipality": key.municipality, "resource": key.resource, "date": key.date.isoformat()}
    return names | {word: Int64(0) for word in words}


def freed(placement: Placement) -> Document:
    """The change that clears the cells of a placement."""
    return {name: {"and": Int64(FULL & ~bits)} for name, bits in words_of(placement.cells)}
