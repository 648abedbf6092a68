"""Agendas in MongoDB: one document per resource and local day, changed by one write.

    _id       "rumst/ro-1/2026-11-30"
    b0 .. b4  the booked cells as five words of 60 bits: five times five hours make the longest day
    holds     [{id, s, e, x, appointment}]   provisional, until x
    claims    [{id, s, e, appointment}]      booked; a cancelled one stays, without its cells
    outbox    [event]                        what the relay has still to publish

"No live claim overlaps" is `$bitsAllClear` on the words and `$elemMatch` on the few holds; taking the time is `$bit`.
Claim, time and event go in together. Only what spans several agendas needs a transaction.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bson.int64 import Int64
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_contracts.envelope import Event

from ..domain.agenda import EMPTY, Agenda, AgendaKey, Hold, Placement
from ..domain.appointment import Appointment
from ..domain.grid import span

Document = dict[str, Any]
#: how long an expired hold is remembered, so that who comes back late can still be helped to a free moment
REMEMBERED = dt.timedelta(hours=1)
WORD = 60
WORD_NAMES = ("b0", "b1", "b2", "b3", "b4")
FULL = (1 << WORD) - 1
#: seconds for which a search may answer from memory
FRESH_FOR = 1.0
MOST_REMEMBERED = 50_000


@dataclass(frozen=True)
class HeldSlot:
    """A hold as it is kept: the appointment to be, where its time is reserved, and until when."""

    appointment: Appointment
    placements: list[Placement]
    expires: dt.datetime


class Taken(Exception):
    """Somebody else's live claim is in the way."""


def words_of(cells: int) -> list[tuple[str, int]]:
    """(field, bits) for every word that the set touches."""
    parts = [(name, cells >> (WORD * index) & FULL) for index, name in enumerate(WORD_NAMES)]
    return [(name, bits) for name, bits in parts if bits]


def cells_in(document: Document) -> int:
    """The booked cells that a document's words hold."""
    return sum(document.get(name, 0) << (WORD * index) for index, name in enumerate(WORD_NAMES))


