"""Publish many messages and wait once, until the broker has confirmed all of them.

RabbitMQ confirms by delivery tag, and several at once when it can (https://www.rabbitmq.com/docs/confirms). Waiting for
each message separately would cost a round trip per message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from amqp.channel import Channel
from kombu import Exchange

from .declarations import ensure_exchange
from .reconnecting_channel import ReconnectingChannel

#: seconds of silence after which a batch counts as lost, and is published again
CONFIRM_TIMEOUT = 10


class NotConfirmed(Exception):
    """The broker rejected a message."""


class ConfirmingChannel:
    """A channel on which batches are confirmed. It is not safe for concurrent use."""

    def __init__(self, uri: str, exchange: Exchange) -> None:
        """`exchange`: declared on each new channel, before anything is published."""
        self._exchange = exchange
        self._channel = ReconnectingChannel(uri, self._prepare)
        self._sent = 0
        self._open: set[int] = set()
        self._refused = False

    def publish_all(self, publish: Callable[[Channel], Iterable[Any]]) -> None:
        """Call `publish`, which yields after each message that it publishes, and wait for all confirms.

        After an unnoticed disconnect it reconnects and publishes everything again. Raises NotConfirmed, or one of
        BROKER_ERRORS.
        """

        def publish_and_wait(channel: Channel) -> None:
            for _ in publish(channel):
                self._sent += 1
                self._open.add(self._sent)
            while self._open:
                self._channel.drain(CONFIRM_TIMEOUT)
            if self._refused:
                raise NotConfirmed

        self._channel.use(publish_and_wait)

    def close(self) -> None:
        self._channel.close()

    def _prepare(self, channel: Channel) -> None:
        self._sent, self._refused = 0, False
        self._open.clear()
        ensure_exchange(channel, self._exchange)
        channel.confirm_select()
        channel.events["basic_ack"].add(self._confirmed)
        channel.events["basic_nack"].add(self._not_confirmed)

    def _confirmed(self, tag: int, multiple: bool) -> None:
        if multiple:
            self._open = {each for each in self._open if each > tag}
        else:
            self._open.discard(tag)

    def _not_confirmed(self, tag: int, multiple: bool) -> None:
        self._refused = True
        self._confirmed(tag, multiple)
