"""Subscriptions and deliveries in MongoDB. Events contain no personal data."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from typing import Any

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage import pagination
from loket_chassis.storage.codec import DOCUMENT_ID, Codec, Layout
from loket_chassis.storage.connection import Document
from loket_contracts.rpc.notification.answers import Delivery, Subscription
from loket_contracts.unknown_fields import PreservesUnknownFields

#: the delay after each failed attempt
DELAYS = tuple(dt.timedelta(seconds=each) for each in (5, 60, 300, 1800, 7200, 18000, 36000, 86400))
#: a subscription whose deliveries all fail for this long is disabled
DISABLE_AFTER = dt.timedelta(days=3)
#: the claim on a delivery expires after this time, and others take it over
CLAIM = dt.timedelta(seconds=60)
KEPT_FOR = dt.timedelta(days=30)
MAX_TRIES_STORED = 10


@dataclass(frozen=True)
class StoredSubscription(PreservesUnknownFields):
    """`owner`: the code of a portal's key. `failing_since`: of its last delivery on, none has succeeded."""

    id: str
    municipality: str
    owner: str
    url: str
    types: tuple[str, ...]
    secret: str
    made_at: dt.datetime
    active: bool = True
    failing_since: dt.datetime | None = None


@dataclass(frozen=True)
class DeliveryAttempt(PreservesUnknownFields):
    """One attempt to deliver. `status`: of the HTTP response, if there was one."""

    at: dt.datetime
    status: int | None
    error: str | None


@dataclass(frozen=True)
class StoredDelivery(PreservesUnknownFields):
    """One event for one subscription; its state is waiting, delivered or failed.

    `key`: unique for these two. `due`: while it waits; a claim moves it forward. `failed`: attempts in a row.
    """

    key: str
    subscription: str
    municipality: str
    event: str
    type: str
    body: str
    made_at: dt.datetime
    id: Any = None
    state: str = "waiting"
    due: dt.datetime | None = None
    failed: int = 0
    tries: tuple[DeliveryAttempt, ...] = ()


SUBSCRIPTION = Codec(StoredSubscription, DOCUMENT_ID)
DELIVERY = Codec(StoredDelivery, Layout({"id": "_id"}, omit_default={"id", "due"}))


