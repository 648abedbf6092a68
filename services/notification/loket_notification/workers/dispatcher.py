"""Takes what is due and has it sent: one greenlet claims, a few send. Every instance does so, and they share the work.

A message is claimed for a while, again and again while it is in hand; whoever dies with it leaves it to the others.
Each sender has one message in hand, so a process that is killed leaves at most `senders` of which nobody knows whether
they left.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import eventlet
import structlog
from eventlet.event import Event
from eventlet.queue import Queue
from nameko.extensions import DependencyProvider
from prometheus_client import Counter, Gauge

from loket_chassis.messaging.outbox import OutboxRelay
from loket_chassis.messaging.rpc import RemoteError, RpcCaller, Unavailable
from loket_chassis.runtime import tracing
from loket_chassis.storage.connection import UNJOURNALED, MongoConnection
from loket_contracts import envelope
from loket_contracts.errors import Refusal

from ..commands.send import UNCERTAIN, Known, Needs, send
from ..store.messages import Claimed, Messages
from ..store.plans import Plans
from ..store.reports import Reports
from ..store.suppressions import Unwanted
from ..store.write_batcher import Together

SETTLED = Counter("loket_messages_total", "What became of messages", ["channel", "kind", "outcome"])
LAG = Gauge("loket_messages_lag_seconds", "How long a message had been due when it was first claimed, of late")

#: seconds between two looks at what is due, when nobody says that something is
LOOK_EVERY = 1.0
AFTER_TROUBLE = 2.0
log = structlog.get_logger()


class Dispatcher(DependencyProvider):
    """Gives a service class what notification is made of, and sends what is due in the background."""

    connection = MongoConnection()
    calls = RpcCaller("booking", deadline=10.0)

    def setup(self) -> None:
        settings = self.container.config["settings"]
        database = self.connection.database
        messages = Messages(database, dt.timedelta(seconds=settings.claim_seconds))
        messages.create_indexes(dt.timedelta(days=settings.keep_messages_days))
        plans, unwanted = Plans(database, settings.most_segments), Unwanted(database)
        plans.create_indexes()
        unwanted.create_indexes()
        self.reports = Reports(database)
        self.reports.create_indexes()
        self.needs = Needs(
            messages=messages,
            together=Together(messages.collection),
            ahead=Together(messages.collection.with_options(write_concern=UNJOURNALED)),
            plans=plans,
            unwanted=unwanted,
            providers=settings.providers(),
            announce=self._announce,
            public_url=settings.public_url,
            most_segments=settings.most_segments,
            now=lambda: dt.datetime.now(dt.UTC),
        )
        self.senders = settings.senders
        self.at_hand: Queue = Queue()
        self.in_hand: set[str] = set()
        self.me = uuid.uuid4().hex
        self._something_is_due: Event = Event()

    def start(self) -> None:
        threads = self.container.spawn_managed_thread
        self._claimer = threads(self._claim_forever, identifier="claimer of messages")
        self._keeper = threads(self._keep_forever, identifier="keeper of claims")
        self._at_work = [threads(self._send_forever, identifier=f"sender {n}") for n in range(self.senders)]

    def stop(self) -> None:
        """What is in hand is finished; what was only claimed is given back by the end of its claim."""
        self._claimer.kill()
        while not self.at_hand.empty():
            self.in_hand.discard(self.at_hand.get_nowait()[0].message.id)
        with eventlet.Timeout(8, False):
            while self.in_hand:
                eventlet.sleep(0.02)
        for thread in (self._keeper, *self._at_work):
            thread.kill()
        self.needs.providers.close()

    def get_dependency(self, worker_ctx: Any) -> Dispatcher:
        return self

    def wake(self) -> None:
        """Something may have become due."""
        if not self._something_is_due.ready():
            self._something_is_due.send()

    @cached_property
    def _relay(self) -> OutboxRelay:
        return next(each for each in self.container.dependencies if isinstance(each, OutboxRelay))

    def _announce(self, collection: str, document: Any, events: Iterable[envelope.Event]) -> None:
        self._relay.announce(collection, document, events)

    def _claim_forever(self) -> None:
        while True:
            try:
                claimed = self._claim()
            except Exception:
                log.warning("due messages could not be claimed; trying again", exc_info=True)
                eventlet.sleep(AFTER_TROUBLE)
                continue
            if not claimed:
                with eventlet.Timeout(LOOK_EVERY, False):
                    self._something_is_due.wait()
                self._something_is_due = Event()

    def _keep_forever(self) -> None:
        while True:
            eventlet.sleep(self.needs.messages.lease.total_seconds() / 4)
            if self.in_hand:
                try:
                    self.needs.messages.extend(self.in_hand, self.me, self.needs.now())
                except Exception:
                    log.warning("claims could not be extended; trying again", exc_info=True)

    def _claim(self) -> bool:
        """Claim as many as the senders have room for, and look up for all of them at once what sending needs."""
        room = 2 * self.senders - self.at_hand.qsize()
        if room <= self.senders // 2:
            eventlet.sleep(0.005)
            return True
        now = self.needs.now()
        batch = self.needs.messages.claim(room, self.me, now)
        if not batch:
            return False
        self.in_hand.update(each.message.id for each in batch)
        try:
            self._prepare(batch, now)
        except BaseException:
            self.in_hand.difference_update(each.message.id for each in batch)
            raise
        return True

    def _prepare(self, batch: Sequence[Claimed], now: dt.datetime) -> None:
        LAG.set(max(((now - each.message.due_at).total_seconds() for each in batch if each.attempts == 1), default=0))
        for each in batch:
            if each.was_leaving:
                UNCERTAIN.labels(each.message.channel).inc()
                log.warning("a message may have left before its sender died", message=each.message.id)
        cards = self._cards([each.message for each in batch])
        known = self._known(cards.values())
        for each in batch:
            self.at_hand.put((each, cards[each.message.municipality, each.message.appointment], known))

    def _cards(self, messages: Sequence[Any]) -> dict[tuple[str, str], Mapping[str, Any] | Refusal]:
        wanted = sorted({(each.municipality, each.appointment) for each in messages})
        nobody = SimpleNamespace(context_data={tracing.KEY: tracing.start()})
        try:
            given = self.calls.call(nobody, "contact_cards", [[list(each) for each in wanted]], {})
        except (Unavailable, RemoteError, Refusal) as error:
            log.warning("booking gives no contact cards", error=str(error))
            return dict.fromkeys(wanted, Refusal("service-unavailable"))
        return {
            key: each["card"] if "card" in each else Refusal(each["refused"])
            for key, each in zip(wanted, given, strict=True)
        }

    def _known(self, cards: Any) -> Known:
        people = {each.get("contact_mark") for each in cards if not isinstance(each, Refusal)} - {None}
        since = self.needs.now() - dt.timedelta(days=1)
        return (
            Known(self.needs.messages.counts(people, since), self.needs.unwanted.of(people, self.needs.now()))
            if people
            else Known()
        )

    def _send_forever(self) -> None:
        while True:
            claimed, given, known = self.at_hand.get()
            try:
                self._send(claimed, given, known)
            except Exception:
                log.warning(
                    "message could not be settled; its claim ends by itself", message=claimed.message.id, exc_info=True
                )
                eventlet.sleep(AFTER_TROUBLE)
            finally:
                self.in_hand.discard(claimed.message.id)

    def _send(self, claimed: Claimed, given: Mapping[str, Any] | Refusal, known: Known) -> None:
        if claimed.traceparent:
            tracing.bind(claimed.traceparent)
        outcome = send(self.needs, claimed, given, known)
        SETTLED.labels(claimed.message.channel, claimed.message.kind, outcome).inc()
        if outcome in ("suppressed", "failed") and claimed.message.otherwise:
            self.wake()
