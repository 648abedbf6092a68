"""How often the link of an appointment, or the address of a calendar feed, was replaced.

In a collection of its own, because booking of release 0.1 cannot read a card with another field. Only links and
feeds that were replaced have a document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.database import Database

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document
from loket_chassis.storage.transactions import run_in_transaction
from loket_contracts.unknown_fields import PreservesUnknownFields

from .cards import Cards


@dataclass(frozen=True)
class LinkGeneration(PreservesUnknownFields):
    """`id`: of the appointment, or `municipality/resource` of the feed. `generation`: 0 until it is replaced."""

    id: str
    generation: int
    replaced_at: dt.datetime


LINK_GENERATION = Codec(LinkGeneration, DOCUMENT_ID, version=0)


class LinkGenerations:
    """The generations of the links and feeds of all municipalities."""

    NAME = "link_generations"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]
        self.cards = database[Cards.NAME]

    def of(self, identifier: str) -> int:
        return self.of_all([identifier]).get(identifier, 0)

    def of_all(self, identifiers: Iterable[str]) -> dict[str, int]:
        """The generations of those that were replaced."""
        wanted = list(identifiers)
        found = self.collection.find({"_id": {"$in": wanted}}) if wanted else ()
        return {each.id: each.generation for each in map(LINK_GENERATION.decode, found)}

    def replace_feed(self, municipality: str, resource: str, now: dt.datetime) -> int:
        """Begin the next generation, and return it."""
        return self._next(feed_id(municipality, resource), now)

    def replace_link(self, appointment: str, token_of: Callable[[int], str], now: dt.datetime) -> None:
        """Begin the next generation, and store the hash of its token in the card: both or neither.

        `token_of`: makes the token of a generation.
        """

        def replace(session: ClientSession) -> None:
            token = token_of(self._next(appointment, now, session))
            self.cards.update_one(
                {"_id": appointment, "pseudonymised": {"$ne": True}},
                {"$set": {"token_hash": hash_of(token)}},
                session=session,
            )

        run_in_transaction(self.cards.database.client, replace)

    def delete_all_of(self, appointments: Iterable[str]) -> None:
        self.collection.delete_many({"_id": {"$in": list(appointments)}})

    def _next(self, identifier: str, now: dt.datetime, session: ClientSession | None = None) -> int:
        changed = self.collection.find_one_and_update(
            {"_id": identifier},
            {"$inc": {"generation": 1}, "$set": LINK_GENERATION.encode_fields(replaced_at=now)},
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        return LINK_GENERATION.decode(changed).generation


def feed_id(municipality: str, resource: str) -> str:
    return f"{municipality}/{resource}"
