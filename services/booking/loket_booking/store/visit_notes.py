"""Internal notes of staff about a visit. They are personal data: deleted with the contact card, and exported with it.

They have a collection of their own, because booking of release 0.1 cannot read a card with another field.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields


@dataclass(frozen=True)
class Note(PreservesUnknownFields):
    """`who`: the code of the account."""

    text: str
    at: dt.datetime
    who: str | None = None


@dataclass(frozen=True)
class NotesOfVisit(PreservesUnknownFields):
    """`id`: of the appointment."""

    id: str
    notes: tuple[Note, ...] = ()


NOTE = Codec(Note, version=0)
NOTES_OF_VISIT = Codec(NotesOfVisit, DOCUMENT_ID)


class VisitNotes:
    """One document per appointment, or none."""

    NAME = "visit_notes"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def of(self, appointment: str) -> tuple[Note, ...]:
        """The notes about a visit, the earliest first."""
        found = NOTES_OF_VISIT.decode_found(self.collection.find_one({"_id": appointment}))
        return found.notes if found else ()

    def add(self, appointment: str, note: Note) -> None:
        self.collection.update_one(
            {"_id": appointment},
            {"$push": {"notes": NOTE.encode(note)}, "$setOnInsert": NOTES_OF_VISIT.version_field},
            upsert=True,
        )

    def delete_all_of(self, appointments: Iterable[str]) -> None:
        self.collection.delete_many({"_id": {"$in": list(appointments)}})
