"""Publishing, and what the two sides of the bus agree on: exchanges, and CloudEvents as kombu messages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from kombu import Connection, Exchange, Producer, serialization
from kombu.pools import producers
from nameko.extensions import SharedExtension

from loket_contracts.envelope import CONTENT_TYPE, Event

PERSISTENT = 2
TRANSIENT = 1
#: a connection from the pool may have died with a broker that is back by now, so one more try is due
RETRY = {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.3}


def exchange(name: str) -> Exchange:
    """A durable topic exchange; the routing key is the event's type."""
    return Exchange(name, type="topic", durable=True)


def _as_text(body: Any) -> Any:
    # read later, where a message that is no event can be sent to the dead letters
    return body


serialization.register("cloudevents", _as_text, _as_text, content_type=CONTENT_TYPE, content_encoding="utf-8")


def publish_events(producer: Producer, events: Iterable[Event], to: Exchange) -> Iterator[Event]:
    """Give the events to the producer one by one; the caller waits for their confirms."""
    for event in events:
        producer.publish(
            event.to_json(),
            exchange=to.name,
            routing_key=event.type,
            content_type=CONTENT_TYPE,
            content_encoding="utf-8",
            delivery_mode=PERSISTENT,
            message_id=event.id,
        )
        yield event


class Publisher(SharedExtension):
    """The publishing side of one process: pools of connections, one that waits for confirms and one that does not.

    nameko's own publisher describes the connection anew for every message, only to look up the pool; here it is
    described once.
    """

    @cached_property
    def _confirming(self) -> Connection:
        return self._describe(confirm_publish=True)

    @cached_property
    def _fleeting(self) -> Connection:
        return self._describe(confirm_publish=False)

    def _describe(self, **options: Any) -> Connection:
        return Connection(
            self.container.config["AMQP_URI"],
            connect_timeout=2,
            transport_options={**options, "max_retries": 2, "interval_start": 0.1, "interval_step": 0.3},
        )

    def publish(self, body: Any, *, confirm: bool = True, **message: Any) -> None:
        """Publish a body that is serialised already. Unconfirmed messages are not kept by the broker either."""
        description = self._confirming if confirm else self._fleeting
        with producers[description].acquire(block=True) as producer:
            producer.publish(
                body,
                **{
                    "content_encoding": "utf-8",
                    "delivery_mode": PERSISTENT if confirm else TRANSIENT,
                    "retry": True,
                    "retry_policy": RETRY,
                    **message,
                },
            )
