"""Agendas in MongoDB: one document per resource and local day, changed by one write.

    _id       "rumst/ro-1/2026-11-30"
    b0 .. b4  the booked cells as five words of 60 bits: the longest day has 25 hours, five in each word
    holds     [codecs.HOLD]                  valid until x
    claims    [codecs.CLAIM]                 booked; a cancelled one stays, without its cells
    owners    [id]           the appointments whose first placement is here; uniquely indexed
    outbox    [event]                        what the relay has yet to publish

"No live claim overlaps" is `$bitsAllClear` on the words and `$elemMatch` on the few holds; taking the time is `$bit`.
Claim, time and event are written together. Only a change of several agendas needs a transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from bson.int64 import Int64
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.messaging.event_documents import EVENT
from loket_chassis.storage.connection import Document, durable
from loket_chassis.storage.transactions import run_in_transaction
from loket_contracts.envelope import Event
from loket_contracts.errors import Refusal

from ..domain.appointment import Appointment
from ..domain.resource_day import Agenda, AgendaKey, Hold, Placement
from .agenda_cache import AgendaCache
from .bitmap import WORD_NAMES, cells_in, clear_bits, empty_agenda, set_bits, words_of
from .codecs import (
    CLAIM,
    HOLD,
    LISTED_CLAIM,
    StoredClaim,
    StoredHold,
    added_fields,
    appointment_fields,
)

#: how long an expired hold is stored, so that a resident who is late can still book a slot that is free
EXPIRED_HOLD_RETENTION = dt.timedelta(hours=1)


#: writes one placement; the first of them has the appointment
Write = Callable[[Placement, bool, ClientSession | None], None]


class Taken(Exception):
    """Another live claim overlaps."""


class AlreadyClaimed(Exception):
    """An agenda holds this appointment already: a repeat of its request came first."""


@dataclass(frozen=True)
class HeldSlot:
    """A stored hold: the appointment that it reserves time for, that time, and when it expires.

    `fingerprint`: a hash of the request that created it; None in a hold that an older version of Loket stored.
    """

    appointment: Appointment
    placements: list[Placement]
    expires: dt.datetime
    fingerprint: str | None = None


def require_hold(found: HeldSlot | None, municipality: str) -> HeldSlot:
    """Return `found` if it belongs to this municipality. Raises Refusal: hold-not-found."""
    if found is None or found.appointment.municipality != municipality:
        raise Refusal("hold-not-found")
    return found


def release_hold_id(appointment: str) -> str:
    """The id of the hold that reserves the time of a cancelled appointment until it is released."""
    return f"released-{appointment}"


class Agendas:
    """The agendas of all municipalities."""

    NAME = "agendas"

    def __init__(self, database: Database[Document]) -> None:
        self.collection: Collection[Document] = database[self.NAME]
        self.client = database.client
        self.cache = AgendaCache(self.read)

    def create_indexes(self) -> None:
        self.collection.create_index("holds.id", name="holds", sparse=True)
        # an appointment has one first placement, even when a request is repeated, taken over or late
        self.collection.create_index(
            "owners", name="owners", unique=True, partialFilterExpression={"owners.0": {"$exists": True}}
        )
        self.collection.create_index([("municipality", 1), ("date", 1)], name="day")

    def read(self, keys: Iterable[AgendaKey]) -> dict[AgendaKey, Agenda]:
        """The booked and held time of these agendas. An agenda without a document is free, and left out."""
        fields = dict.fromkeys((*WORD_NAMES, "holds.id", "holds.s", "holds.e", "holds.x"), 1)
        by_id = {str(key): key for key in keys}
        return {
            by_id[document["_id"]]: Agenda(
                booked=cells_in(document),
                holds=tuple([Hold(each["id"], each["s"], each["e"], each["x"]) for each in document.get("holds", ())]),
            )
            for document in self.collection.find({"_id": {"$in": list(by_id)}}, fields)
        }

    def find_claim(self, agenda: str, identifier: str) -> tuple[Appointment, list[Placement]] | None:
        """The appointment with this id, and all its placements. Looks in `agenda` first."""
        found = self.collection.find_one({"_id": agenda, "claims.id": identifier}, {"claims.$": 1})
        if found is None or "appointment" not in found["claims"][0]:
            found = self.collection.find_one(
                {"owners": identifier, "owners.0": {"$exists": True}, "claims.id": identifier}, {"claims.$": 1}
            )
        return _claimed(CLAIM.decode(found["claims"][0])) if found else None

    def get_claim(self, agenda: str, identifier: str) -> tuple[Appointment, list[Placement]]:
        """As `find_claim`. Raises Refusal: appointment-not-found."""
        found = self.find_claim(agenda, identifier)
        if found is None:
            raise Refusal("appointment-not-found")
        return found

    def is_durable(self, appointment: Appointment, placements: Sequence[Placement]) -> bool:
        """Whether no failover can undo this version of an appointment. False when a newer version is stored.

        A repeated command must not be confirmed by what `find_claim` alone finds: see `connection.durable`.
        """
        claim = {"id": appointment.id, "appointment.sequence": appointment.sequence}
        query = {"_id": str(placements[0].agenda), "claims": {"$elemMatch": claim}}
        return durable(self.collection).find_one(query, {"_id": 1}) is not None

    def find_claims(self, identifiers: Iterable[str]) -> dict[str, Appointment]:
        """Many appointments by id, in one query."""
        wanted = list(identifiers)
        mine = {"$filter": {"input": "$claims", "as": "claim", "cond": {"$in": ["$$claim.id", wanted]}}}
        found = self.collection.aggregate(
            [
                {"$match": {"owners": {"$in": wanted}, "owners.0": {"$exists": True}}},
                {"$project": {"claims": mine}},
            ]
        )
        return {
            claim.id: appointment
            for document in found
            for claim in map(LISTED_CLAIM.decode, document["claims"])
            if (appointment := claim.whole_appointment) is not None
        }

    def claimed_ids(self, agendas: Iterable[str]) -> set[str]:
        """The ids of all appointments in these agendas."""
        found = self.collection.find({"_id": {"$in": list(agendas)}}, {"claims.id": 1})
        return {claim["id"] for document in found for claim in document.get("claims", ())}

    def find_hold(self, identifier: str) -> HeldSlot | None:
        """The hold with this id, also for an hour after it expired."""
        found = self.collection.find_one(
            {"holds": {"$elemMatch": {"id": identifier, "appointment": {"$exists": True}}}}, {"holds.$": 1}
        )
        if found is None:
            return None
        stored = HOLD.decode(found["holds"][0])
        return HeldSlot(*_claimed(stored), stored.expires, stored.fingerprint)

    def get_hold(self, municipality: str, identifier: str) -> HeldSlot:
        """As `find_hold`, of this municipality. Raises Refusal: hold-not-found."""
        return require_hold(self.find_hold(identifier), municipality)

    def hold(
        self, placements: Sequence[Placement], appointment: Appointment, expires: dt.datetime, now: dt.datetime,
        fingerprint: str | None = None, replaces: str | None = None,
    ) -> None:  # fmt: skip
        """Reserve the placements until `expires`. `replaces`: the id of a hold that is dropped for this one.

        Raises Taken, and then reserves nothing.
        """

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            held = StoredHold(appointment.id, placement.start, placement.end, expires)
            if first:
                held = replace(
                    held, **appointment_fields(appointment), placements=tuple(placements), fingerprint=fingerprint
                )
            self._update_if_free(placement, {"$push": {"holds": HOLD.encode(held)}}, now, replaces, session)

        self._write_each(placements, write)
        if replaces is not None:  # last: until then both holds reserve the time
            self.drop_hold(replaces)

    def prolong_hold(
        self, placements: Sequence[Placement], appointment: Appointment, expires: dt.datetime, now: dt.datetime
    ) -> None:
        """Hold the placements of a hold until `expires`, with this appointment. It may have expired.

        Raises Taken, and then changes nothing.
        """

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            changed = HOLD.encode_fields(expires=expires, **(appointment_fields(appointment) if first else {}))
            result = self.collection.update_one(
                {**_is_free(placement, now, appointment.id), "holds.id": appointment.id},
                {"$set": {f"holds.$[own].{name}": value for name, value in changed.items()}},
                array_filters=[{"own.id": appointment.id}],
                session=session,
            )
            if not result.matched_count:
                raise Taken

        self._write_each(placements, write)

    def drop_hold(self, identifier: str) -> None:
        """Release a hold before it expires."""
        for document in self.collection.find({"holds.id": identifier}, {"_id": 1}):
            self.collection.update_one({"_id": document["_id"]}, {"$pull": {"holds": {"id": identifier}}})
            self.cache.invalidate([Placement(AgendaKey.parse(document["_id"]), 0, 0)])

    def book(
        self, placements: Sequence[Placement], appointment: Appointment, event: Event, now: dt.datetime,
        hold: str | None,
    ) -> None:  # fmt: skip
        """Claim the placements and store the event. `hold`: the caller's own, which is dropped.

        Raises Taken or AlreadyClaimed, and then claims nothing.
        """

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            change = _claim_change(placement, placements, appointment, event if first else None)
            self._update_if_free(placement, {**change, "$pull": _stale_holds(hold, now)}, now, hold, session)

        self._write_each(placements, write, self.cache.add_booked)

    def cancel(
        self, placements: Sequence[Placement], appointment: Appointment, event: Event,
        release: dt.datetime | None = None,
    ) -> bool:  # fmt: skip
        """Free the placements and store the event. False if the appointment was changed meanwhile.

        The time cannot be booked before `release`.
        """

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            change: Document = {"$bit": clear_bits(placement), "$push": {}}
            if first:
                change["$set"] = _set_claim(placements, appointment)
                change["$push"] = {"outbox": EVENT.encode(event)}
            else:
                change["$pull"] = {"claims": {"id": appointment.id}}
            if release is not None:
                rest = StoredHold(release_hold_id(appointment.id), placement.start, placement.end, release)
                change["$push"]["holds"] = HOLD.encode(rest)
            self._update_claim(placement, appointment, first, change, session)

        return self._write_unless_changed(placements, write)

    def restore(
        self, placements: Sequence[Placement], appointment: Appointment, event: Event, now: dt.datetime
    ) -> None:
        """Claim the time of a cancelled appointment again, and store the event. The hold of that time is dropped.

        Raises Taken when the time is no longer free, or the appointment was changed meanwhile.
        """
        reserve = release_hold_id(appointment.id)

        def write(placement: Placement, first: bool, session: ClientSession | None) -> None:
            change: Document = {"$bit": set_bits(placement), "$pull": {"holds": {"id": reserve}}}
            if first:
                change |= {"$set": _set_claim(placements, appointment), "$push": {"outbox": EVENT.encode(event)}}
                found = {**_is_free(placement, now, reserve), **_with_claim(placement, appointment, first)}
                if not self.collection.update_one(found, change, session=session).matched_count:
                    raise Taken
            else:
                claim = StoredClaim(appointment.id, placement.start, placement.end, placement.purpose)
                change["$push"] = {"claims": CLAIM.encode(claim)}
                self._update_if_free(placement, change, now, reserve, session)

        self._write_each(placements, write)

    def save_transition(self, placements: Sequence[Placement], appointment: Appointment, event: Event) -> bool:
        """Store a transition that changes no time, with its event. False if the appointment was changed meanwhile."""
        change = {
            "$set": _set_claim(placements, appointment),
            "$push": {"outbox": EVENT.encode(event)},
        }
        return self._write_unless_changed(
            placements[:1],
            lambda placement, first, session: self._update_claim(placement, appointment, first, change, session),
        )

    def move(
        self, old: Sequence[Placement], new: Sequence[Placement], appointment: Appointment, event: Event,
        now: dt.datetime, also: Callable[[ClientSession], object], hold: str | None = None,
    ) -> bool:  # fmt: skip
        """Free the old placements and claim the new ones, all or none. `also` runs in the same transaction.

        `hold`: the caller's own on the new ones, which is dropped. False if the appointment was changed meanwhile.
        Raises Taken when a new placement is not free.
        """
        for placement in new:
            self._ensure_document(placement.agenda)

        def move_all(session: ClientSession) -> bool:
            try:
                before = [self._remove_claim(each, appointment, each is old[0], session) for each in old]
            except Taken:
                session.abort_transaction()
                return False
            for index, placement in enumerate(new):
                change = _claim_change(placement, new, appointment, event if index == 0 else None, before[0])
                self._update_if_free(placement, {**change, "$pull": _stale_holds(hold, now)}, now, hold, session)
            also(session)
            return True

        try:
            return run_in_transaction(self.client, move_all)
        finally:
            self.cache.invalidate([*old, *new])

    def _write_unless_changed(self, placements: Sequence[Placement], write: Write) -> bool:
        try:
            self._write_each(placements, write)
        except Taken:
            return False
        return True

    def _update_claim(
        self, placement: Placement, appointment: Appointment, first: bool, change: Document,
        session: ClientSession | None,
    ) -> None:  # fmt: skip
        """Change the agenda with this claim. For the first placement, the claim must be one sequence number behind.

        Raises Taken.
        """
        found = _with_claim(placement, appointment, first)
        if not self.collection.update_one(found, change, session=session).matched_count:
            raise Taken

    def _remove_claim(
        self, placement: Placement, appointment: Appointment, first: bool, session: ClientSession
    ) -> StoredClaim:
        """Remove the claim, under the condition of `_update_claim`, and free its time. Returns it. Raises Taken."""
        change = {"$bit": clear_bits(placement), "$pull": {"claims": {"id": appointment.id}, "owners": appointment.id}}
        found = _with_claim(placement, appointment, first)
        before = self.collection.find_one_and_update(found, change, {"claims.$": 1}, session=session)
        if before is None:
            raise Taken
        return CLAIM.decode(before["claims"][0])

    def _write_each(
        self, placements: Sequence[Placement], write: Write,
        update_cache: Callable[[Sequence[Placement]], None] | None = None,
    ) -> None:  # fmt: skip
        """One write for one placement, one transaction for several. Then updates, else invalidates the cache."""
        try:
            if len(placements) == 1:
                write(placements[0], True, None)
            else:
                self._write_in_transaction(placements, write)
        except BaseException:
            self.cache.invalidate(placements)
            raise
        (update_cache or self.cache.invalidate)(placements)

    def _write_in_transaction(self, placements: Sequence[Placement], write: Write) -> None:
        def write_all(session: ClientSession) -> None:
            for index, placement in enumerate(placements):
                write(placement, index == 0, session)

        for placement in placements:
            self._ensure_document(placement.agenda)
        run_in_transaction(self.client, write_all)

    def _ensure_document(self, key: AgendaKey) -> None:
        """Create the agenda's document if there is none: an upsert that collides would end a transaction."""
        self.collection.update_one({"_id": str(key)}, {"$setOnInsert": empty_agenda(key, WORD_NAMES)}, upsert=True)

    def _update_if_free(
        self, placement: Placement, change: Document, now: dt.datetime, own_hold: str | None,
        session: ClientSession | None,
    ) -> None:  # fmt: skip
        """Apply `change` if no live claim overlaps the placement. Creates the agenda outside of a transaction.

        Raises Taken, AlreadyClaimed.
        """
        free = _is_free(placement, now, own_hold)
        if session is None:
            untouched = [name for name in WORD_NAMES if name not in change.get("$bit", {})]
            try:
                self.collection.update_one(
                    free, {**change, "$setOnInsert": empty_agenda(placement.agenda, untouched)}, upsert=True
                )
                return
            except DuplicateKeyError as error:
                _raise_if_claimed(error)
                # the document exists: either the time is taken, or another writer created it just now
        try:
            if not self.collection.update_one(free, change, session=session).matched_count:
                raise Taken
        except DuplicateKeyError as error:
            _raise_if_claimed(error)
            raise


