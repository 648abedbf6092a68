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
        while entry := _first_entry(self._unfinished):
            self._unfinished = self._unfinished[len(entry) :]
            self._write_entry(entry.strip())
        return len(text)

    def flush(self) -> None:
        """Write the rest: a writer flushes at the end of an entry."""
        entry, self._unfinished = self._unfinished.strip(), ""
        self._write_entry(entry)

    def _write_entry(self, entry: str) -> None:
        if entry.startswith(TRACEBACK):
            self._log.error("traceback on standard error", exception=entry)
        elif entry:
            self._log.warning("line on standard error", text=entry)


def _first_entry(text: str) -> str | None:
    """The first line, or a whole traceback. None when its end is not there yet.

    Python writes the message of an error at once, in as many lines as it has. So a traceback ends where a write ends,
    with a newline, after a line that is not indented.
    """
    if not text.startswith(TRACEBACK):
        line, end, _ = text.partition("\n")
        return line + end if end else None
    _, *others = text.splitlines()
    has_error = any(line.strip() and not line.startswith((" ", TRACEBACK)) for line in others)
    return text if has_error and text.endswith("\n") else None
