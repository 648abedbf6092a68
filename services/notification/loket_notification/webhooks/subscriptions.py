"""Manage webhook subscriptions. `owner`: the code of a portal's key; it sees only its own.

`owner` is None for an administrator of the municipality, who sees all.
"""

from __future__ import annotations

import datetime as dt

from loket_contracts.errors import Refusal
from loket_contracts.events import BOOKING_EXCHANGE, EVENTS, readable_types
from loket_contracts.rpc.notification.answers import DeliveryPage, NewSubscription, Subscription
from loket_contracts.rpc.notification.commands import Subscribe

from .signing import new_secret
from .store import StoredSubscription, Webhooks, describe
from .targets import NotAllowed, check_target

#: the event types that can be subscribed to
TYPES = tuple(sorted(readable_types(event.name for event in EVENTS.values() if event.exchange == BOOKING_EXCHANGE)))
MAX_PER_OWNER = 20


def subscribe(
    webhooks: Webhooks, municipality: str, owner: str, command: Subscribe, allow_private: bool, now: dt.datetime
) -> NewSubscription:
    """Raises Refusal: webhook-target-refused, too-many-webhooks, invalid-request."""
    for index, name in enumerate(command.types):
        if name not in TYPES:
            raise Refusal(
                "invalid-request", errors=[{"pointer": f"/types/{index}", "detail": "There is no such event type."}]
            )
    try:
        check_target(command.url, allow_private)
    except NotAllowed as error:
        raise Refusal("webhook-target-refused", {"reason": error}) from error
    if len(webhooks.of_owner(municipality, owner)) >= MAX_PER_OWNER:
        raise Refusal("too-many-webhooks", {"limit": MAX_PER_OWNER})
    secret = new_secret()
    made = webhooks.add(municipality, owner, command.url, sorted(set(command.types)), secret, now)
    return {**describe(made), "secret": secret}


def listed(webhooks: Webhooks, municipality: str, owner: str | None) -> list[Subscription]:
    return [describe(each) for each in webhooks.of_owner(municipality, owner)]


def remove(webhooks: Webhooks, municipality: str, owner: str | None, identifier: str) -> None:
    """Raises Refusal: webhook-not-found."""
    webhooks.remove(_one(webhooks, municipality, owner, identifier).id)


def switch_on(webhooks: Webhooks, municipality: str, owner: str | None, identifier: str) -> Subscription:
    """Enable a subscription that was disabled because all deliveries failed. Raises Refusal: webhook-not-found."""
    webhooks.switch_on(_one(webhooks, municipality, owner, identifier).id)
    return describe(_one(webhooks, municipality, owner, identifier))


def deliveries(
    webhooks: Webhooks, municipality: str, owner: str | None, identifier: str, cursor: str | None, most: int
) -> DeliveryPage:
    """The deliveries and their outcomes, the latest first. Raises Refusal: webhook-not-found, invalid-request."""
    subscription = _one(webhooks, municipality, owner, identifier)
    found, more = webhooks.page(subscription.id, cursor, most)
    return {"deliveries": found, "next": more}


def redeliver(
    webhooks: Webhooks, municipality: str, owner: str | None, identifier: str, event: str, now: dt.datetime
) -> None:
    """Raises Refusal: webhook-not-found."""
    subscription = _one(webhooks, municipality, owner, identifier)
    if not webhooks.again(subscription.id, event, now):
        raise Refusal("webhook-not-found")


def _one(webhooks: Webhooks, municipality: str, owner: str | None, identifier: str) -> StoredSubscription:
    found = webhooks.one(municipality, owner, identifier)
    if found is None:
        raise Refusal("webhook-not-found")
    return found
