"""W3C Trace Context: one trace id from the HTTP request to the last consumer of its event.

https://www.w3.org/TR/trace-context/ - nameko carries the context of a worker along with every RPC call, and the
outbox carries it along with every event.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

import structlog

KEY = "traceparent"
#: of a call; nameko maps the context of a worker to headers of this form, and back
HEADER = f"nameko.{KEY}"
_FORM = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")


def start() -> str:
    """A new traceparent."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def accept(traceparent: str | None) -> str:
    """The caller's traceparent when it is well formed, else a new one."""
    return given(traceparent) or start()


def given(traceparent: str | None) -> str | None:
    """The caller's traceparent when it is well formed, else None."""
    return traceparent if traceparent and _FORM.fullmatch(traceparent) else None


def fields(traceparent: str) -> tuple[int, int, int]:
    """The trace id, the span id and the flags of a well-formed traceparent."""
    _, trace, span, flags = traceparent.split("-")
    return int(trace, 16), int(span, 16), int(flags, 16)


def unsampled(traceparent: str) -> str:
    """The same trace, of which no span is recorded."""
    return f"{traceparent[:-2]}00"


def trace_id(traceparent: str) -> str:
    return traceparent[3:35]


def bind(traceparent: str) -> None:
    """Name the trace on every log line of this green thread, and nothing else."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(trace=trace_id(traceparent))


def begin(context: dict[str, Any]) -> None:
    """Name the trace of a worker on its log lines, and pass it on with its calls and events. Make one if needed."""
    context[KEY] = accept(context.get(KEY))
    bind(context[KEY])
