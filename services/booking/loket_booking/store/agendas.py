"""Agendas in MongoDB: one document per resource and local day, changed by one write.

    _id       "rumst/ro-1/2026-11-30"
    b0 .. b4  the booked cells as five words of 60 bits: five times five hours make the longest day
    holds     [{id, s, e, x, fingerprint, appointment}]   provisional, until x
    claims    [{id, s, e, p, appointment}]   booked (p: for what); a cancelled one stays, without its cells
    owners    [id]           the appointments that stand here: of each, the first placement. Its index is unique
    outbox    [event]                        what the relay has still to publish

"No live claim overlaps" is `$bitsAllClear` on the words and `$elemMatch` on the few holds; taking the time is `$bit`.
Claim, time and event go in together. Only what spans several agendas needs a transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bson.int64 import Int64
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event

from ..domain.appointment import Appointment
from ..domain.resource_day import Agenda, AgendaKey, Hold, Placement
from .agenda_cache import Memory
from .bitmap import WORD_NAMES, cells_in, freed, new_agenda, words_of
from .claiming import Taken, claiming, unless_claimed
from .documents import placed, to_document
from .finding import Finding
from .holds import forgotten, released


class Agendas(Finding):
    """The agendas of all municipalities."""

    NAME = "agendas"

    def __init__(self, database: Database[Document]) -> None:
        self.collection: Collection[Document] = database[self.NAME]
        self.client = database.client
        self.memory = Memory(self.read)

    def create_indexes(self) -> None:
        self.collection.create_index("holds.id", name="holds", sparse=True)
        # whatever is repeated, taken over or comes late: an appointment stands in one place
        self.collection.create_index(
            "owners", name="owners", unique=True, partialFilterExpression={"owners.0": {"$exists": True}}
        )
        self.collection.create_index([("municipality", 1), ("date", 1)], name="day")

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

    def hold(
        self, placements: Sequence[Placement], appointment: Appointment, expires: dt.datetime, now: dt.datetime,
        fingerprint: str | None = None, instead_of: str | None = None,
    ) -> None:  # fmt: skip
        """Reserve the placements until `expires`. Another hold, `instead_of` which it is, makes way.

        Raises Taken, and then nothing is reserved.
        """

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            entry: Document = {"id": appointment.id, "s": placement.start, "e": placement.end, "x": expires}
            if first:
                entry["appointment"] = to_document(appointment)
                entry["placements"] = [placed(each) for each in placements]
                if fingerprint is not None:
                    entry["fingerprint"] = fingerprint
            self._change(placement, {"$push": {"holds": entry}}, now, instead_of, session)

        self._each(placements, write)
        if instead_of is not None:  # only now: in between, both keep others out
            self.drop_hold(instead_of)

    def drop_hold(self, identifier: str) -> None:
        """Give a hold back before its time."""
        held = {"holds.id": identifier}
        for document in self.collection.find(held, {"_id": 1}):
            self.collection.update_one({"_id": document["_id"]}, {"$pull": {"holds": {"id": identifier}}})
            self.memory.forget([Placement(AgendaKey.parse(document["_id"]), 0, 0)])

    def book(
        self, placements: Sequence[Placement], appointment: Appointment, event: Event, now: dt.datetime,
        hold: str | None,
    ) -> None:  # fmt: skip
        """Claim the placements for good and record the event. One's own hold makes way.

        Raises Taken or AlreadyClaimed, and then nothing is claimed.
        """

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            change = claiming(placement, placements, appointment, event if first else None)
            self._change(placement, {**change, "$pull": forgotten(hold, now)}, now, hold, session)

        self._each(placements, write, self.memory.book)

    def cancel(
        self, placements: Sequence[Placement], appointment: Appointment, event: Event,
        release: dt.datetime | None = None,
    ) -> bool:  # fmt: skip
        """Free the placements and record the event, unless the appointment changed meanwhile (then False).

        Until `release` nobody else can have the time.
        """

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            change: Document = {"$bit": freed(placement), "$push": {}}
            if first:
                change["$set"] = {"claims.$.appointment": to_document(appointment)}
                change["$push"] = {"outbox": event.to_document()}
            else:
                change["$pull"] = {"claims": {"id": appointment.id}}
            if release is not None:
                rest = {"id": released(appointment.id), "s": placement.start, "e": placement.end, "x": release}
                change["$push"]["holds"] = rest
            self._change_claim(placement, appointment, first, change, session)

        return self._unless_changed(placements, write)

    def note(self, placements: Sequence[Placement], appointment: Appointment, event: Event) -> bool:
        """Keep a step that leaves the time as it is, with its event, unless the appointment changed meanwhile."""
        change = {
            "$set": {"claims.$.appointment": to_document(appointment)},
            "$push": {"outbox": event.to_document()},
        }
        return self._unless_changed(
            placements[:1],
            lambda placement, first, session: self._change_claim(placement, appointment, first, change, session),
        )

    def move(
        self, old: Sequence[Placement], new: Sequence[Placement], appointment: Appointment, event: Event,
        now: dt.datetime, also: Callable[[ClientSession], object], hold: str | None = None,
    ) -> bool:  # fmt: skip
        """Give the old placements back and take the new ones, all or none; `also` is done in the same transaction.

        A `hold` of one's own on the new ones makes way. False when the appointment changed meanwhile. Raises Taken
        when a new placement is not free.
        """
        for placement in new:
            self._make(placement.agenda)

        def all_of_it(session: ClientSession) -> bool:
            for index, placement in enumerate(old):
                gone: Document = {
                    "$bit": freed(placement),
                    "$pull": {"claims": {"id": appointment.id}, "owners": appointment.id},
                }
                try:
                    self._change_claim(placement, appointment, index == 0, gone, session)
                except Taken:
                    session.abort_transaction()
                    return False
            for index, placement in enumerate(new):
                change = claiming(placement, new, appointment, event if index == 0 else None)
                self._change(placement, {**change, "$pull": forgotten(hold, now)}, now, hold, session)
            also(session)
            return True

        try:
            with self.client.start_session() as session:
                return bool(session.with_transaction(all_of_it))
        finally:
            self.memory.forget([*old, *new])

    def _unless_changed(self, placements: Sequence[Placement], write: Any) -> bool:
        try:
            self._each(placements, write)
        except Taken:
            return False
        return True

    def _change_claim(
        self, placement: Placement, appointment: Appointment, first: bool, change: Document,
        session: ClientSession | None,
    ) -> None:  # fmt: skip
        """Change the agenda that holds the claim. The first one only if the claim is as it was before this step."""
        claim: Document = {"id": appointment.id}
        if first:
            claim["appointment.sequence"] = appointment.sequence - 1
        found = {"_id": str(placement.agenda), "claims": {"$elemMatch": claim}}
        if not self.collection.update_one(found, change, session=session).matched_count:
            raise Taken

    def _each(
        self, placements: Sequence[Placement], write: Any,
        remember: Callable[[Sequence[Placement]], None] | None = None,
    ) -> None:  # fmt: skip
        """One write for one placement, one transaction for several; `remember` when they are done."""
        try:
            if len(placements) == 1:
                write(placements[0], True, None)
            else:
                self._together(placements, write)
        except BaseException:
            self.memory.forget(placements)
            raise
        (remember or self.memory.forget)(placements)

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
        self.collection.update_one({"_id": str(key)}, {"$setOnInsert": new_agenda(key, WORD_NAMES)}, upsert=True)

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
                    free, {**change, "$setOnInsert": new_agenda(placement.agenda, untouched)}, upsert=True
                )
                return
            except DuplicateKeyError as error:
                unless_claimed(error)
                # the agenda is there: either the time is taken, or it was made at this very moment by another writer
        try:
            if not self.collection.update_one(free, change, session=session).matched_count:
                raise Taken
        except DuplicateKeyError as error:
            unless_claimed(error)
            raise
