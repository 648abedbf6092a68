"""The tickets of all locations and days."""

from __future__ import annotations

import datetime as dt

from pymongo import ReturnDocument
from pymongo.database import Database

from loket_chassis.storage.connection import Document

from ..domain.ticket import Ticket
from .codecs import TICKET
from .repository import Repository


class Tickets(Repository[Ticket]):
    """One document per ticket, and a counter per location and day."""

    NAME = "tickets"

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database, TICKET)
        self.numbers = database["ticket_numbers"]

    def create_indexes(self) -> None:
        self.collection.create_index([("municipality", 1), ("location", 1), ("arrived_at", 1)], name="day")

    def next_number(self, day: str) -> int:
        """The next number of `day` (municipality/location/date). Numbers are never reused, but may be skipped."""
        found = self.numbers.find_one_and_update(
            {"_id": day}, {"$inc": {"last": 1}}, upsert=True, return_document=ReturnDocument.AFTER
        )
        return int(found["last"])

    def of_day(self, municipality: str, location: str, begin: dt.datetime, end: dt.datetime) -> list[Ticket]:
        """The tickets whose holders arrived from `begin` until before `end`, by arrival."""
        return self._find(
            {"municipality": municipality, "location": location, "arrived_at": {"$gte": begin, "$lt": end}},
            "arrived_at",
        )