def _is_free(placement: Placement, now: dt.datetime, own_hold: str | None) -> Document:
    """The query for the agenda of a placement, if no live claim or hold but the caller's own overlaps it."""
    overlapping: Document = {"s": {"$lt": placement.end}, "e": {"$gt": placement.start}, "x": {"$gt": now}}
    if own_hold is not None:
        overlapping["id"] = {"$ne": own_hold}
    return {
        "_id": str(placement.agenda),
        **{name: {"$bitsAllClear": Int64(bits)} for name, bits in words_of(placement.cells)},
        "holds": {"$not": {"$elemMatch": overlapping}},
    }


def _with_claim(placement: Placement, appointment: Appointment, first: bool) -> Document:
    """The query for the agenda with this claim; the first one must be one sequence number behind `appointment`."""
    claim: Document = {"id": appointment.id}
    if first:
        claim["appointment.sequence"] = appointment.sequence - 1
    return {"_id": str(placement.agenda), "claims": {"$elemMatch": claim}}


def _claim_change(
    placement: Placement, placements: Sequence[Placement], appointment: Appointment, event: Event | None,
    before: StoredClaim | None = None,
) -> Document:  # fmt: skip
    """The update that claims a placement. That of the first one, which has the event, also stores the appointment.

    `before`: the first claim of an appointment that moves, whose unknown fields are preserved.
    """
    if event is None:
        claim = StoredClaim(appointment.id, placement.start, placement.end, placement.purpose)
        return {"$bit": set_bits(placement), "$push": {"claims": CLAIM.encode(claim)}}
    claim = _first_claim(placements, appointment)
    pushed = {
        "claims": CLAIM.encode(replace(claim, unknown_fields=before.unknown_fields) if before else claim),
        "outbox": EVENT.encode(event),
        "owners": appointment.id,
    }
    return {"$bit": set_bits(placement), "$push": pushed}


