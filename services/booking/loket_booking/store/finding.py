"""Finding appointments in the agendas that hold them."""

from __future__ import annotations

from collections.abc import Iterable

from pymongo.collection import Collection

from loket_chassis.storage.connection import Document

from ..domain.appointment import Appointment
from ..domain.resource_day import Placement
from .documents import from_entry
from .holds import HeldSlot


class Finding:
    """What can be found in a collection of agendas."""

    collection: Collection[Document]

    def find_claim(self, agenda: str, identifier: str) -> tuple[Appointment, list[Placement]] | None:
        """The appointment under this identifier, and all its placements. It is looked for in `agenda` first."""
        found = self.collection.find_one({"_id": agenda, "claims.id": identifier}, {"claims.$": 1})
        if found is None or "appointment" not in found["claims"][0]:
            found = self.collection.find_one(
                {"owners": identifier, "owners.0": {"$exists": True}, "claims.id": identifier}, {"claims.$": 1}
            )
        return from_entry(found["claims"][0]) if found else None

    def find_claims(self, identifiers: Iterable[str]) -> dict[str, Appointment]:
        """Many appointments at once."""
        wanted = list(identifiers)
        mine = {"$filter": {"input": "$claims", "as": "claim", "cond": {"$in": ["$$claim.id", wanted]}}}
        found = self.collection.aggregate(
            [
                {"$match": {"owners": {"$in": wanted}, "owners.0": {"$exists": True}}},
                {"$project": {"claims": mine}},
            ]
        )
        return {
            claim["id"]: from_entry(claim)[0]
            for document in found
            for claim in document["claims"]
            if "appointment" in claim
        }

    def claimed(self, agendas: Iterable[str]) -> set[str]:
        """The ids of all appointments that these agendas hold."""
        found = self.collection.find({"_id": {"$in": list(agendas)}}, {"claims.id": 1})
        return {claim["id"] for document in found for claim in document.get("claims", ())}

    def find_hold(self, identifier: str) -> HeldSlot | None:
        """The hold under this identifier, also for a while after it expired."""
        found = self.collection.find_one(
            {"holds": {"$elemMatch": {"id": identifier, "appointment": {"$exists": True}}}}, {"holds.$": 1}
        )
        if found is None:
            return None
        entry = found["holds"][0]
        return HeldSlot(*from_entry(entry), entry["x"], entry.get("fingerprint"))
