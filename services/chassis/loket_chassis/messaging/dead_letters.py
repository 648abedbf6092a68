"""List and replay dead letters, for the command line (`loket dead-letters`) and over RPC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kombu import Connection
from kombu.message import Message
from kombu.transport.virtual import Channel
from nameko.extensions import DependencyProvider

from loket_contracts.envelope import Event, MalformedEvent
from loket_contracts.rpc.service import DeadLetter

from .consumer import ATTEMPT, ERROR, EventListener, dead_letters_of
from .declarations import ensure_exchange
from .exchanges import retries_exchange
from .rpc import rpc

MOST = 1000
CONFIRMED = {"confirm_publish": True}


Wanted = Callable[[DeadLetter], bool]


def peek(amqp_uri: str, queue: str) -> list[DeadLetter]:
    """All dead letters of a queue; none is removed. Raises NotFound for an unknown queue."""
    with _channel(amqp_uri) as channel:
        found = list(_messages(channel, queue))
        for message in found:
            message.requeue()
        return [_read(queue, message) for message in found]


def retry(amqp_uri: str, queue: str, wanted: Wanted = lambda _: True, most: int = MOST) -> int:
    """Move the dead letters that match back to the queue, with all attempts ahead. Return how many.

    Raises NotFound for an unknown queue.
    """
    with _channel(amqp_uri) as channel, Connection(amqp_uri, transport_options=CONFIRMED) as other:
        producer, count = other.Producer(), 0
        ensure_exchange(other.default_channel, retries_exchange(queue))
        left = []
        for message in _messages(channel, queue):
            if not wanted(_read(queue, message)):
                left.append(message)
                continue
            producer.publish(
                message.body,
                exchange=retries_exchange(queue).name,
                routing_key=queue,
                mandatory=True,  # a message for a queue that is gone would be dropped, and confirmed
                content_type=message.content_type,
                content_encoding=message.content_encoding,
                headers={ATTEMPT: 0},
                message_id=message.properties.get("message_id"),
                delivery_mode=2,
            )
            message.ack()
            count += 1
            if count == most:
                break
        for message in left:
            message.requeue()
        return count


@contextmanager
def _channel(amqp_uri: str) -> Iterator[Channel]:
    with Connection(amqp_uri, transport_options=CONFIRMED) as connection:
        yield connection.default_channel


def _messages(channel: Channel, queue: str) -> Iterator[Message]:
    bound = dead_letters_of(queue)(channel)
    while message := bound.get(no_ack=False, accept=["json", "application/cloudevents+json", "application/data"]):
        yield message


def _read(queue: str, message: Message) -> DeadLetter:
    error = str(message.headers.get(ERROR, ""))
    try:
        event = Event.from_json(message.body)
    except MalformedEvent:
        return DeadLetter(queue=queue, event="", type="", municipality="", error=error)
    return DeadLetter(queue=queue, event=event.id, type=event.type, municipality=event.municipality, error=error)


class Queues(DependencyProvider):
    """Gives the address of the broker and the names of the queues that the service consumes."""

    def get_dependency(self, worker_ctx: Any) -> tuple[str, list[str]]:
        listeners = (each for each in self.container.entrypoints if isinstance(each, EventListener))
        return self.container.config["AMQP_URI"], sorted(each.name for each in listeners)


class DeadLetters:
    """RPC methods for the dead letters of one municipality. A base class for services that consume events."""

    queues = Queues()

    @rpc
    def dead_letters(self, municipality: str) -> list[DeadLetter]:
        amqp_uri, names = self.queues
        found = [each for name in names for each in peek(amqp_uri, name)]
        return [each for each in found if each["municipality"] == municipality]

    @rpc
    def retry_dead_letters(self, municipality: str) -> int:
        """Replay them. Return how many."""
        amqp_uri, names = self.queues
        return sum(retry(amqp_uri, name, lambda each: each["municipality"] == municipality) for name in names)
