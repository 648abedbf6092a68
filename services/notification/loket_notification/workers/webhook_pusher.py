"""Pushes what is due, in threads of its own. Every instance does; who claims a delivery has it for a minute."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import eventlet
import structlog
from eventlet.event import Event as Signal
from prometheus_client import Counter

from loket_chassis.storage.connection import Document, MongoDatabase
from loket_contracts.envelope import CONTENT_TYPE, Event

from ..webhooks.signing import headers
from ..webhooks.store import Webhooks
from ..webhooks.targets import NotAllowed, NotReached, look_at, push

PUSHERS = 4
LOOK_EVERY = 1.0
AFTER_TROUBLE = 2.0
FRESH_FOR = 1.0
PUSHED = Counter("loket_webhooks_total", "Webhooks that were pushed", ["outcome"])

log = structlog.get_logger()


class Pusher(MongoDatabase):
    """Gives the service class itself: what it hears it plans, and what is due it pushes."""

    def setup(self) -> None:
        self.private_too: bool = self.container.config["settings"].webhooks_to_private
        self.webhooks = Webhooks(self.database)
        self.webhooks.create_indexes()
        self._signal: Signal = Signal()
        self._wanted: tuple[float, frozenset[tuple[str, str]]] = (float("-inf"), frozenset())

    def start(self) -> None:
        threads = self.container.spawn_managed_thread
        self._threads = [threads(self._push_forever, identifier=f"pusher {n}") for n in range(PUSHERS)]

    def stop(self) -> None:
        for thread in self._threads:
            thread.kill()

    def get_dependency(self, worker_ctx: Any) -> Pusher:
        return self

    def hear(self, event: Event) -> None:
        """Plan a delivery for each subscription that wants this."""
        if (event.municipality, event.type) not in self._anybody_wants():
            return
        wanting = self.webhooks.wanting(event.municipality, event.type)
        for subscription in wanting:
            self.webhooks.plan(subscription, event.id, event.type, event.to_json().decode(), now())
        if wanting:
            self.wake()

    def _anybody_wants(self) -> frozenset[tuple[str, str]]:
        """Asked once a second and not for every event: a subscription begins at most so much later."""
        at, wanted = self._wanted
        if time.monotonic() - at > FRESH_FOR:
            wanted = self.webhooks.wanted()
            self._wanted = time.monotonic(), wanted
        return wanted

    def look_again(self) -> None:
        """A subscription changed here."""
        self._wanted = float("-inf"), frozenset()

    def wake(self) -> None:
        if not self._signal.ready():
            self._signal.send()

    def _push_forever(self) -> None:
        while True:
            try:
                delivery = self.webhooks.claim(now())
                if delivery is not None:
                    self._push(delivery)
                    continue
            except Exception:
                log.warning("webhooks could not be pushed; trying again", exc_info=True)
                eventlet.sleep(AFTER_TROUBLE)
                continue
            with eventlet.Timeout(LOOK_EVERY, False):
                self._signal.wait()
            if self._signal.ready():
                self._signal = Signal()

    def _push(self, delivery: Document) -> None:
        subscription = self.webhooks.subscription_of(delivery)
        if subscription is None or not subscription["active"]:
            self.webhooks.drop(delivery)
            return
        body = delivery["body"].encode()
        signed = headers(subscription["secret"], delivery["event"], int(now().timestamp()), body)
        status, error = None, None
        try:
            target = look_at(subscription["url"], self.private_too)
            status = push(target, body, {"Content-Type": CONTENT_TYPE, "User-Agent": "Loket", **signed})
        except (NotAllowed, NotReached) as trouble:
            error = str(trouble)
        if status is not None and 200 <= status < 300:
            PUSHED.labels("delivered").inc()
            self.webhooks.note_delivered(delivery, status, now())
        else:
            PUSHED.labels("failed").inc()
            self.webhooks.note_failed(delivery, subscription, status, error, now())


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
