"""Messages in MongoDB: one document each, with its state. No address and no text is stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pymongo import ASCENDING, DESCENDING, UpdateMany, UpdateOne
from pymongo.database import Database

from loket_chassis.messaging.event_documents import EVENT
from loket_chassis.storage.codec import Codec, Layout
from loket_chassis.storage.connection import Document
from loket_contracts.envelope import Event
from loket_contracts.unknown_fields import PreservesUnknownFields

from ..domain.planning import PlannedMessage
from ..domain.segments import Cut
from .suppressions import UNREACHABLE

#: a lease that is not extended expires after this time, and others take the message over
LEASE = dt.timedelta(seconds=20)
#: leases after which a message that may have been sent is taken over. An outage of the database delays the record that
#: it was sent, and the extension of its lease: a shorter one must not send it twice.
LEASES_WHEN_BEGUN = 3
SETTLED = ("sent", "delivered", "failed", "suppressed")
MAX_TRIES_KEPT = 10


@dataclass(frozen=True)
class Attempt(PreservesUnknownFields):
    """One attempt to send. `outcome`: `sent`, or why not."""

    at: dt.datetime
    provider: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class Message(PlannedMessage):
    """A planned message and its state: planned, sending, sent, delivered, failed or suppressed.

    `attempts`: with the one that is being made. `next_at`: when it is due, or when its lease expires; None once it is
    settled. `begun`: it may have been sent; set just before sending, for the process that takes over. `uncertain`: how
    often it may have been sent without confirmation. `times`: how often it was sent before, when it is sent again on
    request. `person`: the mark of the recipient, for counting. `tries`: the last of them.
    """

    state: str
    planned_at: dt.datetime
    attempts: int = 0
    next_at: dt.datetime | None = None
    traceparent: str | None = None
    claim: str | None = None
    begun: bool = False
    uncertain: int = 0
    times: int = 0
    settled_at: dt.datetime | None = None
    reason: str = ""
    provider: str = ""
    provider_id: str = ""
    person: str | None = None
    encoding: str | None = None
    segments: int | None = None
    tries: tuple[Attempt, ...] = ()


#: the fields that a planned message does not have yet; indexes depend on their absence
_LATER = frozenset(
    {
        "traceparent", "claim", "begun", "uncertain", "times", "settled_at", "provider", "provider_id",
        "person", "encoding", "segments", "tries", "next_at",
    }
)  # fmt: skip
MESSAGE = Codec(Message, Layout(omit_default=_LATER))


@dataclass(frozen=True)
class Claimed:
    """A message that this process may send until the lease expires.

    `may_have_been_sent`: the process that had it before died when it may have been sent.
    """

    message: Message
    may_have_been_sent: bool = False

    @property
    def lease(self) -> tuple[str, str]:
        """The message id and the claim."""
        return self.message.id, self.message.claim or ""


class Messages:
    """All messages, by the id that is derived from their content."""

    NAME = "messages"

    def __init__(self, database: Database[Document], lease: dt.timedelta = LEASE) -> None:
        self.collection = database[self.NAME]
        self.lease = lease

    def create_indexes(self, keep: dt.timedelta) -> None:
        self.collection.create_index("next_at", name="due", partialFilterExpression={"next_at": {"$exists": True}})
        self.collection.create_index([("municipality", ASCENDING), ("appointment", ASCENDING)], name="appointment")
        self.collection.create_index(
            [("person", ASCENDING), ("settled_at", ASCENDING)], name="person",
            partialFilterExpression={"person": {"$exists": True}},
        )  # fmt: skip
        self.collection.create_index(
            [("provider", ASCENDING), ("provider_id", ASCENDING)], name="receipts",
            partialFilterExpression={"provider_id": {"$gt": ""}},
        )  # fmt: skip
        self.collection.create_index(
            [("municipality", ASCENDING), ("settled_at", DESCENDING)], name="failed",
            partialFilterExpression={"state": "failed"},
        )  # fmt: skip
        self.collection.create_index(
            [("municipality", ASCENDING), ("settled_at", DESCENDING)], name="barred",
            partialFilterExpression={"state": "suppressed", "reason": UNREACHABLE},
        )  # fmt: skip
        self.collection.create_index("settled_at", name="kept_for", expireAfterSeconds=int(keep.total_seconds()))

    def planned(self, message: PlannedMessage, now: dt.datetime, traceparent: str | None) -> UpdateOne:
        """The write that inserts the message, unless it exists."""
        return _insert(_fresh(message, now, traceparent))

    def planned_and_claimed(
        self, message: PlannedMessage, now: dt.datetime, traceparent: str | None, claim: str
    ) -> tuple[Claimed, UpdateOne]:
        """A message that is due already, under a lease, and the write that inserts it, unless it exists."""
        fresh = replace(
            _fresh(message, now, traceparent), state="sending", claim=claim, next_at=now + self.lease, attempts=1
        )
        return Claimed(fresh), _insert(fresh)

    def superseded(self, appointment: str, sequence: int, kinds: Iterable[str], now: dt.datetime) -> UpdateMany:
        """The write that suppresses planned messages about an earlier time of this appointment."""
        return UpdateMany(
            {
                "appointment": appointment, "sequence": {"$lt": sequence}, "state": "planned",
                "kind": {"$in": list(kinds)},
            },
            {
                "$set": {"state": "suppressed", "reason": "the appointment has changed since", "settled_at": now},
                "$unset": {"next_at": ""},
            },
        )  # fmt: skip

    def forgotten(self, appointments: Sequence[str], now: dt.datetime) -> None:
        """Suppress all planned messages of these appointments, and remove the marks of their persons."""
        self.collection.update_many(
            {"appointment": {"$in": list(appointments)}, "state": "planned"},
            {
                "$set": {"state": "suppressed", "reason": "the resident was forgotten", "settled_at": now},
                "$unset": {"next_at": ""},
            },
        )
        self.collection.update_many({"appointment": {"$in": list(appointments)}}, {"$unset": {"person": ""}})

    def lag_seconds(self, now: dt.datetime) -> float:
        """How long the message that is due longest has waited for its first attempt, in seconds; 0 when none is due."""
        due = {"next_at": {"$lte": now}, "state": "planned"}
        found = self.collection.find_one(due, {"next_at": 1}, sort=[("next_at", ASCENDING)])
        return (now - found["next_at"]).total_seconds() if found else 0.0

    def claim(self, most: int, claim: str, now: dt.datetime, without: Iterable[str] = ()) -> list[Claimed]:
        """Claim up to `most` due messages under a lease, the longest due first.

        Includes those whose lease expired; `uncertain` counts how often such a message may have been sent. `without`:
        those that the caller is sending, whose lease may have expired while the database was away.
        """
        wanted: Document = {"next_at": {"$lte": now}, "_id": {"$nin": list(without)}}
        due = list(self.collection.find(wanted, {"begun": 1}).sort("next_at", 1).limit(most))
        if not due:
            return []
        may_have_been_sent = {each["_id"]: each.get("begun", False) for each in due}
        ids = {"$in": list(may_have_been_sent)}
        self.collection.update_many(
            {"_id": ids, "next_at": {"$lte": now}},
            [
                {
                    "$set": {
                        "state": "sending", "claim": claim, "next_at": now + self.lease,
                        "attempts": {"$add": ["$attempts", 1]}, "begun": False,
                        "uncertain": {
                            "$add": [{"$ifNull": ["$uncertain", 0]}, {"$cond": [{"$ifNull": ["$begun", False]}, 1, 0]}]
                        },
                    }
                }
            ],
        )  # fmt: skip
        return [
            Claimed(message, may_have_been_sent[message.id])
            for message in map(MESSAGE.decode, self.collection.find({"_id": ids, "claim": claim, "state": "sending"}))
        ]

    def extend(self, leases: Iterable[tuple[str, str]], now: dt.datetime) -> None:
        """Extend these leases, each a message id and its claim."""
        known = list(leases)
        self.collection.update_many(
            {
                "_id": {"$in": [identifier for identifier, _ in known]},
                "claim": {"$in": list({claim for _, claim in known})},
                "state": "sending",
            },
            {"$max": {"next_at": now + self.lease}},
        )

    def sending_begun(self, claimed: Claimed, now: dt.datetime) -> UpdateOne:
        """The write that records that the message may have been sent from now on, and extends its lease."""
        return UpdateOne(
            {"_id": claimed.message.id, "claim": claimed.message.claim},
            {"$set": {"begun": True, "next_at": now + LEASES_WHEN_BEGUN * self.lease}},
        )

    def is_held(self, claimed: Claimed) -> bool:
        """Whether this process still has the message: another one claims it once the lease has expired."""
        return self.collection.find_one(_sending(claimed), {"_id": 1}) is not None

    def retried(
        self, claimed: Claimed, at: dt.datetime, now: dt.datetime, reason: str, is_uncertain: bool = False
    ) -> UpdateOne:
        """The write that releases the claim, for another attempt."""
        return UpdateOne(
            _sending(claimed),
            {
                "$set": {"state": "planned", "next_at": at, "reason": reason, "begun": False},
                "$inc": {"uncertain": int(is_uncertain)},
                **_tried(now, "", reason),
            },
        )

    def settled(
        self, claimed: Claimed, state: str, now: dt.datetime, reason: str = "", event: Event | None = None,
        provider: str = "", provider_id: str = "", person: str = "", size: Cut | None = None,
    ) -> UpdateOne:  # fmt: skip
        """The write that moves the message to its final state, with its event."""
        known: Document = {"state": state, "settled_at": now, "reason": reason, "begun": False}
        if size is not None:
            known |= {"encoding": size.encoding, "segments": size.segments}
        if provider:
            known |= {"provider": provider, "provider_id": provider_id}
        if person:
            known["person"] = person
        change: Document = {"$set": known, "$unset": {"next_at": "", "claim": ""}}
        pushed = _tried(now, provider, state if state == "sent" else reason)
        if event is not None:
            pushed["$push"]["outbox"] = EVENT.encode(event)
        return UpdateOne(_sending(claimed), {**change, **pushed})

    def counts(self, people: Iterable[str], since: dt.datetime) -> dict[tuple[str, str], int]:
        """The number of messages to these persons since then, by person and channel."""
        found = self.collection.aggregate(
            [
                {"$match": {"person": {"$in": list(people)}, "settled_at": {"$gte": since}}},
                {"$group": {"_id": {"person": "$person", "channel": "$channel"}, "n": {"$sum": 1}}},
            ]
        )
        return {(each["_id"]["person"], each["_id"]["channel"]): each["n"] for each in found}

    def receive(self, provider: str, provider_id: str, state: str, reason: str, event: Event) -> bool:
        """Record a delivery receipt. Return False when no such message was sent."""
        query = {"provider": provider, "provider_id": provider_id, "state": "sent"}
        change = {"$set": {"state": state, "reason": reason}, "$push": {"outbox": EVENT.encode(event)}}
        return self.collection.update_one(query, change).modified_count == 1

    def by_receipt(self, provider: str, provider_id: str) -> Message | None:
        """The message of a receipt."""
        return MESSAGE.decode_found(self.collection.find_one({"provider": provider, "provider_id": provider_id}))

    def revive(self, municipality: str, identifier: str, now: dt.datetime, within: dt.timedelta) -> bool:
        """Plan a settled message again, to be sent within this time and before it expires.

        Return False when there is none.
        """
        longer = {"$max": ["$until", {"$min": ["$start", now + within]}]}
        result = self.collection.update_one(
            {"_id": identifier, "municipality": municipality, "state": {"$in": list(SETTLED)}},
            [
                {
                    "$set": {
                        "state": "planned", "next_at": now, "until": longer, "begun": False, "uncertain": 0,
                        "times": {"$add": [{"$ifNull": ["$times", 0]}, 1]},
                    }
                },
                {"$unset": ["settled_at", "provider_id"]},
            ],
        )  # fmt: skip
        return result.modified_count == 1

    def of_appointment(self, municipality: str, appointment: str) -> list[Message]:
        found = self.collection.find({"municipality": municipality, "appointment": appointment})
        return [MESSAGE.decode(each) for each in found.sort("planned_at", 1)]

    def count_left(self) -> int:
        """The approximate number of messages."""
        return self.collection.estimated_document_count()

    def after(self, identifier: str, most: int) -> list[Message]:
        """The next messages by id."""
        found = self.collection.find({"_id": {"$gt": identifier}}).sort("_id", 1).limit(most)
        return [MESSAGE.decode(each) for each in found]

    def failures(self, municipality: str, since: dt.datetime, most: int) -> list[Message]:
        """The failed messages, and those that were suppressed because the address is unreachable."""
        states: list[Document] = [{"state": "failed"}, {"state": "suppressed", "reason": UNREACHABLE}]
        query = {"municipality": municipality, "settled_at": {"$gte": since}}
        found = self.collection.find({"$or": [query | state for state in states]})
        return [MESSAGE.decode(each) for each in found.sort("settled_at", -1).limit(most)]


def _fresh(message: PlannedMessage, now: dt.datetime, traceparent: str | None) -> Message:
    return Message(**vars(message), state="planned", planned_at=now, next_at=message.due_at, traceparent=traceparent)


def _insert(message: Message) -> UpdateOne:
    return UpdateOne({"_id": message.id}, {"$setOnInsert": MESSAGE.encode(message)}, upsert=True)


def _sending(claimed: Claimed) -> Document:
    """The query for the message while the claim lasts."""
    return {"_id": claimed.message.id, "claim": claimed.message.claim, "state": "sending"}


def _tried(now: dt.datetime, provider: str, outcome: str) -> Document:
    (tried,) = MESSAGE.encode_fields(tries=(Attempt(now, provider, outcome),))["tries"]
    return {"$push": {"tries": {"$each": [tried], "$slice": -MAX_TRIES_KEPT}}}
