"""Whether the whole line sustains a rate: bookings for minutes, while no backlog of mails, events or counts grows.

A rate is sustained when the bookings keep their pace and the backlog at the end is that of the middle. The backlog is
read from the databases and queues, and not from metrics, which lag themselves.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import json
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from kombu import Connection
from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from loket_local.components import NAMES
from loket_local.ports import LOOPBACK
from loket_local.stack import Stack
from tests.upgrade.releases import another

from .jobs import booking
from .load import measure, read_answer, request
from .municipality import municipality_yaml
from .settled import wait_until_capacity_is_published
from .soak import resident_megabytes
from .yardsticks import yardsticks

ROOT = Path(__file__).parents[2]
CONNECTIONS = 32
SPECIALISTS = 20
SLOTS_A_DAY = 60
SAMPLE_SECONDS = 10.0
YARDSTICK_SECONDS = 6.0
#: queues of events; a call that waits is seen in the times of the answers
QUEUES = ("notification.booking-events", "notification.reports", "reporting.events")
#: a backlog that is below this number of seconds of bookings does not grow
TOLERATED_SECONDS = 2.0
#: the share of the wanted rate that must be reached
REACHED = 0.98
MUNICIPALITY = "sustained"
RESULTS = "sustained.jsonl"


@dataclass
class Run:
    """`late`: the longest time that a booking was sent after its turn, in seconds. `backlogs`: each the sum of what
    waits, by the second of its look."""

    rate: float
    seconds: float
    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    late: float = 0.0
    backlogs: list[tuple[float, dict[str, int]]] = field(default_factory=list)

    @property
    def reached(self) -> float:
        """Bookings a second."""
        return self.statuses[201] / self.seconds

    @property
    def growth(self) -> float:
        """How much larger the backlog is in the last third than in the middle one, by their medians."""
        totals = [sum(waiting.values()) for _, waiting in self.backlogs]
        third = len(totals) // 3
        return median(totals[2 * third :]) - median(totals[third : 2 * third])

    @property
    def is_sustained(self) -> bool:
        return self.reached >= REACHED * self.rate and self.growth <= TOLERATED_SECONDS * self.rate


def hold_rates(
    stack: Stack, rates: tuple[float, ...], days: int, minutes: float, instances: int, console: Console
) -> Table:  # fmt: skip
    """Book at each rate for `minutes`, spread over `days`, with `instances` of each service."""
    file = stack.folder / f"{MUNICIPALITY}.yaml"
    file.write_text(municipality_yaml(MUNICIPALITY, SPECIALISTS, "06:00", "22:00", 15, horizon_days=days + 5))
    stack.configure(file)
    gateways = [stack.ports.http, *_start_more(stack, instances - 1)]
    wait_until_capacity_is_published(stack, MUNICIPALITY)
    while any(backlog(stack).values()):
        time.sleep(1)
    with yardsticks(stack) as plain:
        event = request("POST", f"http://{LOOPBACK}:{plain.port}/event", "hello")
        nameko = measure(LOOPBACK, plain.port, lambda: event, CONNECTIONS, YARDSTICK_SECONDS).rate
    source = _bookings(days)
    table = Table(
        "bookings a second", "reached", "ratio", "p50 ms", "p99 ms", "backlog: middle, end", "sustained", "memory, MiB",
        title=f"{minutes:g} minutes each, over {days} days, {instances} of each service; "
        f"plain nameko, RPC and event: {nameko:.0f} a second",
    )  # fmt: skip
    for rate in rates:
        run = asyncio.run(_run(stack, gateways, source, rate, minutes * 60))
        if set(run.statuses) != {201}:
            console.print(f"[red]answers: {dict(run.statuses)}[/red]")
        cuts = quantiles(run.milliseconds, n=100)
        totals = [sum(waiting.values()) for _, waiting in run.backlogs]
        memory = sum(resident_megabytes(each.child.pid) for each in stack.components.values() if each.child)
        table.add_row(
            f"{rate:g}", f"{run.reached:.1f}", f"{run.reached / nameko:.2f}", f"{cuts[49]:.0f}", f"{cuts[98]:.0f}",
            f"{totals[len(totals) // 2]}, {totals[-1]}", "yes" if run.is_sustained else "no", f"{memory:.0f}",
        )  # fmt: skip
        _store(stack, run, days, instances)
        if not run.is_sustained:
            break
    return table


def _start_more(stack: Stack, number: int) -> list[int]:
    """Start more instances of each service. Returns the ports of the gateways among them."""
    ports = []
    for count in range(number):
        for name in NAMES:
            more = another(stack.components[name], ROOT, f"more-{count}")
            more.start()
            more.wait_until("ready")
            stack.components[f"{name} {count + 2}"] = more
            if name == "gateway":
                ports.append(more.port)
    return ports


def _bookings(days: int) -> Iterator[dict[str, Any]]:
    """Each on the next day, and on the next slot when all days had one; each slot once for each specialist."""
    first = dt.date.today() + dt.timedelta(2)  # noqa: DTZ011 - the machine's own day is as good as any
    for count in range(days * SLOTS_A_DAY * SPECIALISTS):
        day, turn = count % days, count // days
        # in summer these are an hour later, and the last one still ends at 22:00
        minutes = 6 * 60 + turn // SPECIALISTS * 15
        yield booking(f"{first + dt.timedelta(day)}T{minutes // 60:02}:{minutes % 60:02}:00+01:00", count)


async def _run(stack: Stack, ports: list[int], source: Iterator[dict[str, Any]], rate: float, seconds: float) -> Run:
    run = Run(rate, seconds)
    began = time.perf_counter()
    turns = iter(itertools.count())

    async def one_client(port: int) -> None:
        url = f"http://{LOOPBACK}:{port}/api/v1/{MUNICIPALITY}/appointments"
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        while (due := began + next(turns) / rate) < began + seconds:
            await asyncio.sleep(due - time.perf_counter())
            sent = time.perf_counter()
            writer.write(request("POST", url, next(source)))
            run.statuses[await read_answer(reader)] += 1
            run.milliseconds.append((time.perf_counter() - due) * 1000)
            run.late = max(run.late, sent - due)
        writer.close()

    async def look() -> None:
        while (second := time.perf_counter() - began) < seconds:
            run.backlogs.append((second, await asyncio.to_thread(backlog, stack)))
            await asyncio.sleep(SAMPLE_SECONDS)

    await asyncio.gather(look(), *(one_client(ports[number % len(ports)]) for number in range(CONNECTIONS)))
    return run


def backlog(stack: Stack) -> dict[str, int]:
    """How much is still to be done, by where it waits."""
    assert stack.servers is not None
    now = dt.datetime.now(dt.UTC)
    with MongoClient[dict[str, Any]](stack.servers.mongo_uri) as client:
        messages = client.loket_notification.messages
        waiting = {
            "outbox of booking": client.loket_booking.agendas.count_documents({"outbox.0": {"$exists": True}}),
            "outbox of notification": messages.count_documents({"outbox.0": {"$exists": True}}),
            "messages that are due": messages.count_documents({"next_at": {"$lte": now}}),
        }
    with Connection(stack.servers.amqp_uri) as connection:
        for name in QUEUES:
            waiting[f"queue of {name}"] = int(
                connection.default_channel.queue_declare(queue=name, passive=True).message_count
            )
    return waiting


def _store(stack: Stack, run: Run, days: int, instances: int) -> None:
    """Add the result to the file beside the folder of the stack, to compare one run with another."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    entry = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "commit": commit.stdout.strip(), "days": days,
        "instances": instances, "rate": run.rate, "reached": round(run.reached, 1), "seconds": run.seconds,
        "late": round(run.late, 2), "backlogs": run.backlogs, "is_sustained": run.is_sustained,
    }  # fmt: skip
    with (stack.folder.parent / RESULTS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
