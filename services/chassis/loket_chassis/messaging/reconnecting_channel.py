"""A channel to the broker that reconnects after errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from amqp.channel import Channel
from amqp.exceptions import AMQPError
from kombu import Connection
from kombu.exceptions import KombuError

#: the errors of a broker that cannot be reached
BROKER_ERRORS = (OSError, AMQPError, KombuError)
#: kombu's transport options for a single short attempt to connect; without them kombu retries forever
BRIEFLY: dict[str, Any] = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0}
#: the same for two retries: a pooled connection may have died with a broker that is back by now
RETRY_TWICE: dict[str, Any] = {"max_retries": 2, "interval_start": 0.1, "interval_step": 0.3}
T = TypeVar("T")


class ReconnectingChannel:
    """Connects when it is first used, and again after an error. It is not safe for concurrent use."""

    def __init__(self, uri: str, prepare: Callable[[Channel], None] = lambda _: None, **options: Any) -> None:
        """`prepare`: called with every new channel. `options`: kombu's transport options."""
        self._uri = uri
        self._prepare = prepare
        self._options = options or BRIEFLY
        self._connection: Connection | None = None

    def use(self, work: Callable[[Channel], T]) -> T:
        """Call `work` with the channel; once more with a new one when the connection had died unnoticed.

        Raises what `work` raises, or one of BROKER_ERRORS.
        """
        if self._connection is not None:
            try:
                return self._attempt(work)
            except BROKER_ERRORS:
                pass  # the connection was dead already
        self._connection = Connection(self._uri, connect_timeout=2, transport_options=self._options)
        self._attempt(self._prepare)
        return self._attempt(work)

    def drain(self, timeout: float) -> None:
        """Process the next frame from the broker. Raises TimeoutError after `timeout` seconds."""
        assert self._connection is not None
        self._connection.drain_events(timeout=timeout)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.collect()

    def _attempt(self, work: Callable[[Channel], T]) -> T:
        assert self._connection is not None
        try:
            return work(self._connection.default_channel)
        except BaseException:  # also a timeout: half a frame may have been sent
            self.close()
            raise
