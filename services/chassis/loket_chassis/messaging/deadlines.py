"""The absolute deadline of an RPC call: the caller waits until then, and a worker begins no later.

It travels in the header `nameko.deadline`, in milliseconds of UNIX time. nameko puts what is in the context of a worker
into headers of that form, and back.
"""

from __future__ import annotations

import time
from typing import Any

import structlog
from prometheus_client import Counter

KEY = "deadline"
HEADER = f"nameko.{KEY}"

EXPIRED = Counter(
    "loket_calls_expired_total", "Calls that were dropped because they came after their deadline", ["entrypoint"]
)

log = structlog.get_logger()


class DeadlinePassed(Exception):
    """The caller has stopped waiting, so the call is neither carried out nor answered."""


def after(seconds: float) -> int:
    """The deadline so many seconds from now."""
    return int((time.time() + seconds) * 1000)


def has_passed(context: dict[str, Any]) -> bool:
    """Whether it is too late to begin. Without a deadline it never is."""
    deadline = context.get(KEY)
    return deadline is not None and time.time() * 1000 > deadline


def drop(worker_ctx: Any, handle_result: Any) -> None:
    """End the work before it begins; its message is acknowledged and nobody gets an answer."""
    name = worker_ctx.entrypoint.method_name
    EXPIRED.labels(name).inc()
    late = round(time.time() * 1000 - worker_ctx.data[KEY])
    log.warning("a call came after its deadline and was dropped", entrypoint=name, milliseconds_late=late)
    error = DeadlinePassed(name)
    handle_result(worker_ctx, None, (DeadlinePassed, error, None))
