"""The yardsticks as processes on the stack's own broker."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

import requests

from loket_local.ports import LOOPBACK, find_free
from loket_local.processes import Child
from loket_local.stack import Stack


@dataclass(frozen=True)
class Yardsticks:
    """`port`: of the service with HTTP. `pids`: of both services."""

    port: int
    pids: tuple[int, ...]


@contextlib.contextmanager
def yardsticks(stack: Stack) -> Iterator[Yardsticks]:
    """Plain nameko on the same broker."""
    assert stack.servers is not None
    (port,) = find_free(1)
    command = [sys.executable, "-m", "tests.benchmarks.yardstick"]
    children = [
        Child.start(which, [*command, which, str(port), stack.servers.amqp_uri], stack.logs / f"{which}.log")
        for which in ("echo", "front")
    ]
    try:
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with contextlib.suppress(requests.RequestException):
                if requests.get(f"http://{LOOPBACK}:{port}/rpc", timeout=2).ok:
                    break
            time.sleep(0.1)
        yield Yardsticks(port, tuple(child.pid for child in children))
    finally:
        for child in children:
            child.stop(5)
