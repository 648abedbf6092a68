"""Push webhooks that are due. Every instance does so, and they share the work: a claim is a lease of one minute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from prometheus_client import Counter

from loket_chassis.runtime.ttl_cache import CachedValue
from loket_chassis.runtime.worker import Spawn, Worker
from loket_contracts.envelope import CONTENT_TYPE, Event

from ..webhooks.signing import headers
from ..webhooks.store import StoredDelivery, Webhooks
from ..webhooks.targets import NotAllowed, NotReached, check_target, push

PUSHERS = 4
#: seconds between two queries for due deliveries, unless the pusher is woken
POLL_INTERVAL = 1.0
#: seconds for which the subscribed event types are cached: a new subscription starts at most this much later
SUBSCRIBED_TTL = 1.0
PUSHED = Counter("loket_webhooks_total", "Webhooks that were pushed", ["outcome"])


class WebhookPusher:
    """Plans a delivery for each subscription to an event, and pushes deliveries in the background."""

    def __init__(self, webhooks: Webhooks, allow_private: bool, now: Callable[[], dt.datetime]) -> None:
        """`allow_private`: also push to http and to addresses that are not public."""
        self.webhooks = webhooks
        self.allow_private = allow_private
        self._now = now
        self._subscribed = CachedValue(webhooks.wanted, SUBSCRIBED_TTL)
        self._worker = Worker("webhook pusher", self._push_next, POLL_INTERVAL, threads=PUSHERS)

    def start(self, spawn: Spawn) -> None:
        self._worker.start(spawn)

    def stop(self) -> None:
        self._worker.stop()

    def wake(self) -> None:
        """Look for due deliveries now."""
        self._worker.wake()

    def plan_deliveries(self, event: Event) -> None:
        """Plan one delivery for each subscription to this event."""
        if (event.municipality, event.type) not in self._subscribed.get():
            return
        subscriptions = self.webhooks.wanting(event.municipality, event.type)
        for subscription in subscriptions:
            self.webhooks.plan(subscription, event.id, event.type, event.to_json().decode(), self._now())
        if subscriptions:
            self.wake()

    def expire_cache(self) -> None:
        """Reload the subscribed event types on the next event."""
        self._subscribed.expire()

    def _push_next(self) -> bool:
        delivery = self.webhooks.claim(self._now())
        if delivery is None:
            return False
        self._push(delivery)
        return True

    def _push(self, delivery: StoredDelivery) -> None:
        subscription = self.webhooks.subscription_of(delivery)
        if subscription is None or not subscription.active:
            self.webhooks.drop(delivery)
            return
        body = delivery.body.encode()
        signed = headers(subscription.secret, delivery.event, int(self._now().timestamp()), body)
        status, error = None, None
        try:
            target = check_target(subscription.url, self.allow_private)
            status = push(target, body, {"Content-Type": CONTENT_TYPE, "User-Agent": "Loket", **signed})
        except (NotAllowed, NotReached) as failure:
            error = str(failure)
        if status is not None and 200 <= status < 300:
            PUSHED.labels("delivered").inc()
            self.webhooks.note_delivered(delivery, status, self._now())
        else:
            PUSHED.labels("failed").inc()
            self.webhooks.note_failed(delivery, subscription, status, error, self._now())
