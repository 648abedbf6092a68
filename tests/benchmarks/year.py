"""A year of figures: the time to simulate, rebuild and read it, and its growth over three and ten years."""

from __future__ import annotations

import datetime as dt
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
from .soak import resident_megabytes
from .yardsticks import yardsticks

YEARS = (1, 3, 10)
#: weekdays stay what they are
A_YEAR = dt.timedelta(days=364)
MOMENTS = ("start", "end", "booked_at", "arrived_at", "previous_start")
CONNECTIONS = 8


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
        "years", "events", "rebuilt, events/s", "reporting, MiB", "dashboard p50 ms", "p99 ms", "per second",
        "ratio to @http, RPC",
    )  # fmt: skip
    original = list(log.find({"municipality": "voorbeeld"}))
    made = 1
    with yardsticks(stack) as port:
        for years in [each for each in YEARS if each <= longest]:
            for number in range(made, years):
                log.insert_many(_shifted(original, number), ordered=False)
            made = years
            took = _rebuild(stack, client)
            events = log.estimated_document_count()
            run, plain = _look(stack, years, port)
            reporting = stack.components["reporting"].child
            memory = resident_megabytes(reporting.pid) if reporting else 0
            table.add_row(
                str(years), str(events), f"{events / took:.0f}", f"{memory:.0f}", f"{run.percentile(50):.0f}",
                f"{run.percentile(99):.0f}", f"{run.rate:.1f}", f"{run.rate / plain.rate:.3f}",
            )  # fmt: skip
            console.print(f"[dim]{years} year(s) done[/dim]")
    return table


def _rebuild(stack: Stack, client: MongoClient[dict[str, Any]]) -> float:
    """Seconds."""
    assert stack.servers is not None
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "loket_reporting.administer", "rebuild"],
        env={**os.environ, "AMQP_URI": stack.servers.amqp_uri}, check=True,
    )  # fmt: skip
    return time.perf_counter() - began


def _look(stack: Stack, years: int, port: int) -> tuple[Measured, Measured]:
    last = dt.datetime.now(dt.UTC).date()
    address = f"{stack.url}/voorbeeld/cijfers?from={last - years * A_YEAR}&to={last}"
    key = f"Bearer {stack.machine_key('voorbeeld', 'lead')}"
    run = measure(LOOPBACK, stack.ports.http, lambda: request("GET", address, Authorization=key), CONNECTIONS, 10)
    if set(run.statuses) != {200}:
        raise SystemExit(f"The dashboard was not shown: {dict(run.statuses)}")
    return run, measure(LOOPBACK, port, lambda: request("GET", f"http://{LOOPBACK}:{port}/rpc"), CONNECTIONS, 5)


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
