"""How fast the figures are rebuilt from an event log, and what an event costs each process."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from pymongo import MongoClient
from rich.table import Table

from loket_chassis.messaging.event_documents import EVENT
from loket_contracts import events
from loket_contracts.envelope import Event
from loket_local.stack import Stack

from .soak import cpu_seconds

TURNS = 3
VISITS_A_DAY, RESOURCES, TEAMS, TYPES, LOCATIONS = 10, 4, 4, 12, 3
#: minutes after the start of a visit, and what happens then
COURSE = ((-5, "appointment.checked_in"), (0, "appointment.started"), (25, "appointment.completed"))
#: documents in one write of the yardstick
TOGETHER = 1000


def rebuild(stack: Stack, number: int) -> Table:
    """Rebuild from a log of `number` events, several times, each after a plain copy of the same events.

    The copy is the yardstick: one process reads each event from the database, and writes it into another collection.
    """
    assert stack.servers is not None
    client: MongoClient[dict[str, Any]] = MongoClient(stack.servers.mongo_uri, tz_aware=True)
    log, copy = client.loket_booking.event_log, client.bench.event_log
    for some in _in_batches(map(EVENT.encode, islice(_history(), number))):
        log.insert_many(some, ordered=False)
    pids = {name: stack.components[name].child.process.pid for name in ("reporting", "booking")}  # type: ignore[union-attr]
    pids["mongod"] = stack.servers.database.process.process.pid  # type: ignore[union-attr]
    table = Table("events a second", *(f"{name}, µs CPU each" for name in pids), "copied, events a second", "ratio")

    def copy_all() -> None:
        copy.drop()
        for some in _in_batches(log.find()):
            copy.insert_many(some, ordered=False)

    for _ in range(TURNS):
        plain = _seconds(copy_all)
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        took = _seconds(lambda: rebuild_figures(stack))
        spent = [1_000_000 * (cpu_seconds(pid) - before[name]) / number for name, pid in pids.items()]
        table.add_row(
            f"{number / took:.0f}", *(f"{each:.0f}" for each in spent), f"{number / plain:.0f}", f"{plain / took:.3f}"
        )
    client.drop_database("bench")
    return table


def rebuild_figures(stack: Stack) -> None:
    assert stack.servers is not None
    subprocess.run(
        [sys.executable, "-m", "loket_chassis.cli", "reports", "rebuild"],
        env={**os.environ, "AMQP_URI": stack.servers.amqp_uri}, check=True,
    )  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _in_batches(documents: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while some := list(islice(documents, TOGETHER)):
        yield some


def _history() -> Iterator[Event]:
    """Days of ten visits with four events each, and of four resources with one each, further and further back."""
    day = dt.datetime.now(dt.UTC).replace(hour=9, minute=0, second=0, microsecond=0)
    number = 0
    while True:
        for resource in range(RESOURCES):
            yield _capacity(f"r-{resource}", day)
        for visit in range(VISITS_A_DAY):
            number += 1
            yield from _visit(f"v{number:07}", number, day + dt.timedelta(minutes=30 * visit))
        day -= dt.timedelta(days=1)


def _visit(subject: str, number: int, start: dt.datetime) -> Iterator[Event]:
    kind, booked = number % TYPES, start - dt.timedelta(days=number % 20, hours=1)
    for sequence, (time_of, name) in enumerate(
        [(booked, "appointment.booked"), *((start + dt.timedelta(minutes=after), name) for after, name in COURSE)], 1
    ):
        data = {
            **events.EVENTS[name].example, "appointment": subject, "team": f"team-{kind % TEAMS}",
            "location": f"place-{kind % LOCATIONS}", "appointment_types": [f"type-{kind}"],
            "resources": [f"r-{number % RESOURCES}"], "booked_at": booked.isoformat(), "start": start.isoformat(),
            "end": (start + dt.timedelta(minutes=30)).isoformat(),
        }  # fmt: skip
        yield events.make(
            name, municipality="rebuilt", subject=subject, sequence=sequence, time=time_of, data=data
        )  # fmt: skip


def _capacity(resource: str, day: dt.datetime) -> Event:
    data = {
        "resource": resource, "team": "team-1", "kind": "person", "date": f"{day:%Y-%m-%d}", "offered_minutes": 420,
    }  # fmt: skip
    return events.make(
        "capacity.changed", municipality="rebuilt", subject=f"{resource}-{day:%Y-%m-%d}", sequence=1, time=day,
        data=data,
    )  # fmt: skip
