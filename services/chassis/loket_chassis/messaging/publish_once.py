"""Publish an event that belongs to no document, such as a date that was reached, exactly once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_contracts.envelope import Event
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..storage.codec import Codec, Layout
from ..storage.connection import Document
from .event_documents import with_outbox


@dataclass(frozen=True)
class Published(PreservesUnknownFields):
    """The subject of an event, and its time."""

    subject: str
    at: dt.datetime


PUBLISHED = Codec(Published, Layout({"subject": "_id"}))


class PublishOnce:
    """One document per subject, with its event in the outbox, stored until it was published and some time longer."""

    def __init__(self, database: Database[Document], name: str) -> None:
        self.name = name
        self.collection = database[name]

    def create_indexes(self) -> None:
        self.collection.create_index("at", name="at")

    def known(self, subjects: Iterable[str]) -> set[str]:
        """The subjects that were published before."""
        return {each["_id"] for each in self.collection.find({"_id": {"$in": list(subjects)}}, {"_id": 1})}

    def add(self, event: Event) -> bool:
        """Store the event for publishing. Return False when one of its subject was stored before."""
        try:
            published = PUBLISHED.encode(Published(event.subject, event.time))
            self.collection.insert_one(with_outbox(published, event))
        except DuplicateKeyError:
            return False
        return True

    def forget_before(self, moment: dt.datetime) -> int:
        return self.collection.delete_many({"at": {"$lt": moment}, "outbox": {"$size": 0}}).deleted_count
