"""Facts in MongoDB."""

from __future__ import annotations

from typing import Any

from pymongo import ASCENDING
from pymongo.database import Database

from loket_chassis.effects import apply_newer
from loket_contracts.envelope import Event

from .projections import Fact

Document = dict[str, Any]


class Facts:
    """The facts of all municipalities, each as new as the newest event about it."""

    def __init__(self, database: Database[Document]) -> None:
        self.database = database

    def create_indexes(self) -> None:
        self.database.appointments.create_index([("municipality", ASCENDING), ("day", ASCENDING)], name="period")
        self.database.messages.create_index([("municipality", ASCENDING), ("day", ASCENDING)], name="period")

    def record(self, fact: Fact, event: Event) -> bool:
        """Keep the fact unless a newer or the same event about it was seen. Returns whether anything changed."""
        return apply_newer(self.database[fact.collection], fact.key, event, fact.fields)
