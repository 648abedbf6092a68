"""Consume events: one durable queue per consumer, delayed retries, dead letters.

When a handler returns, its event is acknowledged. When it raises, the event is retried after a growing delay, and after
the last delay it goes to the dead-letter queue, where an operator lists and replays it. A message that is not an event
goes there immediately.

All of these queues are quorum queues: in a cluster, each survives the loss of a node (ADR 0040).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from typing import Any

import structlog
from kombu import Connection, Queue, binding
from kombu.message import Message
from nameko.exceptions import ContainerBeingKilled
from nameko.extensions import Entrypoint

from loket_contracts.envelope import Event, MalformedEvent

from ..runtime import spans, tracing
from ..runtime.metrics import EVENTS_CONSUMED
from ..runtime.unavailable import is_unavailable
from . import exchanges
from .declarations import ensure_exchange, ensure_queue
from .queue_consumer import QueueConsumer
from .reconnecting_channel import BRIEFLY

#: seconds before each retry
RETRY_DELAYS = (1, 5, 30, 120, 600)
#: how often the broker redelivers a message whose consumer died, before it dead-letters it
DELIVERY_LIMIT = 10
ATTEMPT = "x-loket-attempt"
ERROR = "x-loket-error"

log = structlog.get_logger()


def event_queue(queue: str, sources: Sequence[tuple[str, Sequence[str]]]) -> Queue:
    """The queue of a consumer. `sources`: pairs of an exchange's name and the event types to consume from it."""
    return Queue(
        queue,
        durable=True,
        no_declare=True,  # by its consumer; see ensure_queue
        bindings=[
            binding(exchanges.retries_exchange(queue), routing_key=queue),
            *(
                binding(exchanges.exchange(exchange), routing_key=event_type)
                for exchange, event_types in sources
                for event_type in event_types
            ),
        ],
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": f"{queue}.dead",
        },
    )


def dead_letters_of(queue: str) -> Queue:
    """The queue of events that a consumer gave up."""
    return _side_queue(queue, f"{queue}.dead", {})


def retries_of(queue: str, delay: int) -> Queue:
    """A queue without consumers: after `delay` seconds the broker moves its messages back to `queue`.

    It removes a message only once `queue` has confirmed it. Release 0.1 has classic queues named `.retry.` for this.
    They stay, for instances of that release, and the broker empties them within the longest delay.
    """
    return _side_queue(
        queue,
        f"{queue}.delay.{delay}s",
        {
            "x-message-ttl": delay * 1000,
            "x-dead-letter-exchange": "",
            "x-dead-letter-routing-key": queue,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",  # at-least-once needs it
        },
    )


def _side_queue(queue: str, name: str, arguments: dict[str, Any]) -> Queue:
    """A queue to which the consumer of `queue` passes events on."""
    return Queue(
        name, exchange=exchanges.retries_exchange(queue), routing_key=name, durable=True,
        queue_arguments={"x-queue-type": "quorum", **arguments},
    )  # fmt: skip


