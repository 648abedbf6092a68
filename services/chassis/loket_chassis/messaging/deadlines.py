"""The absolute deadline of an RPC call: the caller waits until then, and a worker starts no later.

It travels in the header `nameko.deadline`, in milliseconds of UNIX time. nameko maps the context of a worker
to headers of that form, and back.
"""

from __future__ import annotations

import time
from typing import Any

import structlog
from prometheus_client import Counter

KEY = "deadline"
HEADER = f"nameko.{KEY}"

EXPIRED = Counter(
    "loket_calls_expired_total", "Calls that were dropped because their deadline had passed", ["entrypoint"]
)

log = structlog.get_logger()


class DeadlinePassed(Exception):
    """The caller has stopped waiting, so the call is neither executed nor answered."""


def after(seconds: float) -> int:
    """The deadline `seconds` from now."""
    return int((time.time() + seconds) * 1000)


def has_passed(context: dict[str, Any]) -> bool:
    """Whether the deadline has passed. False without a deadline."""
    deadline = context.get(KEY)
    return deadline is not None and time.time() * 1000 > deadline


def drop(worker_ctx: Any, handle_result: Any) -> None:
    """End a worker before it starts; its message is acknowledged and no reply is sent."""
    name = worker_ctx.entrypoint.method_name
    EXPIRED.labels(name).inc()
    late = round(time.time() * 1000 - worker_ctx.data[KEY])
    log.warning("call dropped: its deadline had passed", entrypoint=name, milliseconds_late=late)
    error = DeadlinePassed(name)
    handle_result(worker_ctx, None, (DeadlinePassed, error, None))
