"""Make queues and exchanges that the broker lacks.

The user of a service may use its queues and exchanges, and not make them: who may make an exchange, also a queue of the
same name, can pass messages on past the permissions for routing keys (ADR 0051). So what exists is not declared again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from amqp.channel import Channel
from amqp.exceptions import NotFound
from kombu import Exchange, Queue


def ensure_exchange(channel: Channel, wanted: Exchange) -> None:
    """Make an exchange that does not exist."""
    with channel.connection.channel() as probe:
        try:
            probe.exchange_declare(wanted.name, wanted.type, passive=True)
            return
        except NotFound:
            pass  # it closed the channel
    channel.exchange_declare(wanted.name, wanted.type, durable=wanted.durable, auto_delete=False)


def ensure_queue(channel: Channel, wanted: Queue) -> None:
    """Make a queue that does not exist, and its bindings."""
    bound = wanted(channel)
    if not exists(channel, wanted.name):
        bound.no_declare = False  # its consumer is not to declare it
        bound.declare()
        return
    if bound.exchange:
        bound.queue_bind()
    for each in bound.bindings:
        each.bind(bound)


def exists(channel: Channel, queue: str) -> bool:
    """Whether the broker has a queue of this name, and its node is up."""
    with channel.connection.channel() as probe:
        try:
            probe.queue_declare(queue, passive=True)
        except NotFound:
            return False
    return True


def make_reply_queue(channel: Channel, exchange: Exchange, routing_key: str, arguments: Mapping[str, Any]) -> str:
    """Make a queue whose name the broker chooses, bound to an exchange, and return its name.

    These names begin with amq.gen, under which a user can make no exchange.
    """
    name: str = channel.queue_declare("", durable=True, auto_delete=False, arguments=arguments).queue
    channel.queue_bind(name, exchange.name, routing_key)
    return name
