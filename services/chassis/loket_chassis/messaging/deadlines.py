"""The absolute deadline of an RPC call: the caller waits until then, and a worker starts and writes no later.

It travels in the header `nameko.deadline`, in milliseconds of UNIX time. nameko maps the context of a worker
to headers of that form, and back.

An absolute deadline needs clocks that agree. Every reply carries the time at which it was sent, so a caller sees how
far the clocks differ. A worker takes at most one expiration of the message after it received the call, whatever its
clock says: that is how long the caller waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pymongo
import structlog
from prometheus_client import Counter, Gauge

KEY = "deadline"
HEADER = f"nameko.{KEY}"
#: field of a reply: when it was sent, in milliseconds of UNIX time
CLOCK = "clock"
#: seconds by which clocks may differ; a call with the default deadline of 2 s has time enough
TOLERATED_DIFFERENCE = 0.2

#: seconds for which the largest difference counts: replies come in turn from instances whose clocks may differ
REMEMBERED = 60.0

#: the share of the time of a call in which it may use the database; the rest is for its answer
DATABASE_SHARE = 0.9

EXPIRED = Counter(
    "loket_calls_expired_total", "Calls that were dropped because their deadline had passed", ["entrypoint"]
)
CLOCK_DIFFERENCE = Gauge(
    "loket_clock_difference_seconds",
    "How far the clock of a called service is ahead (or behind, if negative), at least",
    ["service"],
)

log = structlog.get_logger()
#: by service: the largest difference of the last minute, and when it was measured
_differences: dict[str, tuple[float, float]] = {}


class DeadlinePassed(Exception):
    """The caller has stopped waiting, so the call is not executed."""


def now() -> int:
    return int(time.time() * 1000)


def after(seconds: float) -> int:
    """The deadline `seconds` from now."""
    return now() + int(seconds * 1000)


def remaining_seconds(headers: dict[str, Any], longest: float) -> float:
    """Seconds that a worker may wait for another service: `longest`, or less when its own caller waits less.

    `headers`: those of the call, to which nameko copies the context of the worker.
    """
    deadline = headers.get(HEADER)
    return longest if deadline is None else min(longest, (deadline - now()) / 1000)


def bound(context: dict[str, Any], expiration: str | None) -> None:
    """Shorten a deadline that is further away than the caller waits: its clock is ahead of this one."""
    if expiration and KEY in context:
        context[KEY] = min(context[KEY], now() + int(expiration))


def has_passed(context: dict[str, Any]) -> bool:
    """Whether the deadline has passed. False without a deadline."""
    deadline = context.get(KEY)
    return deadline is not None and now() > deadline


def limit_database(context: dict[str, Any]) -> AbstractContextManager[Any]:
    """A context manager in which no operation of the database starts after the deadline, nor lasts until it.

    So a paused worker writes nothing that its caller has reported as failed, and one that waits for the database
    answers in time. What must be written also after the deadline goes through `storage.connection.outside_deadline`.
    """
    if KEY not in context:
        return nullcontext()
    return pymongo.timeout(max((context[KEY] - now()) / 1000 * DATABASE_SHARE, 0.001))


def drop(worker_ctx: Any, handle_result: Any) -> None:
    """End a worker before it starts. It is answered: a caller that still waits has another clock."""
    name = worker_ctx.entrypoint.method_name
    EXPIRED.labels(name).inc()
    late = now() - worker_ctx.data[KEY]
    log.warning("call dropped: its deadline had passed", entrypoint=name, milliseconds_late=late)
    handle_result(worker_ctx, None, (DeadlinePassed, DeadlinePassed(name), None))


def compare_clocks(
    service: str, sent: int, theirs: int | None, received: int, clock: Callable[[], float] = time.monotonic
) -> None:
    """Measure how far the clock of a service differs, from when a call left and its reply came.

    The reply was sent between the two, so its time lies between them when the clocks agree. The largest difference of
    the last minute counts. Warn when it exceeds the bound; once, until it was within the bound for a minute.
    """
    if theirs is None:
        return  # a service of the release before
    difference = (min(theirs - sent, 0) + max(theirs - received, 0)) / 1000
    at = clock()
    largest, measured = _differences.get(service, (0.0, float("-inf")))
    if abs(difference) < abs(largest) and at - measured < REMEMBERED:
        return
    _differences[service] = difference, at
    CLOCK_DIFFERENCE.labels(service).set(difference)
    if abs(difference) > TOLERATED_DIFFERENCE >= abs(largest):
        log.warning("the clock of a service differs; synchronise the clocks", peer=service, seconds=difference)
