"""Publish events: exchanges, and CloudEvents as kombu messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from amqp.basic_message import Message
from amqp.channel import Channel
from kombu import Connection, Exchange, serialization
from kombu.pools import producers
from nameko.extensions import SharedExtension

from loket_contracts.envelope import CONTENT_TYPE, Event

from .reconnecting_channel import RETRY_TWICE

PERSISTENT = 2


def exchange(name: str) -> Exchange:
    """A durable topic exchange; the routing key is the event's type."""
    return Exchange(name, type="topic", durable=True)


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
    """Publishes single messages that must not be lost, over a pool of connections with publisher confirms."""

    @cached_property
    def _description(self) -> Connection:
        return Connection(
            self.container.config["AMQP_URI"],
            connect_timeout=2,
            transport_options={"confirm_publish": True, **RETRY_TWICE},
        )

    def publish(self, body: Any, **message: Any) -> None:
        """Publish a serialised body, and wait for the confirm."""
        with producers[self._description].acquire(block=True) as producer:
            producer.publish(
                body,
                **{
                    "content_encoding": "utf-8",
                    "delivery_mode": PERSISTENT,
                    "retry": True,
                    "retry_policy": RETRY_TWICE,
                    **message,
                },
            )