class EventListener(Entrypoint):
    """Calls the decorated method with each event of the named types, from the queue `queue`.

    The queue is named explicitly and not after the method, so that renaming the method orphans no queue.
    """

    queue_consumer = QueueConsumer()
    publisher = exchanges.Publisher()

    def __init__(self, queue: str, sources: Sequence[tuple[str, Sequence[str]]], **options: Any) -> None:
        """`sources`: pairs of an exchange's name and the event types to consume from it."""
        super().__init__(**options)
        self.name = queue
        self.sources = sources
        self.queue = event_queue(queue, sources)

    def setup(self) -> None:
        # now, so that no message is lost between setup and the start of consuming
        uri = self.container.config["AMQP_URI"]
        with Connection(uri, connect_timeout=2, transport_options=BRIEFLY) as connection:
            self.prepare_queues(connection.default_channel)
        self.queue_consumer.register_provider(self)

    def prepare_queues(self, channel: Any) -> None:
        """Make the queues and exchanges, on each new connection, since a broker may have lost them."""
        for exchange in (
            exchanges.retries_exchange(self.name), *(exchanges.exchange(name) for name, _ in self.sources),
        ):  # fmt: skip
            ensure_exchange(channel, exchange)
        for queue in (
            dead_letters_of(self.name), *(retries_of(self.name, delay) for delay in RETRY_DELAYS), self.queue
        ):  # fmt: skip
            ensure_queue(channel, queue)

    def stop(self) -> None:
        self.queue_consumer.unregister_provider(self)

    def handle_message(self, body: Any, message: Message) -> None:
        try:
            self._begin(body, message)
        except Exception as error:
            self._give_back(message, error)

    def _begin(self, body: Any, message: Message) -> None:
        try:
            event = Event.from_json(body)
        except MalformedEvent as error:
            log.error("message is not an event; dead-lettered", queue=self.name, error=str(error))
            EVENTS_CONSUMED.labels("unknown", "malformed").inc()
            self._pass_on(message, dead_letters_of(self.name), str(error))
            return
        self.accept_event(event, message)

    def accept_event(self, event: Event, message: Message) -> None:
        """Have the event handled."""
        try:
            self.container.spawn_worker(
                self,
                (event,),
                {},
                context_data={tracing.KEY: event.traceparent} if event.traceparent else {},
                handle_result=partial(self.handle_result, event, message),
            )
        except ContainerBeingKilled:
            self.queue_consumer.requeue_message(message)

    def begin_span(self, worker_ctx: Any) -> spans.Span | None:
        return spans.begin_processing(self.name, worker_ctx.args)

    def handle_result(
        self, event: Event, message: Message, worker_ctx: Any, result: Any = None, exc_info: Any = None
    ) -> tuple[Any, Any]:
        if exc_info is None:
            EVENTS_CONSUMED.labels(event.type, "done").inc()
            self.queue_consumer.ack_message(message)
            return result, None
        try:
            self._try_later(event, message, exc_info)
        except Exception as error:
            self._give_back(message, error)
        return result, exc_info

    def _give_back(self, message: Message, error: Exception) -> None:
        """Let the broker redeliver the message immediately, at most DELIVERY_LIMIT times."""
        level = logging.DEBUG if is_unavailable(error) else logging.WARNING
        log.log(level, "event requeued", queue=self.name, error=repr(error))
        self.queue_consumer.requeue_message(message)

    def _try_later(self, event: Event, message: Message, exc_info: Any) -> None:
        attempt = int(message.headers.get(ATTEMPT, 0))
        error = f"{type(exc_info[1]).__name__}: {exc_info[1]}"
        if attempt < len(RETRY_DELAYS):
            delay = RETRY_DELAYS[attempt]
            level = logging.INFO if is_unavailable(exc_info[1]) else logging.WARNING
            log.log(level, "event failed; retrying", event_id=event.id, queue=self.name, after=delay, error=error)
            EVENTS_CONSUMED.labels(event.type, "retried").inc()
            self._pass_on(message, retries_of(self.name, delay), error, attempt + 1)
        else:
            log.error("event failed for the last time; dead-lettered", event_id=event.id, queue=self.name, error=error)
            EVENTS_CONSUMED.labels(event.type, "dead").inc()
            self._pass_on(message, dead_letters_of(self.name), error, attempt)

    def _pass_on(self, message: Message, queue: Queue, error: str, attempt: int = 0) -> None:
        """Move the message to another queue: publish with confirm first, then acknowledge, so that it is never lost."""
        self.publisher.publish_to(
            queue,
            message.body,
            content_type=message.content_type,
            content_encoding=message.content_encoding,
            application_headers={ATTEMPT: attempt, ERROR: error[:500]},
            message_id=message.properties.get("message_id"),
        )
        self.queue_consumer.ack_message(message)


listen = EventListener.decorator
