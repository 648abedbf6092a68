"""One channel of one connection to the broker, for as long as it lasts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from amqp.channel import Channel
from amqp.exceptions import AMQPError
from kombu import Connection
from kombu.exceptions import KombuError

#: what keeps the broker away
BROKER_ERRORS = (OSError, AMQPError, KombuError)
#: kombu's transport options for an attempt to connect that ends soon; by itself it goes on forever, ever more slowly
BRIEFLY = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0}
T = TypeVar("T")


class ReconnectingChannel:
    """Made when it is first used, and anew after whatever went wrong. Not to be used by two at once."""

    def __init__(self, uri: str, prepare: Callable[[Channel], None] = lambda _: None, **options: Any) -> None:
        """`prepare`: done to every new channel. `options`: kombu's transport options."""
        self._uri = uri
        self._prepare = prepare
        self._options = options or BRIEFLY
        self._connection: Connection | None = None

    def use(self, work: Callable[[Channel], T]) -> T:
        """Do `work` on the channel; once more on a new one when the connection had died unnoticed.

        Raises what `work` raises, or whatever keeps the broker away.
        """
        if self._connection is not None:
            try:
                return self._attempt(work)
            except BROKER_ERRORS:
                pass  # found out only now
        self._connection = Connection(self._uri, connect_timeout=2, transport_options=self._options)
        self._attempt(self._prepare)
        return self._attempt(work)

    def drain(self, patience: float) -> None:
        """Take in what the broker says next. Raises TimeoutError after so many seconds of silence."""
        assert self._connection is not None
        self._connection.drain_events(timeout=patience)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect()

    def _attempt(self, work: Callable[[Channel], T]) -> T:
        assert self._connection is not None
        try:
            return work(self._connection.default_channel)
        except BaseException:  # a deadline that passes here too may leave half a message on its way
            self.close()
            raise
