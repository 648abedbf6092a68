"""A small HTTP/1.1 load generator: each connection sends its next request after the last response."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Measured:
    """What came of one run. Latencies in milliseconds."""

    seconds: float = 0
    latencies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def add(self, other: Measured) -> None:
        self.seconds += other.seconds
        self.latencies += other.latencies
        self.statuses += other.statuses

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, percent: int) -> float:
        return quantiles(self.latencies, n=100)[percent - 1] if len(self.latencies) > 1 else self.latencies[0]


def request(method: str, url: str, body: Any = None, **fields: str) -> bytes:
    """An HTTP/1.1 request as it is sent. `fields`: more header fields, `_` for `-`."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    content = b"" if body is None else json.dumps(body).encode()
    head = f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
    head += "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
    if content:
        head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
    return head.encode() + b"\r\n" + content


def measure(host: str, port: int, next_request: Callable[[], bytes], connections: int, seconds: float) -> Measured:
    """Run for `seconds` after a warm-up of a tenth of that."""
    return asyncio.run(_measure(host, port, next_request, connections, seconds))


async def _measure(
    host: str, port: int, next_request: Callable[[], bytes], connections: int, seconds: float
) -> Measured:
    measured = Measured(seconds)
    begin = time.perf_counter() + seconds / 10
    end = begin + seconds

    async def one_client() -> None:
        reader, writer = await asyncio.open_connection(host, port)
        while (sent := time.perf_counter()) < end:
            writer.write(next_request())
            status = await read_answer(reader)
            now = time.perf_counter()
            if begin <= now < end:
                measured.latencies.append((now - sent) * 1000)
                measured.statuses[status] += 1
        writer.close()

    await asyncio.gather(*(one_client() for _ in range(connections)))
    return measured


async def read_answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    await reader.readexactly(length)
    return int(head.split(b" ", 2)[1])
