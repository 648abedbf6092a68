"""Subscriptions and deliveries in MongoDB. Events contain no personal data.

subscription  {_id, municipality, owner, url, types, secret, active, made_at, failing_since}
delivery      {_id, subscription, municipality, event, type, body, state, due, tries, made_at}
state         waiting | delivered | failed; `due` is present while it waits; a claim moves it forward
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid

from pymongo import ReturnDocument
from pymongo.database import Database
from pymongo.errors import DuplicateKeyError

from loket_chassis.storage import pagination
from loket_chassis.storage.connection import Document
from loket_contracts.rpc.notification.answers import Delivery, Subscription

#: the delay after each failed attempt
DELAYS = tuple(dt.timedelta(seconds=each) for each in (5, 60, 300, 1800, 7200, 18000, 36000, 86400))
#: a subscription whose deliveries all fail for this long is disabled
PATIENCE = dt.timedelta(days=3)
#: the claim on a delivery expires after this time, and others take it over
CLAIM = dt.timedelta(seconds=60)
KEPT_FOR = dt.timedelta(days=30)
MAX_TRIES_STORED = 10


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

    def add(self, municipality: str, owner: str, url: str, types: list[str], secret: str, now: dt.datetime) -> Document:
        made: Document = {
            "_id": uuid.uuid4().hex, "municipality": municipality, "owner": owner, "url": url, "types": types,
            "secret": secret, "active": True, "made_at": now, "failing_since": None,
        }  # fmt: skip
        self.subscriptions.insert_one(made)
        return made

    def of_owner(self, municipality: str, owner: str | None) -> list[Document]:
        """The subscriptions of an owner; of all owners for None."""
        return list(self.subscriptions.find(_whose(municipality, owner)).sort([("owner", 1), ("made_at", 1)]))

    def one(self, municipality: str, owner: str | None, identifier: str) -> Document | None:
        """A subscription of an owner; of any owner for None."""
        return self.subscriptions.find_one({"_id": identifier, **_whose(municipality, owner)})

    def remove(self, identifier: str) -> None:
        self.subscriptions.delete_one({"_id": identifier})
        self.deliveries.delete_many({"subscription": identifier})

    def switch_on(self, identifier: str) -> None:
        self.subscriptions.update_one({"_id": identifier}, {"$set": {"active": True, "failing_since": None}})

    def wanted(self) -> frozenset[tuple[str, str]]:
        """(municipality, type) of all subscribed events."""
        found = self.subscriptions.find({"active": True}, {"municipality": 1, "types": 1})
        return frozenset((each["municipality"], name) for each in found for name in each["types"])

    def wanting(self, municipality: str, event_type: str) -> list[Document]:
        return list(self.subscriptions.find({"municipality": municipality, "types": event_type, "active": True}))

    def plan(self, subscription: Document, event: str, event_type: str, body: str, now: dt.datetime) -> None:
        """Plan a delivery. A repeated event plans nothing new."""
        key = hashlib.sha256(f"{subscription['_id']} {event}".encode()).hexdigest()
        try:
            self.deliveries.insert_one({
                "key": key, "subscription": subscription["_id"], "municipality": subscription["municipality"],
                "event": event, "type": event_type, "body": body, "state": "waiting", "due": now, "tries": [],
                "failed": 0, "made_at": now,
            })  # fmt: skip
        except DuplicateKeyError:
            return

    def claim(self, now: dt.datetime) -> Document | None:
        """Claim the delivery that has been due longest, or return None."""
        return self.deliveries.find_one_and_update(
            {"due": {"$lte": now}}, {"$set": {"due": now + CLAIM}}, sort=[("due", 1)],
            return_document=ReturnDocument.AFTER,
        )  # fmt: skip

    def subscription_of(self, delivery: Document) -> Document | None:
        return self.subscriptions.find_one({"_id": delivery["subscription"]})

    def note_delivered(self, delivery: Document, status: int, now: dt.datetime) -> None:
        self._note(delivery, {"state": "delivered"}, {"at": now, "status": status, "error": None}, ends=True)
        self.subscriptions.update_one({"_id": delivery["subscription"]}, {"$set": {"failing_since": None}})

    def note_failed(
        self, delivery: Document, subscription: Document, status: int | None, error: str | None, now: dt.datetime
    ) -> None:
        """Plan a retry after a growing delay, up to the last; disable a subscription that fails for days."""
        failed = delivery["failed"] + 1
        given_up = failed > len(DELAYS)
        changes: Document = {"failed": failed, "state": "failed" if given_up else "waiting"}
        if not given_up:
            changes["due"] = now + DELAYS[failed - 1]
        self._note(delivery, changes, {"at": now, "status": status, "error": error}, ends=given_up)
        since = subscription["failing_since"] or now
        off = {"active": False} if now - since > PATIENCE else {}
        self.subscriptions.update_one({"_id": subscription["_id"]}, {"$set": {"failing_since": since, **off}})

    def drop(self, delivery: Document) -> None:
        self.deliveries.update_one({"_id": delivery["_id"]}, {"$set": {"state": "failed"}, "$unset": {"due": ""}})

    def _note(self, delivery: Document, changes: Document, attempt: Document, ends: bool) -> None:
        update: Document = {"$set": changes, "$push": {"tries": {"$each": [attempt], "$slice": -MAX_TRIES_STORED}}}
        if ends:
            update["$unset"] = {"due": ""}
        self.deliveries.update_one({"_id": delivery["_id"]}, update)

    def page(self, subscription: str, cursor: str | None, most: int) -> tuple[list[Delivery], str | None]:
        """The deliveries, the latest first. Raises Refusal: invalid-request."""
        found, more = pagination.latest(self.deliveries, {"subscription": subscription}, cursor, most)
        return [_describe_delivery(each) for each in found], more

    def again(self, subscription: str, event: str, now: dt.datetime) -> bool:
        """Plan the delivery again. Return False when there is none."""
        changes = {"state": "waiting", "due": now, "failed": 0}
        return bool(
            self.deliveries.update_one({"subscription": subscription, "event": event}, {"$set": changes}).matched_count
        )

    def waiting(self) -> int:
        return self.deliveries.count_documents({"due": {"$exists": True}})


def _whose(municipality: str, owner: str | None) -> Document:
    return {"municipality": municipality} if owner is None else {"municipality": municipality, "owner": owner}


def _describe_delivery(delivery: Document) -> Delivery:
    return {
        "event": delivery["event"],
        "type": delivery["type"],
        "state": delivery["state"],
        "made_at": delivery["made_at"].isoformat(),
        "next_try": delivery["due"].isoformat() if delivery["state"] == "waiting" and "due" in delivery else None,
        "tries": [
            {"at": each["at"].isoformat(), "status": each["status"], "error": each["error"]}
            for each in delivery["tries"]
        ],
    }


def describe(subscription: Document) -> Subscription:
    """A subscription as its owner sees it, without its secret."""
    since = subscription["failing_since"]
    return {
        "id": subscription["_id"],
        "owner": subscription["owner"],
        "url": subscription["url"],
        "types": subscription["types"],
        "active": subscription["active"],
        "made_at": subscription["made_at"].isoformat(),
        "failing_since": since and since.isoformat(),
    }
