"""The numbers by which people with an appointment are called, one for each appointment that was checked in.

They have a collection of their own, because booking of release 0.1 cannot read an appointment with another field.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pymongo import ReturnDocument
from pymongo.database import Database

from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields

#: days until a number is deleted. It is no longer shown after the day of the visit
RETENTION_DAYS = 7


@dataclass(frozen=True)
class ArrivalNumber(PreservesUnknownFields):
    """`id`: of the appointment. `number`: from 1 on, within its location and day."""

    id: str
    number: int
    at: dt.datetime


ARRIVAL_NUMBER = Codec(ArrivalNumber, DOCUMENT_ID)


class ArrivalNumbers:
    """One document per appointment, and a counter per location and day."""

    NAME = "arrival_numbers"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]
        self.counters = database["ticket_numbers"]

    def create_indexes(self) -> None:
        self.collection.create_index("at", name="expired", expireAfterSeconds=RETENTION_DAYS * 24 * 3600)

    def assign(self, appointment: str, day: str, now: dt.datetime) -> None:
        """Give an appointment its number of `day` (municipality/location/date). One that has a number keeps it."""
        if self.of([appointment]):
            return
        found = self.counters.find_one_and_update(
            {"_id": f"{day}/appointments"}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        document = ARRIVAL_NUMBER.encode(ArrivalNumber(appointment, int(found["last"]), now))
        self.collection.update_one({"_id": document.pop("_id")}, {"$setOnInsert": document}, upsert=True)

    def of(self, appointments: Iterable[str]) -> Mapping[str, int]:
        """The numbers of those appointments that have one."""
        found = self.collection.find({"_id": {"$in": list(appointments)}}, {"number": 1})
        return {each["_id"]: each["number"] for each in found}
