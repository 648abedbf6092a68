"""Send the messages that are due: one green thread claims them, several send them.

Every instance does so, and they share the work. A claim is a lease, which is extended while the message waits here.
When a process dies, its leases expire and others take the messages over. Each sender sends one message at a time, so a
process that is killed leaves at most `senders` messages that may or may not have left.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace

import eventlet
import structlog
from eventlet.queue import Queue
from prometheus_client import Counter, Gauge

from loket_chassis.messaging.rpc import RemoteError, RpcCaller, Unavailable
from loket_chassis.runtime import spans, tracing
from loket_chassis.runtime.worker import Spawn, Worker
from loket_contracts.errors import Refusal
from loket_contracts.rpc.booking import Booking
from loket_contracts.rpc.booking.answers import ContactCardDocument

from ..commands.send import UNCERTAIN, BatchLookup, send
from ..context import Context
from ..store.messages import Claimed, Message

SETTLED = Counter("loket_messages_total", "What became of messages", ["channel", "kind", "outcome"])
LAG = Gauge("loket_messages_lag_seconds", "How long a message of the last batch had been due; 0 when none is due")

#: seconds between two queries for due messages, unless the dispatcher is woken
POLL_INTERVAL = 1.0
#: seconds that a stopping process waits for messages that are being sent
STOP_TIMEOUT = 8.0
log = structlog.get_logger()

#: the contact card that booking gave for an appointment, or its refusal
CardOrRefusal = ContactCardDocument | Refusal


class Dispatcher:
    """Claims due messages, looks up their contact cards and sends them, in the background."""

    def __init__(self, context: Context, booking: RpcCaller[Booking], senders: int) -> None:
        """`senders`: how many messages are sent at once."""
        self._context = context
        self._booking = booking
        self._senders = senders
        self._queue: Queue = Queue()
        #: claimed when they were planned, and not passed to the senders yet
        self._claimed: list[Claimed] = []
        self._must_look = True
        #: (message id, claim) of each lease of this process
        self._leased: set[tuple[str, str]] = set()
        lease = context.messages.lease.total_seconds()
        self._claimer = Worker("message claimer", self._claim, POLL_INTERVAL)
        self._lease_keeper = Worker("message lease keeper", self._extend_leases, lease / 4)
        self._sender = Worker("message sender", self._send_next, interval=0, threads=senders)

    def start(self, spawn: Spawn) -> None:
        for worker in (self._claimer, self._lease_keeper, self._sender):
            worker.start(spawn)

    def stop(self) -> None:
        """Finish the messages that are being sent. Those that only wait are left to other processes."""
        self._claimer.stop()
        self._leased.difference_update(each.lease for each in self._claimed)
        while not self._queue.empty():
            self._leased.discard(self._queue.get_nowait()[0].lease)
        with eventlet.Timeout(STOP_TIMEOUT, False):
            while self._leased:
                eventlet.sleep(0.02)
        self._lease_keeper.stop()
        self._sender.stop()

    def wake(self) -> None:
        """Look for due messages now."""
        self._must_look = True
        self._claimer.wake()

    def claim_if_free(self) -> str | None:
        """A claim under which new messages are sent at once; None while no sender is free."""
        return _new_claim() if len(self._leased) < self._senders else None

    def send_soon(self, claimed: Sequence[Claimed]) -> None:
        """Send these messages, which are claimed."""
        self._leased.update(each.lease for each in claimed)
        self._claimed += claimed
        self._claimer.wake()

    def _extend_leases(self) -> bool:
        if self._leased:
            self._context.messages.extend(self._leased, self._context.now())
        return False

    def _claim(self) -> bool:
        """Claim as many messages as the senders have room for. Return whether to claim again at once.

        Those that are claimed already go first.
        """
        room = 2 * self._senders - self._queue.qsize()
        if room <= self._senders // 2:
            eventlet.sleep(0.005)
            return True
        now = self._context.now()
        batch, self._claimed = self._claimed[:room], self._claimed[room:]
        has_more = bool(self._claimed) or self._must_look
        if not batch:
            self._must_look, has_more = False, True
            leased = [identifier for identifier, _ in self._leased]
            batch = self._context.messages.claim(room, _new_claim(), now, leased)
            if not batch:
                LAG.set(0)
                return False
            self._leased.update(each.lease for each in batch)
        try:
            self._enqueue(batch, now)
        except BaseException:
            self._leased.difference_update(each.lease for each in batch)
            raise
        return has_more

    def _enqueue(self, batch: Sequence[Claimed], now: dt.datetime) -> None:
        """Look up what the batch needs, in one call and one query for all, and pass it to the senders."""
        messages = [each.message for each in batch]
        LAG.set(max(((now - each.due_at).total_seconds() for each in messages if each.attempts == 1), default=0))
        for each in batch:
            if each.may_have_been_sent:
                UNCERTAIN.labels(each.message.channel).inc()
                log.warning("a message may have been sent before its process died", message=each.message.id)
        cards = self._contact_cards(messages)
        lookup = self._look_up(cards.values())
        for each in batch:
            self._queue.put((each, cards[each.message.municipality, each.message.appointment], lookup))

    def _contact_cards(self, messages: Sequence[Message]) -> dict[tuple[str, str], CardOrRefusal]:
        wanted = sorted({(each.municipality, each.appointment) for each in messages})
        try:
            found = self._booking.outside_work(_trace_of(messages)).contact_cards([list(each) for each in wanted])
        except (Unavailable, RemoteError, Refusal) as error:
            level = logging.DEBUG if isinstance(error, Unavailable) else logging.WARNING
            log.log(level, "booking returned no contact cards", error=str(error))
            return dict.fromkeys(wanted, Refusal("service-unavailable"))
        return {
            key: each["card"] if "card" in each else Refusal(each["refused"])
            for key, each in zip(wanted, found, strict=True)
        }

    def _look_up(self, cards: Iterable[CardOrRefusal]) -> BatchLookup:
        known = [each for each in cards if not isinstance(each, Refusal)]
        marks = {mark for each in known if (mark := each.get("contact_mark"))}
        destinations = {mark for each in known for mark in each.get("destinations", {}).values()}
        if not marks and not destinations:
            return BatchLookup()
        now = self._context.now()
        counts = self._context.messages.counts(marks | destinations, now - dt.timedelta(days=1))
        return BatchLookup(counts, self._context.suppressions.of(marks, now))

    def _send_next(self) -> bool:
        claimed, card, lookup = self._queue.get()
        # named on every line of this thread until its next message, also on that of the worker when this fails
        structlog.contextvars.bind_contextvars(message=claimed.message.id)
        try:
            self._send(claimed, card, lookup)
        finally:
            self._leased.discard(claimed.lease)
        return True

    def _send(self, claimed: Claimed, card: CardOrRefusal, lookup: BatchLookup) -> None:
        message = claimed.message
        if message.traceparent:
            tracing.bind(message.traceparent)
        span = spans.begin_message(message.channel, message.kind, message.municipality, message.traceparent)
        if span is not None:  # the event about the outcome comes from it
            claimed = replace(claimed, message=replace(message, traceparent=span.traceparent))
        try:
            outcome = send(self._context, claimed, card, lookup)
        except Exception as error:
            if span is not None:
                spans.end(span, error)
            raise
        if span is not None:
            span.end({spans.OUTCOME: outcome}, error=outcome if outcome == "failed" else None)
        SETTLED.labels(message.channel, message.kind, outcome).inc()
        if outcome in ("suppressed", "failed") and message.otherwise:
            self.wake()


def _trace_of(messages: Iterable[Message]) -> str | None:
    """The traceparent of messages that one event asked for; None of those of several."""
    found = {each.traceparent for each in messages}
    return found.pop() if len(found) == 1 else None


def _new_claim() -> str:
    """A claim of its own for each time that messages are claimed.

    After an election the driver can report the first claim of a message when the lease on it has expired and another
    thread of this process has claimed it again. Only the later of the two may send it.
    """
    return uuid.uuid4().hex
