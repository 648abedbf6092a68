"""Structured logs: one JSON object a line on standard output, ours and the libraries' alike.

Logs contain no personal data: objects are named by id, never by content.
"""

from __future__ import annotations

import logging
import sys

import structlog

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
    # nameko logs each refusal with a traceback and the arguments; a refusal is a normal response
    logging.getLogger("nameko.containers").setLevel(logging.ERROR)
