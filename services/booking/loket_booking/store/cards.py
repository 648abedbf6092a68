"""Contact cards: who an appointment is for, what they answered, and how their link is recognised.

Personal data lives here and nowhere else. A card is written before its claim and found by the appointment's id; the
agenda never points here. Of the link only a hash is kept.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace

from pymongo.client_session import ClientSession
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.mongo import AHEAD, Document

from ..domain.agenda import AgendaKey

#: how long the making of a booking can take at the very most; a card without a claim that is older was left behind
UNDER_WAY = dt.timedelta(seconds=30)
#: Crockford's base 32: no letter that reads as another
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Card:
    """`agenda` is the id of the agenda that holds the claim, `visit_date` its local day as YYYY-MM-DD.

    `fingerprint`: of the request that made the card.
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


class Links:
    """The secret in a resident's link: follows from the appointment's id and a key, so it need not be kept."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def token(self, appointment: str) -> str:
        digest = hmac.digest(self._key, f"manage:{appointment}".encode(), "sha256")
        return urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_of(token: str) -> str:
    """A token has 256 random bits, so a plain hash of it cannot be searched."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_reference() -> str:
    """What a resident reads out at the counter: eight signs, 40 bits, such as 7K3Q-9F2M."""
    signs = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{signs[:4]}-{signs[4:]}"


class Cards:
    """The contact cards of all municipalities."""

    NAME = "cards"

    def __init__(self, database: Database[Document]) -> None:
        # a card is nothing until its claim is written, and the claim waits for the disk
        self.collection = database[self.NAME].with_options(write_concern=AHEAD)
        self.progress = database["card_progress"]

    def create_indexes(self) -> None:
        self.collection.create_index("token_hash", unique=True, name="link")
        self.collection.create_index([("municipality", 1), ("reference", 1)], unique=True, name="reference")
        self.collection.create_index([("municipality", 1), ("visit_date", 1)], name="retention")
        self.collection.create_index("created_at", name="left_behind")

    def add(self, card: Card) -> bool:
        """Keep the card. False when there is one under its id already."""
        document = {"_id": card.id, **{name: getattr(card, name) for name in Card.__dataclass_fields__ if name != "id"}}
        try:
            self.collection.insert_one(document)
        except DuplicateKeyError:
            if self.get(card.id) is None:
                raise  # it was the reference that exists, not the id
            return False
        return True

    def take_over(self, card: Card, now: dt.datetime) -> Card | None:
        """Make a card one's own whose maker has had its time and left no claim. None when it is another's still."""
        if card.created_at > now - UNDER_WAY:
            return None
        result = self.collection.update_one(
            {"_id": card.id, "created_at": card.created_at}, {"$set": {"created_at": now}}
        )
        return replace(card, created_at=now) if result.modified_count else None

    def move(self, card: Card, agenda: AgendaKey, session: ClientSession | None = None) -> Card:
        """Point the card at another agenda."""
        moved = replace(card, agenda=str(agenda), visit_date=agenda.date.isoformat())
        place = {"agenda": moved.agenda, "visit_date": moved.visit_date}
        self.collection.update_one({"_id": card.id}, {"$set": place}, session=session)
        return moved

    def looked_until(self) -> dt.datetime:
        """The moment up to which all cards were seen to have a claim or be gone."""
        found = self.progress.find_one({"_id": "left_behind"})
        return found["until"] if found else dt.datetime.fromtimestamp(0, dt.UTC)

    def looked(self, until: dt.datetime) -> None:
        self.progress.update_one({"_id": "left_behind"}, {"$max": {"until": until}}, upsert=True)

    def made_between(self, after: dt.datetime, until: dt.datetime, most: int) -> list[Card]:
        """The cards made after the one moment and until the other, oldest first."""
        found = self.collection.find({"created_at": {"$gt": after, "$lte": until}}).sort("created_at", 1).limit(most)
        return [card for card in map(_card, found) if card is not None]

    def remove(self, card: Card) -> None:
        """Delete the card, unless somebody took it over meanwhile."""
        self.collection.delete_one({"_id": card.id, "created_at": card.created_at})

    def forget_visits_before(self, municipality: str, date: dt.date) -> int:
        """Delete the cards of visits on earlier days. Returns how many there were."""
        earlier = {"municipality": municipality, "visit_date": {"$lt": date.isoformat()}}
        return self.collection.delete_many(earlier).deleted_count

    def get(self, identifier: str) -> Card | None:
        return _card(self.collection.find_one({"_id": identifier}))

    def by_token(self, token: str) -> Card | None:
        return _card(self.collection.find_one({"token_hash": hash_of(token)}))


def _card(document: Document | None) -> Card | None:
    if document is None:
        return None
    return Card(id=document.pop("_id"), **document)
