"""Consume the queues of one process over one connection, which reconnects for as long as the process lives."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import eventlet
import structlog
from eventlet.event import Event
from kombu import Connection
from kombu.message import Message
from nameko import messaging
from nameko.extensions import ProviderCollector

from ..runtime import backoff, outages
from ..runtime.unavailable import is_unavailable

log = structlog.get_logger()

#: seconds that one read waits, and so the longest until a stop request is noticed
LONGEST_READ = 0.2
#: seconds to wait until the broker confirms the end of a consumer or of the connection. A broker that has not done so
#: once is not waited for again: several waits in turn would use up the time in which a process must stop.
CLOSE_TIMEOUT = 1.0


class QueueConsumer(messaging.QueueConsumer):
    """nameko's QueueConsumer, changed to survive an outage of the broker.

    - `run` replaces kombu's ConsumerMixin.run, which waits 2, 4, 6, ... s between attempts to connect whatever
      TRANSPORT_OPTIONS says, and lets some errors end the thread and with it the container.
    - `start` does not wait for the broker; `state` says whether the queues are read.
    - `ack_message` and `requeue_message` raise nothing: in nameko an OSError ends the container. After an error the
      consumer connects again, and the broker redelivers what was not acknowledged.
    - `get_consumers` gives a provider the `prefetch_count` that it names.
    - `unregister_provider` and `stop` end also without a connection. The connection is closed after the last worker
      has ended, so that the last messages are acknowledged; nameko's closes it with the last consumer.
    """

    #: "ok" while the queues are consumed, else the reason
    state = "its queues are not read yet"
    #: whether the broker did not confirm the end of a consumer in time
    _is_silent = False
    #: the error with which a message could not be acknowledged or requeued
    _unsettled: Exception | None = None
    _channel: Any = None
    _gt: Any
    _pending_remove_providers: dict[Any, Event]

    def start(self) -> None:
        if self._gt is None:
            self._gt = self.container.spawn_managed_thread(self.run, identifier="queue consumer")

    def run(self) -> None:
        delays = backoff.delays()
        while not self.should_stop:
            try:
                for _ in self._read():
                    delays = backoff.delays()
            except Exception as error:  # any error: without its consumer the process is useless
                earlier, self.state = self.state, f"cannot be reached: {type(error).__name__}"
                if isinstance(error, OSError) or is_unavailable(error):
                    outages.BROKER.begin(repr(error))
                elif self.state != earlier:  # else it could not be read before either
                    log.warning("messages cannot be read; trying again", exc_info=True)
            self._consumers.clear()
            again = time.monotonic() + next(delays)
            while not self.should_stop and time.monotonic() < again:
                self._cancel_consumers_if_requested()
                eventlet.sleep(0.05)
        self._cancel_consumers_if_requested()

    def _read(self) -> Iterator[None]:
        """Consume messages until the service stops. Yields once, after connecting. Raises the error that ended it."""
        with self.consumer_context() as (connection, _, _):
            self.state, self._unsettled = "ok", None
            outages.BROKER.end()
            yield
            while not self.should_stop:
                self._cancel_consumers_if_requested()
                if self._unsettled is not None:
                    raise self._unsettled
                try:
                    connection.drain_events(timeout=LONGEST_READ)
                except TimeoutError:
                    connection.heartbeat_check()

    @contextmanager
    def establish_connection(self) -> Iterator[Connection]:
        connection = self.connection
        connection.connect_timeout = 2
        try:
            connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0)
            yield connection
            with eventlet.Timeout(CLOSE_TIMEOUT, False):
                connection.release()
        finally:
            connection.collect()

    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:
        self._channel = channel
        for provider in list(self._providers):
            if (prepare := getattr(provider, "prepare_queues", None)) is not None:
                prepare(channel)
        super().get_consumers(consumer_cls, channel)
        for provider, consumer in self._consumers.items():
            # the broker applies a prefetch count to the consumers that begin after it
            consumer.qos(prefetch_count=getattr(provider, "prefetch_count", self.prefetch_count))
            consumer.consume()
        return self._consumers.values()

    def on_decode_error(self, message: Message, error: Exception) -> None:
        """Reject a message whose body cannot be decoded: an event is dead-lettered, a call is dropped.

        kombu's acknowledges it, and logs its body.
        """
        log.error("a message cannot be decoded; rejected", error=type(error).__name__)
        self._settle(message, "reject")

    def ack_message(self, message: Message) -> None:
        self._settle(message, "ack")

    def requeue_message(self, message: Message) -> None:
        self._settle(message, "requeue")

    def _settle(self, message: Message, how: str) -> None:
        if not message.channel.connection:
            return  # the broker has taken the message back
        try:
            getattr(message, how)()
        except Exception as error:
            log.debug("a message could not be settled; the broker redelivers it", how=how, error=repr(error))
            if message.channel is self._channel:
                self._unsettled = error

    def unregister_provider(self, provider: Any) -> None:
        if self._gt is not None and not self._gt.dead and not self._is_silent:
            cancelled = self._pending_remove_providers[provider] = Event()
            cancelled.wait(timeout=CLOSE_TIMEOUT)
            self._is_silent = not cancelled.ready()
        # in case the consumer thread did not do it in time
        ProviderCollector.unregister_provider(self, provider)

    def _cancel_consumers_if_requested(self) -> None:
        requested, self._pending_remove_providers = self._pending_remove_providers, {}
        try:
            for provider in requested:
                ProviderCollector.unregister_provider(self, provider)  # so no new connection reads its queue again
                if (consumer := self._consumers.pop(provider, None)) is not None:
                    consumer.cancel()
        finally:
            for cancelled in requested.values():
                cancelled.send()

    def stop(self) -> None:
        with eventlet.Timeout(CLOSE_TIMEOUT, False):
            self.wait_for_providers()
        self.should_stop = True
        if self._gt is not None:
            if not self._is_silent:
                with eventlet.Timeout(CLOSE_TIMEOUT, False):
                    self._gt.wait()
            self._gt.kill()
