"""Erasures of residents' data: the appointments of each, and whether it is finished."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.messaging.event_documents import with_outbox
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event
from loket_contracts.unknown_fields import PreservesUnknownFields

#: longer than any erasure takes
MAX_ERASURE_TIME = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Erasure(PreservesUnknownFields):
    """`appointments`: whose cards are erased."""

    id: str
    at: dt.datetime
    appointments: tuple[str, ...]
    done: bool = False


ERASURE = Codec(Erasure, DOCUMENT_ID)


class Erasures:
    """Each is stored before the first card is deleted, so that one whose process died can be finished."""

    NAME = "erasures"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def start(self, event: Event) -> None:
        erasure = Erasure(event.subject, event.time, tuple(event.data["appointments"]))
        self.collection.insert_one(with_outbox(ERASURE.encode(erasure), event))

    def finish(self, identifier: str) -> None:
        self.collection.update_one({"_id": identifier}, {"$set": ERASURE.encode_fields(done=True)})

    def since(self, moment: dt.datetime) -> list[Erasure]:
        """The erasures from `moment` on, the earliest first."""
        return [ERASURE.decode(document) for document in self.collection.find({"at": {"$gte": moment}}).sort("at", 1)]

    def unfinished(self, now: dt.datetime) -> list[Erasure]:
        """The erasures whose process died."""
        found = self.collection.find({"done": False, "at": {"$lte": now - MAX_ERASURE_TIME}})
        return [ERASURE.decode(document) for document in found]
