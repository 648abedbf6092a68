"""The base of repositories whose entities have a history: each transition is one write, together with its event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic, Protocol, TypeVar

from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.messaging.event_documents import EVENT, with_outbox
from loket_chassis.runtime.cooperative import cooperatively
from loket_chassis.storage.codec import Codec
from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event


class Entity(Protocol):
    """`sequence` counts the transitions of the entity."""

    @property
    def id(self) -> str: ...

    @property
    def sequence(self) -> int: ...


T = TypeVar("T", bound=Entity)


class Repository(Generic[T]):
    """One document per entity, with optimistic locking on `sequence`."""

    NAME = ""

    def __init__(self, database: Database[Document], codec: Codec[T]) -> None:
        self.collection = database[self.NAME]
        self.codec = codec

    def save(self, entity: T, event: Event) -> bool:
        """Store the transition that led to `entity`, with its event. False if another one was stored meanwhile."""
        if entity.sequence == 1:
            try:
                self.collection.insert_one(self._new(entity, event))
            except DuplicateKeyError:
                return False
            return True
        result = self.collection.update_one(
            {"_id": entity.id, "sequence": entity.sequence - 1},
            {"$set": self.codec.encode(entity), "$push": {"outbox": EVENT.encode(event)}},
        )
        return result.modified_count == 1

    def _new(self, entity: T, event: Event) -> Document:
        return with_outbox({"_id": entity.id, **self.codec.encode(entity)}, event)

    def get(self, identifier: str) -> T | None:
        return self.codec.decode_found(self.collection.find_one({"_id": identifier}))

    def get_all(self, identifiers: Iterable[str]) -> dict[str, T]:
        wanted = list(identifiers)
        found = self.collection.find({"_id": {"$in": wanted}}) if wanted else ()
        return {each["_id"]: self.codec.decode(each) for each in found}

    def _find(self, query: Document, order: str, most: int = 0) -> list[T]:
        cursor = self.collection.find(query).sort(order, 1).limit(most)
        return [self.codec.decode(found) for found in cooperatively(cursor)]
