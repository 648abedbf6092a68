"""Provisional bookings. They hold personal data, and are deleted when they expire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from pymongo import ReturnDocument
from pymongo.database import Database

from loket_chassis.messaging.event_documents import EVENT
from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event

from ..domain.provisional import Provisional
from .agendas import EXPIRED_HOLD_RETENTION
from .codecs import PROVISIONAL
from .repository import Repository

#: longer than the form of the same hold, so that a second request continues the sequence
RETENTION = EXPIRED_HOLD_RETENTION + dt.timedelta(minutes=5)


class ProvisionalBookings(Repository[Provisional]):
    """One document per booking, with the id that the appointment will have, which MongoDB deletes after it expires."""

    NAME = "provisional_bookings"

    def __init__(self, database: Database[Document]) -> None:
        super().__init__(database, PROVISIONAL)

    def create_indexes(self) -> None:
        self.collection.create_index("expires", expireAfterSeconds=int(RETENTION.total_seconds()), name="expires")
        self.collection.create_index("hold", name="hold")
        self.collection.create_index("contact_mark", name="contact", sparse=True)

    def save(self, entity: Provisional, event: Event) -> bool:
        """As `Repository.save`. The attempts, which are counted meanwhile, begin again with a new code only."""
        if entity.sequence == 1:
            return super().save(entity, event)
        changed = self.codec.encode(entity)
        attempts = {"attempts": changed.pop("attempts")}
        found = {"_id": entity.id, "sequence": entity.sequence - 1, "confirmed_at": None}
        return any(
            self.collection.update_one(
                {**found, "round": before}, {"$set": {**changed, **more}, "$push": {"outbox": EVENT.encode(event)}}
            ).modified_count
            for before, more in ((entity.round, {}), ({"$lt": entity.round}, attempts))
        )

    def find_by_hold(self, hold: str) -> Provisional | None:
        return self.codec.decode_found(self.collection.find_one({"hold": hold}, sort=[("expires", -1)]))

    def find_by_contact(self, municipality: str, mark: str) -> list[Provisional]:
        return self._find({"contact_mark": mark, "municipality": municipality}, "expires")

    def take_attempt(self, booking: Provisional, most: int) -> Provisional | None:
        """Count an attempt with the present code, in one write. None when there were `most`."""
        found = {"_id": booking.id, "round": booking.round, "attempts": {"$lt": most}}
        return self.codec.decode_found(
            self.collection.find_one_and_update(found, {"$inc": {"attempts": 1}}, return_document=ReturnDocument.AFTER)
        )

    def return_attempt(self, booking: Provisional) -> None:
        """Do not count the attempt with the right code."""
        self.collection.update_one({"_id": booking.id, "round": booking.round}, {"$inc": {"attempts": -1}})

    def mark_confirmed(self, booking: Provisional, now: dt.datetime) -> None:
        """Delete its personal data, which the card of the appointment has."""
        changed = self.codec.encode_fields(contact={}, answers={}, contact_mark=None, destination="", confirmed_at=now)
        self.collection.update_one({"_id": booking.id}, {"$set": changed})

    def delete(self, identifiers: Iterable[str]) -> None:
        self.collection.delete_many({"_id": {"$in": list(identifiers)}})
