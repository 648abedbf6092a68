"""Consume events in batches: one call of the handler for all that arrived while the previous one was handled.

A handler that writes a batch with a few operations costs a fraction of one call for each event.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import eventlet
from eventlet.event import Event as Finished
from kombu.message import Message
from nameko.exceptions import ContainerBeingKilled

from loket_contracts.envelope import Event

from ..runtime import spans, tracing
from ..runtime.metrics import EVENTS_CONSUMED
from ..runtime.unavailable import is_unavailable
from .consumer import EventListener

Delivery = tuple[Event, Message]


class EventBatchListener(EventListener):
    """Calls the decorated method with a list of events, in the order of their arrival, one list at a time.

    The events are acknowledged when it returns. When it raises, the events of the list are handled one by one, so that
    one that cannot be handled holds up no other.
    """

    def __init__(
        self, queue: str, sources: Sequence[tuple[str, Sequence[str]]], *, size: int = 200, gather: float = 0.005,
        **options: Any,
    ) -> None:  # fmt: skip
        """`size`: of a batch, at most; twice as many events are fetched, so that the next batch waits here.

        `gather`: seconds that the first event of a batch waits for others.
        """
        super().__init__(queue, sources, **options)
        self.size = size
        self.gather = gather
        self.prefetch_count = 2 * size
        self._waiting: list[Delivery] = []
        self._is_running = False

    def accept_event(self, event: Event, message: Message) -> None:
        self._waiting.append((event, message))
        if not self._is_running:
            self._is_running = True
            self.container.spawn_managed_thread(self._handle_waiting, identifier=f"batches of {self.name}")

    def _handle_waiting(self) -> None:
        try:
            while self._waiting:
                if len(self._waiting) < self.size:
                    eventlet.sleep(self.gather)
                batch, self._waiting = self._waiting[: self.size], self._waiting[self.size :]
                self._handle(batch)
        finally:
            self._is_running = False

    def _handle(self, batch: Sequence[Delivery]) -> None:
        finished = Finished()
        # events of several requests have no trace in common
        trace = batch[0][0].traceparent if len(batch) == 1 else None
        try:
            self.container.spawn_worker(
                self,
                ([event for event, _ in batch],),
                {},
                context_data={tracing.KEY: trace} if trace else {},
                handle_result=partial(self._handle_batch_result, batch, finished),
            )
        except ContainerBeingKilled:
            for _, message in batch:
                self.queue_consumer.requeue_message(message)
            return
        if finished.wait():
            for each in batch:
                self._handle([each])

    def begin_span(self, worker_ctx: Any) -> spans.Span | None:
        (events,) = worker_ctx.args
        return spans.begin_processing(self.name, events, is_batch=True)

    def _handle_batch_result(
        self, batch: Sequence[Delivery], finished: Finished, worker_ctx: Any, result: Any = None, exc_info: Any = None
    ) -> tuple[Any, Any]:
        must_split = exc_info is not None and len(batch) > 1 and not is_unavailable(exc_info[1])
        try:
            if exc_info is None:
                self._acknowledge(batch)
            elif not must_split:
                for event, message in batch:
                    self.handle_result(event, message, worker_ctx, result, exc_info)
        finally:
            finished.send(must_split)
        return result, exc_info

    def _acknowledge(self, batch: Sequence[Delivery]) -> None:
        for event, message in batch:  # one by one: calls are delivered on the same channel
            EVENTS_CONSUMED.labels(event.type, "done").inc()
            self.queue_consumer.ack_message(message)


listen_in_batches = EventBatchListener.decorator
