"""Invitations: one-use links to an appointment type, for one case. Only a hash of the link's token is stored."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from pymongo.database import Database

from loket_chassis.runtime.tokens import hash_of
from loket_chassis.storage.codec import Codec, Layout
from loket_chassis.storage.connection import Document
from loket_contracts.unknown_fields import PreservesUnknownFields


@dataclass(frozen=True)
class Invitation(PreservesUnknownFields):
    """What a resident may book once, until `expires`. `file_reference`: of the case that it is about."""

    id: str
    municipality: str
    appointment_type: str
    resource: str | None
    location: str | None
    file_reference: str | None
    made_by: str | None
    made_at: dt.datetime
    expires: dt.datetime
    revoked: bool = False

    def is_valid(self, now: dt.datetime) -> bool:
        return not self.revoked and now < self.expires


INVITATION = Codec(Invitation, Layout({"id": "_id"}, beside={"token_hash"}), version=0)


class Invitations:
    """The card that was made with an invitation refers to it; a unique index allows one card per invitation."""

    NAME = "invitations"

    def __init__(self, database: Database[Document]) -> None:
        self.collection = database[self.NAME]

    def create_indexes(self) -> None:
        self.collection.create_index("token_hash", unique=True, name="link")
        self.collection.create_index([("municipality", 1), ("made_at", -1)], name="list")
        self.collection.create_index("expires", name="past")

    def add(self, invitation: Invitation) -> str:
        """Store it. Returns the token of its link, which cannot be read again."""
        token = secrets.token_urlsafe(32)
        self.collection.insert_one({**INVITATION.encode(invitation), "token_hash": hash_of(token)})
        return token

    def get(self, identifier: str) -> Invitation | None:
        return INVITATION.decode_found(self.collection.find_one({"_id": identifier}))

    def find_by_token(self, token: str) -> Invitation | None:
        return INVITATION.decode_found(self.collection.find_one({"token_hash": hash_of(token)}))

    def revoke(self, municipality: str, identifier: str) -> bool:
        found = {"_id": identifier, "municipality": municipality}
        return self.collection.update_one(found, {"$set": INVITATION.encode_fields(revoked=True)}).matched_count == 1

    def latest(self, municipality: str, most: int, types: Sequence[str] | None = None) -> list[Invitation]:
        """The latest first. `types`: only to these appointment types."""
        query: Document = {"municipality": municipality}
        if types is not None:
            query["appointment_type"] = {"$in": list(types)}
        found = self.collection.find(query).sort("made_at", -1).limit(most)
        return [INVITATION.decode(document) for document in found]

    def delete_before(self, moment: dt.datetime) -> int:
        return self.collection.delete_many({"expires": {"$lt": moment}}).deleted_count