class Webhooks:
    """The subscriptions, and the deliveries to them."""

    def __init__(self, database: Database[Document]) -> None:
        self.subscriptions = database["webhooks"]
        self.deliveries = database["webhook_deliveries"]

    def create_indexes(self) -> None:
        self.subscriptions.create_index([("municipality", 1), ("owner", 1)], name="owner")
        self.deliveries.create_index("due", name="due", partialFilterExpression={"due": {"$exists": True}})
        self.deliveries.create_index([("subscription", 1), ("_id", -1)], name="pages")
        self.deliveries.create_index("key", unique=True, name="once")
        self.deliveries.create_index("made_at", expireAfterSeconds=int(KEPT_FOR.total_seconds()), name="expires")

    def add(
        self, municipality: str, owner: str, url: str, types: list[str], secret: str, now: dt.datetime
    ) -> StoredSubscription:
        made = StoredSubscription(uuid.uuid4().hex, municipality, owner, url, tuple(types), secret, now)
        self.subscriptions.insert_one(SUBSCRIPTION.encode(made))
        return made

    def of_owner(self, municipality: str, owner: str | None) -> list[StoredSubscription]:
        """The subscriptions of an owner; of all owners for None."""
        found = self.subscriptions.find(_whose(municipality, owner)).sort([("owner", 1), ("made_at", 1)])
        return [SUBSCRIPTION.decode(each) for each in found]

    def one(self, municipality: str, owner: str | None, identifier: str) -> StoredSubscription | None:
        """A subscription of an owner; of any owner for None."""
        found = self.subscriptions.find_one({"_id": identifier, **_whose(municipality, owner)})
        return SUBSCRIPTION.decode_found(found)

    def remove(self, identifier: str) -> None:
        self.subscriptions.delete_one({"_id": identifier})
        self.deliveries.delete_many({"subscription": identifier})

    def switch_on(self, identifier: str) -> None:
        self.subscriptions.update_one(
            {"_id": identifier}, {"$set": SUBSCRIPTION.encode_fields(active=True, failing_since=None)}
        )

    def wanted(self) -> frozenset[tuple[str, str]]:
        """(municipality, type) of all subscribed events."""
        found = self.subscriptions.find({"active": True}, {"municipality": 1, "types": 1})
        return frozenset((each["municipality"], name) for each in found for name in each["types"])

    def wanting(self, municipality: str, event_type: str) -> list[StoredSubscription]:
        found = self.subscriptions.find({"municipality": municipality, "types": event_type, "active": True})
        return [SUBSCRIPTION.decode(each) for each in found]

    def plan(self, subscription: StoredSubscription, event: str, event_type: str, body: str, now: dt.datetime) -> None:
        """Plan a delivery. A repeated event plans nothing new."""
        key = hashlib.sha256(f"{subscription.id} {event}".encode()).hexdigest()
        try:
            self.deliveries.insert_one(
                DELIVERY.encode(
                    StoredDelivery(
                        key, subscription.id, subscription.municipality, event, event_type, body, made_at=now, due=now
                    )
                )
            )
        except DuplicateKeyError:
            return

    def claim(self, now: dt.datetime) -> StoredDelivery | None:
        """Claim the delivery that has been due longest, or return None."""
        found = self.deliveries.find_one_and_update(
            {"due": {"$lte": now}}, {"$set": DELIVERY.encode_fields(due=now + CLAIM)}, sort=[("due", 1)],
            return_document=ReturnDocument.AFTER,
        )  # fmt: skip
        return DELIVERY.decode_found(found)

    def subscription_of(self, delivery: StoredDelivery) -> StoredSubscription | None:
        return SUBSCRIPTION.decode_found(self.subscriptions.find_one({"_id": delivery.subscription}))

    def note_delivered(self, delivery: StoredDelivery, status: int, now: dt.datetime) -> None:
        self._note(delivery, DELIVERY.encode_fields(state="delivered"), DeliveryAttempt(now, status, None), ends=True)
        self.subscriptions.update_one(
            {"_id": delivery.subscription}, {"$set": SUBSCRIPTION.encode_fields(failing_since=None)}
        )

    def note_failed(
        self,
        delivery: StoredDelivery,
        subscription: StoredSubscription,
        status: int | None,
        error: str | None,
        now: dt.datetime,
    ) -> None:
        """Plan a retry after a growing delay, up to the last; disable a subscription that fails for days."""
        failed = delivery.failed + 1
        given_up = failed > len(DELAYS)
        changes = DELIVERY.encode_fields(failed=failed, state="failed" if given_up else "waiting")
        if not given_up:
            changes |= DELIVERY.encode_fields(due=now + DELAYS[failed - 1])
        self._note(delivery, changes, DeliveryAttempt(now, status, error), ends=given_up)
        since = subscription.failing_since or now
        off = {"active": False} if now - since > DISABLE_AFTER else {}
        self.subscriptions.update_one(
            {"_id": subscription.id}, {"$set": SUBSCRIPTION.encode_fields(failing_since=since, **off)}
        )

    def drop(self, delivery: StoredDelivery) -> None:
        failed = DELIVERY.encode_fields(state="failed")
        self.deliveries.update_one({"_id": delivery.id}, {"$set": failed, "$unset": {"due": ""}})

    def _note(self, delivery: StoredDelivery, changes: Document, attempt: DeliveryAttempt, ends: bool) -> None:
        tries = DELIVERY.encode_fields(tries=(attempt,))["tries"]
        update: Document = {"$set": changes, "$push": {"tries": {"$each": tries, "$slice": -MAX_TRIES_STORED}}}
        if ends:
            update["$unset"] = {"due": ""}
        self.deliveries.update_one({"_id": delivery.id}, update)

    def page(self, subscription: str, cursor: str | None, most: int) -> tuple[list[Delivery], str | None]:
        """The deliveries, the latest first. Raises Refusal: invalid-request."""
        found, more = pagination.latest(self.deliveries, {"subscription": subscription}, cursor, most)
        return [_describe_delivery(DELIVERY.decode(each)) for each in found], more

    def again(self, subscription: str, event: str, now: dt.datetime) -> bool:
        """Plan the delivery again. Return False when there is none."""
        changes = DELIVERY.encode_fields(state="waiting", due=now, failed=0)
        return bool(
            self.deliveries.update_one({"subscription": subscription, "event": event}, {"$set": changes}).matched_count
        )

    def waiting(self) -> int:
        return self.deliveries.count_documents({"due": {"$exists": True}})


def _whose(municipality: str, owner: str | None) -> Document:
    return {"municipality": municipality} if owner is None else {"municipality": municipality, "owner": owner}


def _describe_delivery(delivery: StoredDelivery) -> Delivery:
    return {
        "event": delivery.event,
        "type": delivery.type,
        "state": delivery.state,
        "made_at": delivery.made_at.isoformat(),
        "next_try": delivery.due.isoformat() if delivery.state == "waiting" and delivery.due else None,
        "tries": [{"at": each.at.isoformat(), "status": each.status, "error": each.error} for each in delivery.tries],
    }


def describe(subscription: StoredSubscription) -> Subscription:
    """A subscription as its owner sees it, without its secret."""
    since = subscription.failing_since
    return {
        "id": subscription.id,
        "owner": subscription.owner,
        "url": subscription.url,
        "types": list(subscription.types),
        "active": subscription.active,
        "made_at": subscription.made_at.isoformat(),
        "failing_since": since.isoformat() if since else None,
    }
