"""Contact cards: the resident of an appointment, their answers, and the hash of their link.

Personal data is stored here (and in the files that a card names) and nowhere else. A card is written before its claim
and has the appointment's id; the agenda never refers to it. Only a hash of the link's token is stored.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict

from pymongo import UpdateOne
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.codec import DOCUMENT_ID, Codec
from loket_chassis.storage.connection import Document, completed_later, outside_deadline, server_processes
from loket_contracts.base32 import grouped, random_code
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..domain import reference
from ..domain.resource_day import AgendaKey
from .files import UploadedFile

#: the longest that a booking can take; an older card without a claim is orphaned
MAX_BOOKING_TIME = dt.timedelta(seconds=30)
#: the words of a name in each of its spellings
Spellings = Sequence[Sequence[str]]


class PlaceTaken(Exception):
    """Another coming appointment of the same person and type has this place."""


class InvitationUsed(Exception):
    """Another appointment was booked with the same invitation."""


class AskedQuestion(TypedDict):
    """What the specialist asked the resident. `who`: the code of the account. `answer`: None until it is given."""

    text: str
    at: dt.datetime
    who: str | None
    answer: str | None
    answered_at: dt.datetime | None


class Companion(TypedDict):
    """Someone who comes along. `invited`, `withdrawn`: the sequence of the appointment then."""

    name: str
    email: str
    invited: int
    withdrawn: int | None


@dataclass(frozen=True)
class Card(PreservesUnknownFields):
    """`agenda`: the id of the agenda with the claim. `visit_date`: its local day as YYYY-MM-DD.

    `fingerprint`: of the request that made the card. `contact_mark`: the same for all cards of one person, None when
    they gave no address and no number. `places`: see `commands.limits`. `invitation`: the id of the invitation used.
    `requests`: what the specialist asked. `flagged`: documents were missing. `duty_at`: when a document is due next.
    `portal`: the code of the portal's key. `notes`: of the portal. `name_words`: the search index, of
    the words of the name in each spelling and of the pseudonym of the number. `companions`: all that were invited, of
    which the last one may be withdrawn; none of the others is invited still.
    """

    id: str
    municipality: str
    reference: str
    contact: dict[str, str | None]
    answers: dict[str, str]
    agenda: str
    visit_date: str
    token_hash: str
    fingerprint: str
    created_at: dt.datetime
    types: list[str] = field(default_factory=list)
    contact_mark: str | None = None
    places: list[str] = field(default_factory=list)
    invitation: str | None = None
    files: list[UploadedFile] = field(default_factory=list)
    requests: list[AskedQuestion] = field(default_factory=list)
    flagged: bool = False
    duty_at: dt.datetime | None = None
    pseudonymised: bool = False
    portal: str | None = None
    notes: str = ""
    name_words: list[str] = field(default_factory=list)
    companions: list[Companion] = field(default_factory=list)

    @property
    def companion(self) -> Companion | None:
        """The one who is invited now."""
        return next((each for each in self.companions if each["withdrawn"] is None), None)

    @property
    def uploaded(self) -> frozenset[str | None]:
        """The questions for which a file was uploaded."""
        return frozenset(file["question"] for file in self.files)


class CardCodec(Codec[Card]):
    """Stores the companions in the contact: release 0.1 refuses a card with a field that it does not know."""

    def decode(self, document: Mapping[str, Any]) -> Card:
        if COMPANIONS in document["contact"]:
            contact = dict(document["contact"])
            document = {**document, COMPANIONS: contact.pop(COMPANIONS), "contact": contact}
        return super().decode(document)

    def encode(self, entity: Card) -> Document:
        return _within_contact(super().encode(entity))

    def encode_fields(self, **values: Any) -> Document:
        return _within_contact(super().encode_fields(**values))


def _within_contact(fields: Document) -> Document:
    companions = fields.pop(COMPANIONS, None)
    if companions is not None and "contact" not in fields:
        fields[f"contact.{COMPANIONS}"] = companions
    elif companions:
        fields["contact"] = {**fields["contact"], COMPANIONS: companions}
    return fields


COMPANIONS = "companions"
CARD = CardCodec(Card, DOCUMENT_ID, version=0)


def new_reference() -> str:
    """A code that a resident can read out at the counter: eight characters, 40 bits, such as 7K3Q-9F2M."""
    return grouped(random_code(reference.LENGTH))


class Cards:
    """The contact cards of all municipalities."""

    NAME = "cards"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]
        self.progress = database["card_progress"]

    @property
    def before_claim(self) -> Collection[Document]:
        """For a card that has no effect until its claim is written. `restore_after_restart` follows the claim."""
        return completed_later(self.collection)

    def create_indexes(self) -> None:
        self.collection.create_index("token_hash", unique=True, name="link")
        self.collection.create_index([("municipality", 1), ("reference", 1)], unique=True, name="reference")
        self.collection.create_index([("municipality", 1), ("visit_date", 1)], name="retention")
        self.collection.create_index([("municipality", 1), ("name_words", 1)], name="names")
        self.collection.create_index("created_at", name="left_behind")
        self.collection.create_index("contact_mark", name="contact", sparse=True)
        self.collection.create_index(
            "places", unique=True, name="places", partialFilterExpression={"places.0": {"$exists": True}}
        )
        self.collection.create_index(
            "invitation", unique=True, name="invitation", partialFilterExpression={"invitation": {"$type": "string"}}
        )
        self.collection.create_index("duty_at", name="duty", partialFilterExpression={"duty_at": {"$type": "date"}})

    def add(self, card: Card) -> bool:
        """Store the card. False when there is one with its id. Raises PlaceTaken, InvitationUsed."""
        try:
            self.before_claim.insert_one(CARD.encode(card))
        except DuplicateKeyError as error:
            if self.get(card.id) is not None:
                return False
            pattern = (error.details or {}).get("keyPattern", {})
            if "places" in pattern:
                raise PlaceTaken from error
            if "invitation" in pattern:
                raise InvitationUsed from error
            raise  # the reference exists
        return True

    def server_processes(self) -> frozenset[Any]:
        """The processes of the database's servers, for `restore_after_restart`."""
        return server_processes(self.collection.database.client)

    def restore_after_restart(self, card: Card, processes: frozenset[Any]) -> None:
        """Add the card of a claim again if a server restarted since `processes` and so may have lost it."""
        if self.server_processes() != processes and self.get(card.id) is None:
            self.collection.insert_one(CARD.encode(card))

    def take_over(self, card: Card, now: dt.datetime) -> Card | None:
        """Continue a booking whose process died before its claim. None while that booking may still be running."""
        if card.created_at > now - MAX_BOOKING_TIME:
            return None
        result = self.collection.update_one(
            {"_id": card.id, "created_at": card.created_at}, {"$set": {"created_at": now}}
        )
        return replace(card, created_at=now) if result.modified_count else None

    def move(self, card: Card, agenda: AgendaKey, session: ClientSession | None = None) -> Card:
        """Change the agenda of the card."""
        moved = replace(card, agenda=str(agenda), visit_date=agenda.date.isoformat())
        place = CARD.encode_fields(agenda=moved.agenda, visit_date=moved.visit_date)
        self.collection.update_one({"_id": card.id}, {"$set": place}, session=session)
        return moved

    def change(self, card: Card, **changes: Any) -> Card:
        """Replace whole fields of the card."""
        self.collection.update_one({"_id": card.id}, {"$set": CARD.encode_fields(**changes)})
        return replace(card, **changes)

    def add_file(self, card: Card, file: UploadedFile, most: int | None = None) -> bool:
        """Add a file. False when there are `most`."""
        found: Document = {"_id": card.id}
        if most is not None:
            found[f"files.{most - 1}"] = {"$exists": False}
        return self.collection.update_one(found, {"$push": {"files": file}}).modified_count == 1

    def add_question(self, card: Card, question: AskedQuestion) -> None:
        self.collection.update_one({"_id": card.id}, {"$push": {"requests": question}})

    def release_places(self, cards: Iterable[Card]) -> None:
        self.collection.update_many({"_id": {"$in": [card.id for card in cards]}}, {"$set": {"places": []}})

    def drop_file(self, card: Card, file: str) -> bool:
        result = self.collection.update_one({"_id": card.id}, {"$pull": {"files": {"id": file}}})
        return result.modified_count == 1

    def checked_until(self) -> dt.datetime:
        """The time until which all orphaned cards have been deleted."""
        found = self.progress.find_one({"_id": "left_behind"})
        return found["until"] if found else dt.datetime.fromtimestamp(0, dt.UTC)

    def save_checked_until(self, until: dt.datetime) -> None:
        self.progress.update_one({"_id": "left_behind"}, {"$max": {"until": until}}, upsert=True)

    def find_created_between(self, after: dt.datetime, until: dt.datetime, most: int) -> list[Card]:
        """The cards created from `after` until `until`, both inclusive, oldest first."""
        found = self.collection.find({"created_at": {"$gte": after, "$lte": until}}).sort("created_at", 1).limit(most)
        return _cards(found)

    def delete_unclaimed(self, card: Card) -> None:
        """Delete the card, also after the deadline of the call, unless another request took it over meanwhile."""
        outside_deadline(self.before_claim.delete_one, {"_id": card.id, "created_at": card.created_at})

    def delete(self, cards: Sequence[Card]) -> None:
        self.collection.delete_many({"_id": {"$in": [card.id for card in cards]}})

    def pseudonymise(self, card: Card, answers: dict[str, str]) -> None:
        """Keep these answers only, and delete all that could identify the resident."""
        self.collection.update_one(
            {"_id": card.id},
            {
                "$set": CARD.encode_fields(
                    contact={}, answers=answers, files=[], requests=[], pseudonymised=True,
                    token_hash=f"none-{card.id}", contact_mark=None, places=[], duty_at=None, fingerprint="", notes="",
                    name_words=[], companions=[],
                )
            },
        )  # fmt: skip

    def find_past(
        self, municipality: str, before: dt.date, types: Iterable[str], others: bool, most: int
    ) -> list[Card]:
        """Cards with personal data of visits before a day, with one of these types, or (`others`) with none of them."""
        which = {"$nin": list(types)} if others else {"$in": list(types)}
        query: Document = {
            "municipality": municipality,
            "visit_date": {"$lt": before.isoformat()},
            "types": which,
            "pseudonymised": {"$ne": True},
        }
        return _cards(self.collection.find(query).limit(most))

    def find_due(self, now: dt.datetime, most: int) -> list[Card]:
        """The cards with a document that is due, the longest overdue first."""
        return _cards(self.collection.find({"duty_at": {"$lte": now}}).sort("duty_at", 1).limit(most))

    def find_by_contact(self, municipality: str, mark: str) -> list[Card]:
        """All cards of one person, the latest visit first."""
        found = self.collection.find({"contact_mark": mark, "municipality": municipality})
        return _cards(found.sort("visit_date", -1))

    def find_coming_by_name(self, municipality: str, spellings: Spellings, since: dt.date, most: int) -> list[Card]:
        """Cards of visits from `since` on, the earliest first.

        For each word of one of the spellings, a word of the name begins with it.
        """
        query = {**_by_name(municipality, spellings), "visit_date": {"$gte": since.isoformat()}}
        return _cards(self.collection.find(query).sort("visit_date", 1).limit(most))

    def find_past_by_name(
        self, municipality: str, spellings: Spellings, since: dt.date, before: dt.date, most: int
    ) -> list[Card]:
        """As `find_coming_by_name`, from `since` until before a day, the latest first."""
        query = {
            **_by_name(municipality, spellings),
            "visit_date": {"$gte": since.isoformat(), "$lt": before.isoformat()},
        }
        return _cards(self.collection.find(query).sort("visit_date", -1).limit(most))

    def find_by_address(self, municipality: str, mark: str, most: int) -> list[Card]:
        """The cards with the pseudonym of this e-mail address or number, the latest visit first."""
        query: Document = {"municipality": municipality, "$or": [{"contact_mark": mark}, {"name_words": mark}]}
        return _cards(self.collection.find(query).sort("visit_date", -1).limit(most))

    def get(self, identifier: str) -> Card | None:
        return CARD.decode_found(self.collection.find_one({"_id": identifier}))

    def is_invitation_used(self, invitation: str) -> bool:
        return self.collection.find_one({"invitation": invitation}, {"_id": 1}) is not None

    def appointments_by_invitation(self, invitations: Iterable[str]) -> dict[str, str]:
        """The id of the appointment that was booked with each invitation, by the id of the invitation."""
        found = self.collection.find({"invitation": {"$in": list(invitations)}}, {"invitation": 1})
        return {card["invitation"]: card["_id"] for card in found}

    def get_all(self, identifiers: Iterable[str]) -> dict[str, Card]:
        return {card.id: card for card in _cards(self.collection.find({"_id": {"$in": list(identifiers)}}))}

    def find_by_token(self, token: str) -> Card | None:
        return CARD.decode_found(self.collection.find_one({"token_hash": hash_of(token)}))

    def after(self, identifier: str, most: int) -> list[Card]:
        """Cards by id, from the one after `identifier` on."""
        return _cards(self.collection.find({"_id": {"$gt": identifier}}).sort("_id", 1).limit(most))

    def save_token_hashes(self, hashes: Sequence[tuple[Card, str]]) -> None:
        """Replace the hash of each card's token, unless the card was pseudonymised meanwhile."""
        self.collection.bulk_write(
            [
                UpdateOne({"_id": card.id, "token_hash": card.token_hash}, {"$set": {"token_hash": token_hash}})
                for card, token_hash in hashes
            ],
            ordered=False,
        )

    def find_by_reference(self, municipality: str, reference: str) -> Card | None:
        return CARD.decode_found(self.collection.find_one({"municipality": municipality, "reference": reference}))


def _by_name(municipality: str, spellings: Spellings) -> Document:
    return {
        "municipality": municipality,
        "$or": [{"$and": [{"name_words": {"$regex": f"^{re.escape(each)}"}} for each in words]} for words in spellings],
    }


def _cards(documents: Iterable[Document]) -> list[Card]:
    return [CARD.decode(document) for document in documents]