def _first_claim(placements: Sequence[Placement], appointment: Appointment) -> StoredClaim:
    first = placements[0]
    return StoredClaim(
        appointment.id, first.start, first.end, first.purpose, placements=tuple(placements),
        **appointment_fields(appointment),
    )  # fmt: skip


def _set_claim(placements: Sequence[Placement], appointment: Appointment) -> Document:
    """The `$set` of the first claim, field by field: those that this version does not know stay.

    An addition that has its default again replaces the stored one.
    """
    fields = CLAIM.encode(_first_claim(placements, appointment)) | CLAIM.encode_fields(**added_fields(appointment))
    return {f"claims.$.{name}": value for name, value in fields.items()}


def _claimed(stored: StoredClaim | StoredHold) -> tuple[Appointment, list[Placement]]:
    """The appointment of a first claim or hold, and all its placements."""
    appointment = stored.whole_appointment
    assert appointment is not None
    return appointment, list(stored.placements)


def _stale_holds(hold: str | None, now: dt.datetime) -> Document:
    """The holds that a booking deletes: its own, and those that expired more than an hour ago."""
    return {"holds": {"$or": [{"id": hold}, {"x": {"$lte": now - EXPIRED_HOLD_RETENTION}}]}}


def _raise_if_claimed(error: DuplicateKeyError) -> None:
    """Raise AlreadyClaimed when the duplicate is the appointment, not the agenda."""
    if "owners" in (error.details or {}).get("keyPattern", {}):
        raise AlreadyClaimed from error
