"""The CPU time of a booking in each process, until its mail is sent and it is counted.

The time that a process uses without bookings is measured first, and subtracted.
"""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import requests
from pymongo import MongoClient
from rich.console import Console
from rich.table import Table

from loket_local.ports import LOOPBACK
from loket_local.stack import Stack

from .jobs import booking
from .municipality import municipality_yaml
from .settled import wait_until_all_is_counted, wait_until_all_is_sent, wait_until_capacity_is_published
from .soak import cpu_seconds
from .yardsticks import yardsticks

#: bookings a second: below what the whole line can do, so that no queue grows
RATE = 15.0
WARM_UP = 60
#: over how many days the bookings are spread
SPREADS = (300, 14)
IDLE_SECONDS = 10
SPECIALISTS = 4
SLOTS_A_DAY = 32
FIRST_HOUR = 6
RESULTS = "settled-cpu.jsonl"


def settled_cpu(stack: Stack, number: int, console: Console) -> Table:
    """Book `number` times at a fixed rate, for each spread, and divide the CPU time of each process by it."""
    for days in SPREADS:
        file = stack.folder / f"{_municipality(days)}.yaml"
        text = municipality_yaml(_municipality(days), SPECIALISTS, "06:00", "22:00", 30, horizon_days=days + 5)
        file.write_text(text)
        stack.configure(file)
    for days in SPREADS:
        wait_until_capacity_is_published(stack, _municipality(days))
    wait_until_all_is_counted(stack)
    idle = _idle(stack)
    before = _stored(stack)
    measured = {f"{days} days": _one_spread(stack, number, days, idle, console) for days in SPREADS}
    stored = (_stored(stack) - before) / len(SPREADS) / (WARM_UP + number)
    console.print(f"stored: {stored:.0f} bytes a booking, with indexes, before compression")
    measured["idle, per second"] = idle
    nameko = _plain_nameko(stack, number)
    table = Table(f"CPU per booking, ms ({number} bookings, {RATE:.0f} a second)", *measured)
    for name in next(iter(measured.values())):
        table.add_row(name, *(f"{each[name]:.1f}" for each in measured.values()))
    table.add_row("all", *(f"{sum(each.values()):.1f}" for each in measured.values()))
    table.add_row(
        f"ratio to plain nameko, RPC and event: {nameko:.1f} ms",
        *(f"{sum(measured[f'{days} days'].values()) / nameko:.1f}" for days in SPREADS), "",
    )  # fmt: skip
    _keep(stack, number, measured, stored, nameko)
    return table


def _municipality(days: int) -> str:
    return f"over-{days}"


def _one_spread(
    stack: Stack, number: int, days: int, idle: dict[str, float], console: Console
) -> dict[str, float]:  # fmt: skip
    """Milliseconds of each process per booking, without what it uses when idle."""
    requests_ = _bookings(days)
    _book(stack, _municipality(days), requests_, WARM_UP)
    _settle(stack, _municipality(days), WARM_UP)
    began, before = time.monotonic(), _cpu_milliseconds(stack)
    _book(stack, _municipality(days), requests_, number)
    _settle(stack, _municipality(days), WARM_UP + number)
    after, took = _cpu_milliseconds(stack), time.monotonic() - began
    console.print(f"[dim]{days} days: settled after {took:.0f} s[/dim]")
    return {name: (after[name] - before[name] - idle[name] * took) / number for name in before}


def _idle(stack: Stack) -> dict[str, float]:
    """Milliseconds of each process per second without bookings."""
    before = _cpu_milliseconds(stack)
    time.sleep(IDLE_SECONDS)
    after = _cpu_milliseconds(stack)
    return {name: (after[name] - before[name]) / IDLE_SECONDS for name in before}


def _plain_nameko(stack: Stack, number: int) -> float:
    """Milliseconds of plain nameko and the broker per request, call and event, at the same rate."""
    assert stack.servers is not None
    assert stack.servers.broker is not None
    with yardsticks(stack) as plain, requests.Session() as session:
        pids = (*plain.pids, stack.servers.broker.node.pid)
        before = sum(map(cpu_seconds, pids))
        due = time.monotonic()
        for _ in range(number):
            time.sleep(max(0.0, due - time.monotonic()))
            due += 1 / RATE
            session.post(f"http://{LOOPBACK}:{plain.port}/event", data="hello", timeout=30).raise_for_status()
        return 1000 * (sum(map(cpu_seconds, pids)) - before) / number


def _bookings(days: int) -> Iterator[dict[str, Any]]:
    """Each on the next day, and on the next slot when all days had one; each slot once for each specialist."""
    first = date.today() + timedelta(2)  # noqa: DTZ011 - the machine's own day is as good as any
    for count in range(days * SLOTS_A_DAY * SPECIALISTS):
        day, turn = count % days, count // days
        minutes = FIRST_HOUR * 60 + turn // SPECIALISTS * 30
        start = f"{first + timedelta(day)}T{minutes // 60:02}:{minutes % 60:02}:00+01:00"
        yield booking(start, count)


def _book(stack: Stack, municipality: str, bookings: Iterator[dict[str, Any]], number: int) -> None:
    url = f"{stack.url}/api/v1/{municipality}/appointments"
    with requests.Session() as session:
        due = time.monotonic()
        for _ in range(number):
            time.sleep(max(0.0, due - time.monotonic()))
            due += 1 / RATE
            session.post(url, json=next(bookings), timeout=30).raise_for_status()


def _settle(stack: Stack, municipality: str, booked: int) -> None:
    """Until nothing is due to be published or sent, and all that was booked is counted."""
    assert stack.servers is not None
    with MongoClient[dict[str, Any]](stack.servers.mongo_uri) as client:
        messages = client.loket_notification.messages
        while (
            client.loket_booking.agendas.count_documents({"outbox.0": {"$exists": True}})
            or messages.count_documents({"outbox.0": {"$exists": True}})
            or messages.count_documents({"next_at": {"$lte": dt.datetime.now(dt.UTC) + timedelta(minutes=1)}})
        ):
            time.sleep(0.5)
    wait_until_all_is_sent(stack, municipality, booked)
    wait_until_all_is_counted(stack)


def _stored(stack: Stack) -> float:
    """Bytes of all documents and their indexes."""
    assert stack.servers is not None
    with MongoClient[dict[str, Any]](stack.servers.mongo_uri) as client:
        names = [name for name in client.list_database_names() if name.startswith("loket_")]
        sizes = [client[name].command("dbStats") for name in names]
    return float(sum(each["dataSize"] + each["indexSize"] for each in sizes))


def _cpu_milliseconds(stack: Stack) -> dict[str, float]:
    """User and system time of each process, by its name."""
    servers, mail = stack.servers, stack.mail
    assert servers is not None
    assert servers.broker is not None
    assert servers.database is not None
    assert mail is not None
    pids = {name: each.child.pid for name, each in stack.components.items() if each.child is not None}
    pids |= {
        "mongod": servers.database.process.pid,
        "broker": servers.broker.node.pid,
        "mail catcher": mail.pid,
    }
    return {name: 1000 * cpu_seconds(pid) for name, pid in pids.items()}


def _keep(stack: Stack, number: int, measured: dict[str, dict[str, float]], stored: float, nameko: float) -> None:
    """Add the result to the file beside the folder of the stack, to compare one run with another."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    entry = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), "commit": commit.stdout.strip(),
        "bookings": number, "rate": RATE, "milliseconds": measured,
        "stored": round(stored), "plain_nameko": nameko,
    }  # fmt: skip
    with (stack.folder.parent / RESULTS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")
