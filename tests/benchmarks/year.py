"""A year of figures: the time to simulate, rebuild and read it, and its growth over three and ten years."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from loket_local.credentials import secret_of
from loket_local.ports import LOOPBACK
from loket_local.stack import Stack

from .load import Measured, measure, request
from .rebuild import rebuild_figures
from .soak import resident_megabytes
from .yardsticks import yardsticks

YEARS = (1, 3, 10)
#: weekdays stay what they are
A_YEAR = dt.timedelta(days=364)
MOMENTS = ("start", "end", "booked_at", "arrived_at", "previous_start")
CONNECTIONS = 8
#: periods that end on different days; reporting keeps the overviews of fewer
MOST_FIRST = 300


def year(stack: Stack, appointments: int, longest: int, console: Console) -> Table:
    """Play a year, multiply its event log up to `longest` years, and rebuild the figures from each."""
    assert stack.servers is not None
    client: MongoClient[dict[str, Any]] = MongoClient(stack.servers.mongo_uri, tz_aware=True)
    began = time.perf_counter()
    environment = {**os.environ, "MONGO_URI": stack.servers.mongo_uri, "LOKET_SECRET": secret_of(stack.folder)}
    play = [sys.executable, "-m", "loket_booking.demonstration", "--appointments", str(appointments)]
    subprocess.run(play, env=environment, check=True)
    console.print(f"played in {time.perf_counter() - began:.0f} s")
    log = client.loket_booking.event_log
    while client.loket_booking.agendas.count_documents({"outbox.0": {"$exists": True}}):
        time.sleep(1)
    table = Table(
        "years", "events", "rebuilt, events/s", "reporting, MiB", "first look p50 ms", "repeated, p50 ms", "p99 ms",
        "per second", "ratio to @http, RPC", "overview repeated, ratio",
    )  # fmt: skip
    original = list(log.find({"municipality": "voorbeeld"}))
    made = 1
    with yardsticks(stack) as nameko:
        for years in [each for each in YEARS if each <= longest]:
            for number in range(made, years):
                log.insert_many(_shifted(original, number), ordered=False)
            made = years
            took = _rebuild(stack)
            events = log.estimated_document_count()
            first, run, overview, plain = _look(stack, years, nameko.port)
            reporting = stack.components["reporting"].child
            memory = resident_megabytes(reporting.pid) if reporting else 0
            table.add_row(
                str(years), str(events), f"{events / took:.0f}", f"{memory:.0f}", f"{first.percentile(50):.0f}",
                f"{run.percentile(50):.0f}", f"{run.percentile(99):.0f}", f"{run.rate:.1f}",
                f"{run.rate / plain.rate:.3f}", f"{overview.rate / plain.rate:.2f}",
            )  # fmt: skip
            console.print(f"[dim]{years} year(s) done[/dim]")
    return table


def _rebuild(stack: Stack) -> float:
    """Seconds."""
    began = time.perf_counter()
    rebuild_figures(stack)
    return time.perf_counter() - began


def _look(stack: Stack, years: int, port: int) -> tuple[Measured, Measured, Measured, Measured]:
    """Periods that were not asked for before, one again and again on the page and in the API, and the yardstick."""
    last = dt.datetime.now(dt.UTC).date()
    begin, key = last - years * A_YEAR, f"Bearer {stack.machine_key('voorbeeld', 'lead')}"
    numbers = itertools.count()

    def page(earlier: int = 0) -> bytes:
        address = f"{stack.url}/voorbeeld/cijfers?from={begin}&to={last - dt.timedelta(earlier)}"
        return request("GET", address, Authorization=key)

    api = f"{stack.url}/api/v1/voorbeeld/reports/overview?from={begin}&to={last}"
    runs = [
        measure(LOOPBACK, stack.ports.http, next_request, CONNECTIONS, seconds)
        for next_request, seconds in (
            (lambda: page(next(numbers) % MOST_FIRST), 5), (page, 10),
            (lambda: request("GET", api, Authorization=key), 5),
        )
    ]  # fmt: skip
    if any(set(run.statuses) != {200} for run in runs):
        raise SystemExit(f"The dashboard was not shown: {[dict(run.statuses) for run in runs]}")
    first, repeated, overview = runs
    plain = measure(LOOPBACK, port, lambda: request("GET", f"http://{LOOPBACK}:{port}/rpc"), CONNECTIONS, 5)
    return first, repeated, overview, plain


def _shifted(events: list[dict[str, Any]], years: int) -> Iterator[dict[str, Any]]:
    """The same events `years` years before, about other subjects."""
    back = years * A_YEAR
    for event in events:
        data = dict(event["data"])
        for name in MOMENTS:
            if data.get(name):
                data[name] = (dt.datetime.fromisoformat(data[name]) - back).isoformat()
        if data.get("date"):
            data["date"] = (dt.date.fromisoformat(data["date"]) - back).isoformat()
        for name in ("appointment", "ticket"):
            if name in data:
                data[name] = f"{data[name]}-{years}"
        yield {
            **event, "_id": f"{event['_id']}-{years}", "subject": f"{event['subject']}-{years}",
            "time": event["time"] - back, "data": data,
        }  # fmt: skip