class Agendas:
    """The agendas of all municipalities."""

    NAME = "agendas"

    def __init__(self, database: Database[Document]) -> None:
        self.collection: Collection[Document] = database[self.NAME]
        self.client = database.client
        self._seen: dict[AgendaKey, Agenda] = {}
        self._seen_at: dict[AgendaKey, float] = {}

    def create_indexes(self) -> None:
        self.collection.create_index("holds.id", name="holds", sparse=True)

    def read(self, keys: Iterable[AgendaKey]) -> dict[AgendaKey, Agenda]:
        """What is taken in these agendas. One without a document is free and left out."""
        fields = dict.fromkeys((*WORD_NAMES, "holds.id", "holds.s", "holds.e", "holds.x"), 1)
        by_id = {str(key): key for key in keys}
        return {
            by_id[document["_id"]]: Agenda(
                booked=cells_in(document),
                holds=tuple(Hold(h["id"], h["s"], h["e"], h["x"]) for h in document.get("holds", ())),
            )
            for document in self.collection.find({"_id": {"$in": list(by_id)}}, fields)
        }

    def recall(self, keys: Iterable[AgendaKey]) -> dict[AgendaKey, Agenda]:
        """As `read`, from memory where that is younger than FRESH_FOR: for a search, which promises nothing.

        What this process writes is forgotten at once, so it sees its own changes; those of another instance are seen
        when the memory has aged.
        """
        wanted = list(keys)
        now = time.monotonic()
        missing = [key for key in wanted if self._seen_at.get(key, -FRESH_FOR) <= now - FRESH_FOR]
        if missing:
            if len(self._seen) > MOST_REMEMBERED:
                self._seen.clear()
                self._seen_at.clear()
            found = self.read(missing)
            for key in missing:
                self._seen[key] = found.get(key, EMPTY)
                self._seen_at[key] = now
        return {key: self._seen[key] for key in wanted}

    def _forget(self, placements: Sequence[Placement]) -> None:
        for placement in placements:
            self._seen_at.pop(placement.agenda, None)

    def hold(
        self, placements: Sequence[Placement], appointment: Appointment, expires: dt.datetime, now: dt.datetime
    ) -> None:
        """Reserve the placements until `expires`. Raises Taken, and then nothing is reserved."""

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            entry: Document = {"id": appointment.id, "s": placement.start, "e": placement.end, "x": expires}
            if first:
                entry["appointment"] = _to_document(appointment)
                entry["placements"] = [_placed(each) for each in placements]
            self._change(placement, {"$push": {"holds": entry}}, now, None, session)

        self._each(placements, write)

    def book(
        self, placements: Sequence[Placement], appointment: Appointment, event: Event, now: dt.datetime,
        hold: str | None,
    ) -> None:  # fmt: skip
        """Claim the placements for good and record the event. One's own hold makes way.

        Raises Taken, and then nothing is claimed.
        """

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            claim: Document = {"id": appointment.id, "s": placement.start, "e": placement.end}
            change: Document = {
                "$bit": {name: {"or": Int64(bits)} for name, bits in words_of(placement.cells)},
                "$pull": {"holds": {"$or": [{"id": hold}, {"x": {"$lte": now - REMEMBERED}}]}},
            }
            if first:
                claim["appointment"] = _to_document(appointment)
                claim["placements"] = [_placed(each) for each in placements]
                change["$push"] = {"claims": claim, "outbox": event.to_document()}
            else:
                change["$push"] = {"claims": claim}
            self._change(placement, change, now, hold, session)

        self._each(placements, write)

    def cancel(self, placements: Sequence[Placement], appointment: Appointment, event: Event) -> bool:
        """Free the placements and record the event, unless the appointment changed meanwhile (then False)."""

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            claim: Document = {"id": appointment.id}
            change: Document = {
                "$bit": {name: {"and": Int64(FULL & ~bits)} for name, bits in words_of(placement.cells)}
            }
            if first:
                claim["appointment.sequence"] = appointment.sequence - 1
                change["$set"] = {"claims.$.appointment": _to_document(appointment)}
                change["$push"] = {"outbox": event.to_document()}
            else:
                change["$pull"] = {"claims": {"id": appointment.id}}
            result = self.collection.update_one(
                {"_id": str(placement.agenda), "claims": {"$elemMatch": claim}}, change, session=session
            )
            if not result.matched_count:
                raise Taken

        try:
            self._each(placements, write)
        except Taken:
            return False
        return True

    def find_claim(self, agenda: str, identifier: str) -> tuple[Appointment, list[Placement]] | None:
        """The appointment that the agenda with id `agenda` holds under this identifier, and all its placements."""
        found = self.collection.find_one({"_id": agenda, "claims.id": identifier}, {"claims.$": 1})
        return _from_entry(found["claims"][0]) if found else None

    def find_hold(self, identifier: str) -> HeldSlot | None:
        """The hold under this identifier, also for a while after it expired."""
        found = self.collection.find_one(
            {"holds": {"$elemMatch": {"id": identifier, "appointment": {"$exists": True}}}}, {"holds.$": 1}
        )
        if found is None:
            return None
        entry = found["holds"][0]
        return HeldSlot(*_from_entry(entry), entry["x"])

    def _each(self, placements: Sequence[Placement], write: Any) -> None:
        """One write for one placement, one transaction for several."""
        try:
            if len(placements) == 1:
                write(placements[0], True, None)
            else:
                self._together(placements, write)
        finally:
            self._forget(placements)

    def _together(self, placements: Sequence[Placement], write: Any) -> None:
        def all_of_them(session: ClientSession) -> None:
            for index, placement in enumerate(placements):
                write(placement, index == 0, session)

        for placement in placements:
            self._make(placement.agenda)
        with self.client.start_session() as session:
            session.with_transaction(all_of_them)

    def _make(self, key: AgendaKey) -> None:
        """Make sure that the agenda's document is there: a transaction cannot go on after an upsert that collides."""
        self.collection.update_one({"_id": str(key)}, {"$setOnInsert": _new(key, WORD_NAMES)}, upsert=True)

    def _change(
        self, placement: Placement, change: Document, now: dt.datetime, own_hold: str | None,
        session: ClientSession | None,
    ) -> None:  # fmt: skip
        """Apply `change` to the agenda if no live claim overlaps the placement; make the agenda when it is new."""
        in_the_way: Document = {"s": {"$lt": placement.end}, "e": {"$gt": placement.start}, "x": {"$gt": now}}
        if own_hold is not None:
            in_the_way["id"] = {"$ne": own_hold}
        free: Document = {
            "_id": str(placement.agenda),
            **{name: {"$bitsAllClear": Int64(bits)} for name, bits in words_of(placement.cells)},
            "holds": {"$not": {"$elemMatch": in_the_way}},
        }
        if session is None:
            untouched = [name for name in WORD_NAMES if name not in change.get("$bit", {})]
            try:
                self.collection.update_one(
                    free, {**change, "$setOnInsert": _new(placement.agenda, untouched)}, upsert=True
                )
                return
            except DuplicateKeyError:
                # the agenda is there: either the time is taken, or it was made at this very moment by another writer
                pass
        if not self.collection.update_one(free, change, session=session).matched_count:
            raise Taken


def _new(key: AgendaKey, words: Sequence[str]) -> Document:
    """The fields of an agenda that is made, with these words empty."""
    names: Document = {"municipality": key.municipality, "resource": key.resource, "date": key.date.isoformat()}
    return names | {word: Int64(0) for word in words}


def _placed(placement: Placement) -> Document:
    return {"agenda": str(placement.agenda), "s": placement.start, "e": placement.end}


def _to_document(appointment: Appointment) -> Document:
    return {
        **{name: getattr(appointment, name) for name in Appointment.__dataclass_fields__},
        "appointment_types": list(appointment.appointment_types),
        "resources": list(appointment.resources),
    }


def _from_entry(entry: Document) -> tuple[Appointment, list[Placement]]:
    stored = entry["appointment"]
    appointment = Appointment(
        **{
            **stored,
            "appointment_types": tuple(stored["appointment_types"]),
            "resources": tuple(stored["resources"]),
        }
    )
    return appointment, [
        Placement(AgendaKey.parse(each["agenda"]), each["s"], each["e"]) for each in entry["placements"]
    ]


def claimed_cells(document: Document) -> int:
    """The cells that the live claims of a document take: what its words must equal."""
    cells = 0
    for claim in document.get("claims", ()):
        if claim.get("appointment", {}).get("state", "booked") != "cancelled":
            cells |= span(claim["s"], claim["e"])
    return cells
