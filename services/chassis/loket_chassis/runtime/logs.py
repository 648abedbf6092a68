"""Structured logs: one JSON object a line on standard output, ours and the libraries' alike.

So is all that is written to standard error, such as the tracebacks of green threads and Python's warnings.

Logs contain no personal data: objects are named by id, never by content.
"""

from __future__ import annotations

import io
import logging
import sys

import structlog

TRACEBACK = "Traceback (most recent call last):"

CHATTY = ("kombu", "amqp", "nameko", "pymongo", "eventlet")


def configure(service: str, level: str) -> None:
    """Send everything through structlog. `service` is named on every line.

    Our own lines go straight to the output: by way of the standard library's logging, each costs several times as much.
    """

    def name_service(_: object, __: str, entry: structlog.typing.EventDict) -> structlog.typing.EventDict:
        entry["service"] = service
        return entry

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        name_service,
    ]
    last: list[structlog.typing.Processor] = [
        structlog.processors.format_exc_info, structlog.processors.JSONRenderer(),
    ]  # fmt: skip
    structlog.configure(
        processors=[*shared, *last],
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    # nameko logs each refusal and failure with a traceback; WorkerMetrics logs those that deserve one
    logging.getLogger("nameko.containers").setLevel(logging.CRITICAL)
    sys.stderr = StandardError()


class StandardError(io.TextIOBase):
    """Standard error as log lines: a warning for each line, an error for a whole traceback."""

    def __init__(self) -> None:
        self._unfinished = ""
        self._log = structlog.get_logger()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2

    def write(self, text: str) -> int:
        self._unfinished += text
        while "\n" in self._unfinished:
            entry = _first_entry(self._unfinished)
            if entry is None:
                break
            self._unfinished = self._unfinished[len(entry) :]
            self._write_entry(entry.strip())
        return len(text)

    def _write_entry(self, entry: str) -> None:
        if entry.startswith(TRACEBACK):
            self._log.error("traceback on standard error", exception=entry)
        elif entry:
            self._log.warning("line on standard error", text=entry)


def _first_entry(text: str) -> str | None:
    """The first line; of a traceback all lines, up to the one of the error. None when its end is not there yet."""
    first, *others = text.splitlines(keepends=True)
    if not first.startswith(TRACEBACK):
        return first
    entry = first
    for line in others:
        entry += line
        if not line.startswith((" ", TRACEBACK)) and line.strip() and line.endswith("\n"):
            return entry
    return None
