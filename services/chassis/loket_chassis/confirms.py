"""Publishing many messages and waiting once until the broker has taken responsibility for all of them.

RabbitMQ confirms by delivery tag, and several at once when it can (https://www.rabbitmq.com/docs/confirms). Waiting for
each message by itself costs a round trip and a wake-up per message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from amqp.channel import Channel
from amqp.exceptions import AMQPError
from kombu import Connection
from kombu.exceptions import KombuError

#: seconds without a word from the broker after which a batch counts as lost, and is published again
PATIENCE = 10
AWAY = (OSError, AMQPError, KombuError)


class NotConfirmed(Exception):
    """The broker refused a message."""


class ConfirmingChannel:
    """One channel of one connection, made anew after whatever went wrong. Not to be used by two at once."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._connection: Connection | None = None
        self._channel: Channel | None = None
        self._sent = 0
        self._open: set[int] = set()
        self._refused = False

    def publish_all(self, publish: Callable[[Channel], Iterable[Any]]) -> None:
        """Call `publish`, which yields after each message that it gives to the channel, and wait for all confirms.

        A connection that died unnoticed is made anew, and everything published again. Raises NotConfirmed, or whatever
        keeps the broker away.
        """
        if self._channel is not None:
            try:
                self._attempt(publish)
            except AWAY:
                self.close()
            else:
                return
        self._connect()
        try:
            self._attempt(publish)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            connection.collect()

    def _attempt(self, publish: Callable[[Channel], Iterable[Any]]) -> None:
        assert self._connection is not None
        for _ in publish(self._channel):
            self._sent += 1
            self._open.add(self._sent)
        while self._open:
            self._connection.drain_events(timeout=PATIENCE)
        if self._refused:
            raise NotConfirmed

    def _connect(self) -> None:
        self._sent, self._refused = 0, False
        self._open.clear()
        self._connection = Connection(self._uri, connect_timeout=2)
        channel = self._connection.default_channel
        channel.confirm_select()
        channel.events["basic_ack"].add(self._confirmed)
        channel.events["basic_nack"].add(self._not_confirmed)
        self._channel = channel

    def _confirmed(self, tag: int, multiple: bool) -> None:
        if multiple:
            self._open = {each for each in self._open if each > tag}
        else:
            self._open.discard(tag)

    def _not_confirmed(self, tag: int, multiple: bool) -> None:
        self._refused = True
        self._confirmed(tag, multiple)
