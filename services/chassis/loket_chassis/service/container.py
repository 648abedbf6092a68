"""The container of a service: it waits for the broker and the database at startup, and drops expired calls."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import eventlet
import pymongo
import structlog
from amqp.exceptions import PreconditionFailed
from eventlet.support.greenlets import GreenletExit
from nameko.containers import ServiceContainer, WorkerContext
from nameko.extensions import Extension
from nameko.web.handlers import HttpRequestHandler
from prometheus_client import Counter

from ..messaging import deadlines
from ..messaging.reconnecting_channel import BROKER_ERRORS
from ..runtime import backoff, outages, spans, tracing
from ..runtime.settings import EX_CONFIG
from ..runtime.unavailable import is_database_unavailable
from ..storage import connection
from ..storage.schema_version import UnusableDatabase, require_readable
from . import startup

#: an OSError that does not pass: the port is in use, or not permitted
PERMANENT_ERRNOS = frozenset({errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES})

THREAD_ERRORS = Counter("loket_thread_errors_total", "Errors that ended a thread of the framework, and nothing else")

E = TypeVar("E", bound=Extension)
log = structlog.get_logger()


def _is_transient(error: Exception) -> bool:
    if isinstance(error, PreconditionFailed) or getattr(error, "errno", None) in PERMANENT_ERRNOS:
        return False
    return isinstance(error, BROKER_ERRORS) or is_database_unavailable(error)


def _begin_span(worker_ctx: WorkerContext) -> spans.Span | None:
    """The span of a call, an event or a timer. A request over HTTP has that of the web server."""
    if not spans.is_on() or isinstance(worker_ctx.entrypoint, HttpRequestHandler):
        return None
    begin_span = getattr(worker_ctx.entrypoint, "begin_span", None)
    if begin_span is not None:
        span: spans.Span | None = begin_span(worker_ctx)
    else:
        span = spans.begin(worker_ctx.entrypoint.method_name, worker_ctx.data.get(tracing.KEY))
    if span is not None:
        worker_ctx.data[tracing.KEY] = span.traceparent
    return span


def _require_readable(each: connection.MongoConnection) -> None:
    with pymongo.timeout(connection.LONGEST_LOOKUP):
        require_readable(each.database)


class Container(ServiceContainer):
    """nameko's ServiceContainer, changed so that a service ends only when it is stopped.

    - `start` retries the setup and the start of each extension while the broker or the database is unavailable;
      nameko ends the process. Until everything is set up, `startup.answer_probes` answers at the HTTP address.
      A database of a newer release, or one that a restore is filling, is refused before anything is set up.
    - `stop` also cancels a startup that still waits.
    - `_run_worker` drops a call whose deadline passed while it waited in a queue, in a socket or for a free worker. In
      nameko, an error outside the method leaves the message or request without an answer.
    - `_handle_thread_exited` counts an error that ended a thread; in nameko it ends the process, with all other work.
      Whatever must not end is a loop that handles its own errors: the consumer, the web server, each Worker.
    """

    def __init__(self, service_cls: type, config: dict[str, Any]) -> None:
        super().__init__(service_cls, config)
        #: the extensions that are not started yet -> reason
        self.waits_for: dict[Extension, str] = {}
        self._is_set_up = False
        self._threads: list[Any] = []

    def start(self) -> None:
        self.started = True
        with startup.answer_probes(self.config, self.states_of_waiting):
            try:
                self._is_set_up = self._can_read_databases() and self._each(
                    lambda extension: extension.setup(), self.extensions
                )
            except UnusableDatabase as error:  # it says what to do
                log.error(str(error))
                raise SystemExit(EX_CONFIG) from error
        if self._is_set_up:
            self._each(lambda extension: extension.start(), self.extensions)

    def states_of_waiting(self) -> dict[str, str]:
        """Why the service is not started yet, by the class of the extension."""
        return {type(extension).__name__: reason for extension, reason in self.waits_for.items()}

    def _can_read_databases(self) -> bool:
        """Raises UnusableDatabase. False when the service was stopped meanwhile."""
        return self._each(
            _require_readable, [each for each in self.extensions if isinstance(each, connection.MongoConnection)]
        )

    def _each(self, step: Callable[[E], None], extensions: Iterable[E]) -> bool:
        """Call `step` for all of them concurrently. Return False when the service was stopped meanwhile."""
        self._threads = [eventlet.spawn(self._persist, step, extension) for extension in extensions]
        try:
            for thread in self._threads:
                if (error := thread.wait()) is not None:
                    raise error
        except GreenletExit:
            return False
        return True

    def _persist(self, step: Callable[[E], None], extension: E) -> Exception | None:
        """Repeat a step until it succeeds. Return the error when a repeat cannot help: eventlet would print it too."""
        begun: set[outages.Outage] = set()
        for delay in backoff.delays():
            try:
                step(extension)
                break
            except Exception as error:
                if not _is_transient(error):
                    return error
                self.waits_for[extension] = f"waits: {type(error).__name__}"
                server = outages.DATABASE if is_database_unavailable(error) else outages.BROKER
                server.begin(repr(error))
                begun.add(server)
            eventlet.sleep(delay)
        self.waits_for.pop(extension, None)
        for server in begun:
            server.end()
        return None

    def stop(self) -> None:
        for _ in range(20):  # an extension that waits for nothing finishes its start first
            if all(thread.dead for thread in self._threads):
                break
            eventlet.sleep(0.01)
        for thread in self._threads:
            thread.kill()
        if self._is_set_up:
            super().stop()
        elif not self._died.ready():
            self._died.send(None)

    def _run_worker(self, worker_ctx: WorkerContext, handle_result: Any) -> None:
        span = _begin_span(worker_ctx)
        tracing.begin(worker_ctx.data)
        handled = False

        def handle_once(worker_ctx: WorkerContext, result: Any, exc_info: Any) -> Any:
            nonlocal handled
            handled = True
            if span is not None:
                spans.end(span, exc_info[1] if exc_info else None, getattr(worker_ctx, "span_attributes", None))
            return handle_result(worker_ctx, result, exc_info)

        if deadlines.has_passed(worker_ctx.data):
            deadlines.drop(worker_ctx, handle_once)
            return
        try:
            with deadlines.limit_database(worker_ctx.data):
                super()._run_worker(worker_ctx, handle_once)
        except Exception:
            if not handled:
                handle_once(worker_ctx, None, sys.exc_info())
            raise

    def _handle_thread_exited(self, thread: Any) -> None:
        # eventlet has written the traceback to standard error
        try:
            thread.wait()
        except GreenletExit:
            pass
        except Exception:
            THREAD_ERRORS.inc()
