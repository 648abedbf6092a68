"""Publish events: exchanges, and CloudEvents as kombu messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import eventlet
import eventlet.semaphore
from amqp.basic_message import Message
from amqp.channel import Channel
from kombu import Exchange, Queue, serialization
from nameko.extensions import SharedExtension

from loket_contracts.envelope import CONTENT_TYPE, Event
from loket_contracts.queues import consumer_of
from loket_contracts.rpc.method import EXCHANGE

from .declarations import ensure_exchange, ensure_queue
from .reconnecting_channel import RETRY_TWICE, ReconnectingChannel

PERSISTENT = 2
#: seconds to wait for the confirm of one message
CONFIRM_TIMEOUT = 10


def exchange(name: str) -> Exchange:
    """A durable topic exchange; for events, the routing key is the type.

    `ensure_exchange` makes it. The declaration of a queue does not.
    """
    return Exchange(name, type="topic", durable=True, no_declare=True)


#: of calls and replies
RPC = exchange(EXCHANGE)


def retries_exchange(queue: str) -> Exchange:
    """The exchange for events that a consumer passes on to its own queues; the routing key is the queue's name.

    A user that may publish to the default exchange can put a message into every queue of the broker.
    """
    return Exchange(f"{consumer_of(queue)}.retries", type="direct", durable=True, no_declare=True)


def _as_text(body: Any) -> Any:
    # parsed later, by the consumer, which dead-letters a message that is not an event
    return body


serialization.register("cloudevents", _as_text, _as_text, content_type=CONTENT_TYPE, content_encoding="utf-8")


def publish_events(channel: Channel, events: Iterable[Event], to: Exchange) -> Iterator[Event]:
    """Publish the events one by one; the caller waits for their confirms."""
    for event in events:
        message = Message(
            event.to_json(),
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
            delivery_mode=PERSISTENT,
            priority=0,
            message_id=event.id,
        )
        channel.basic_publish(message, to.name, event.type)
        yield event


class Publisher(SharedExtension):
    """Publishes single messages that must not be lost, one after the other, over a channel with publisher confirms."""

    def setup(self) -> None:
        self._one_at_a_time = eventlet.semaphore.Semaphore()
        self._channel = ReconnectingChannel(self.container.config["AMQP_URI"], **RETRY_TWICE)

    def publish_to(self, queue: Queue, body: bytes, **properties: Any) -> None:
        """Publish a serialised body to a queue that has an exchange, and wait for the confirm. Create the queue if it
        was deleted.

        Raises one of BROKER_ERRORS, also when the broker has no such queue: it would drop the message and confirm it.
        """
        message = Message(body, delivery_mode=PERSISTENT, priority=0, **properties)

        def publish(channel: Channel) -> None:
            ensure_exchange(channel, queue.exchange)
            ensure_queue(channel, queue)
            channel.basic_publish_confirm(message, queue.exchange.name, queue.routing_key, mandatory=True)

        try:
            with self._one_at_a_time, eventlet.Timeout(CONFIRM_TIMEOUT):
                self._channel.use(publish)
        except eventlet.Timeout as timeout:
            raise TimeoutError(f"the broker did not confirm a message within {CONFIRM_TIMEOUT} s") from timeout

    def stop(self) -> None:
        self._channel.close()
        super().stop()
