"""`make bench`: the three yardsticks of plain nameko, then slot search, hold and book, all in one run.

Everything runs on this machine: broker, database, services and the load itself, on the same cores. What counts is the
ratio to the yardstick in the same row: the two are measured by turns, a few seconds each, so that a machine whose speed
changes meanwhile changes both.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import click
import requests
from rich.console import Console
from rich.table import Table

from loket_local.ports import LOOPBACK
from loket_local.stack import Ports, Stack

from .domain import growth
from .load import Measured, measure, request
from .mails import mails as sending
from .settled import wait_until_all_is_told, wait_until_capacity_is_told
from .soak import resident_megabytes, soak
from .town import town
from .travel import travel
from .yardsticks import yardsticks
from .year import year as a_year

ROOT = Path(__file__).parents[2]
CONNECTIONS = (1, 8, 32)
TURNS = 3
SPECIALISTS = 10
console = Console(highlight=False)


@dataclass(frozen=True)
class Job:
    """One thing to measure. `yardstick`: the job that its rate is divided by. `alone`: the listeners are held still."""

    name: str
    port: int
    next_request: Callable[[], bytes]
    yardstick: str
    expected: int = 200
    alone: bool = False


def wish(start: str) -> dict[str, Any]:
    return {"appointment_types": ["visit"], "location": "hal", "start": start}


def booking(start: str, number: int) -> dict[str, Any]:
    return {**wish(start), "contact": {"name": f"Visitor {number}", "email": f"visitor{number}@example.org"}}


def starts(url: str) -> list[str]:
    """Every start of the next 300 days, ten times over, shuffled: one for each specialist."""
    today = date.today()  # noqa: DTZ011 - the machine's own day is as good as any
    found = []
    for first in range(1, 300, 60):
        query = {
            "appointment_type": "visit",
            "from": str(today + timedelta(first)),
            "to": str(today + timedelta(first + 59)),
        }
        found += [slot["start"] for slot in requests.get(f"{url}/slots", params=query, timeout=60).json()["slots"]]
    shuffled = found * SPECIALISTS
    random.Random(7).shuffle(shuffled)
    return shuffled


def fill_half(url: str) -> None:
    """Book half of the next 14 days of the searched municipality."""
    slots = requests.get(f"{url}/slots", params={"appointment_type": "visit"}, timeout=60).json()["slots"]
    wanted = [slot["start"] for slot in slots for _ in range(slot["capacity"] // 2)]
    with requests.Session() as session:
        for number, start in enumerate(wanted):
            session.post(f"{url}/appointments", json=booking(start, number), timeout=60).raise_for_status()


def jobs(stack: Stack, port: int) -> list[Job]:
    front, api = f"http://{LOOPBACK}:{port}", f"{stack.url}/api/v1"
    fill_half(f"{api}/searched")
    wait_until_all_is_told(f"{api}/searched")
    free = iter(starts(f"{api}/booked"))
    number = itertools.count()
    gateway = stack.ports.http
    today = date.today()  # noqa: DTZ011 - the machine's own day is as good as any
    figures = request("GET", f"{api}/booked/reports/overview?from={today}&to={today + timedelta(days=365)}")
    search = request("GET", f"{api}/searched/slots?appointment_type=visit")
    bare, rpc = request("GET", f"{front}/bare"), request("GET", f"{front}/rpc")
    event = request("POST", f"{front}/event", {"some": "thing"})
    return [
        Job("plain nameko: @http", port, lambda: bare, "plain nameko: @http"),
        Job("plain nameko: @http, RPC", port, lambda: rpc, "plain nameko: @http, RPC"),
        Job("plain nameko: @http, RPC, event", port, lambda: event, "plain nameko: @http, RPC, event"),
        Job("catalogue", gateway, lambda: request("GET", f"{api}/rumst/teams"), "plain nameko: @http"),
        Job("slot search, 10 x 14 days, half booked", gateway, lambda: search, "plain nameko: @http, RPC"),
        Job(
            "hold",
            gateway,
            lambda: request("POST", f"{api}/booked/holds", wish(next(free))),
            "plain nameko: @http, RPC",
            201,
        ),
        Job(
            "book",
            gateway,
            lambda: request("POST", f"{api}/booked/appointments", booking(next(free), next(number))),
            "plain nameko: @http, RPC, event",
            201,
        ),
        Job(
            "book, listeners held still",
            gateway,
            lambda: request("POST", f"{api}/booked/appointments", booking(next(free), next(number))),
            "plain nameko: @http, RPC, event",
            201,
            alone=True,
        ),
        Job(
            "overview of figures",
            gateway,
            lambda: figures,
            "plain nameko: @http, RPC",
        ),
    ]


@contextlib.contextmanager
def held_still(stack: Stack, alone: bool) -> Iterator[None]:
    """Notification and reporting stopped in their tracks: the yardstick has no listeners either."""
    listeners = [stack.components[name].child for name in ("notification", "reporting") if alone]
    for child in listeners:
        child.process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for child in listeners:
            child.process.send_signal(signal.SIGCONT)


def by_turns(
    jobs: Sequence[Job], connections: int, seconds: float, rest: Callable[[], object]
) -> list[Measured]:  # fmt: skip
    """Measure the jobs, each for `seconds` in all, with a `rest` before each turn."""
    runs = [Measured() for _ in jobs]
    for _ in range(TURNS):
        for job, run in zip(jobs, runs, strict=True):
            rest()
            run.add(measure(LOOPBACK, job.port, job.next_request, connections, seconds / TURNS))
    return runs


def tell(measured: dict[tuple[str, int], list[Measured]], listed: list[Job]) -> Table:
    table = Table("what", "connections", "per second", "p50 ms", "p99 ms", "ratio to its yardstick")
    for job in listed:
        for connections in CONNECTIONS:
            run, *yardstick = measured[job.name, connections]
            table.add_row(
                job.name,
                str(connections),
                f"{run.rate:.0f}",
                f"{run.percentile(50):.1f}",
                f"{run.percentile(99):.1f}",
                f"{run.rate / yardstick[0].rate:.2f}  ({job.yardstick})" if yardstick else "",
            )
    return table


def tell_starts(took: list[float]) -> Table:
    table = Table("start of the stack", "seconds until all is healthy")
    for name, seconds in zip(("first, with empty data", "second"), took, strict=True):
        table.add_row(name, f"{seconds:.1f}")
    return table


def tell_memory(before: dict[str, float], stack: Stack) -> Table:
    table = Table("process", "RSS at the start, MiB", "RSS at the end, MiB")
    for name, component in stack.components.items():
        assert component.child is not None
        table.add_row(name, f"{before[name]:.0f}", f"{resident_megabytes(component.child.pid):.0f}")
    table.add_row("all four", f"{sum(before.values()):.0f}", f"{sum(_now(stack).values()):.0f}")
    return table


def _now(stack: Stack) -> dict[str, float]:
    return {name: resident_megabytes(each.child.pid) for name, each in stack.components.items() if each.child}


@click.command()
@click.option("--seconds", default=6.0, show_default=True, help="How long each row runs.")
@click.option("--mails", default=0, help="Only book so many at once, and see their mails leave; 10000 take minutes.")
@click.option("--year", default=0, help="Only see the figures of a year of so many appointments; 60000 take long.")
@click.option("--bookings", default=0, help="Only make so many bookings, and watch the memory; 100000 take minutes.")
def main(seconds: float, mails: int, bookings: int, year: int) -> None:
    """Measure Loket against plain nameko, on servers of its own."""
    folder = ROOT / ".local" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    stack = Stack(folder, Ports.free(), lambda text: console.print(f"[dim]{text}[/dim]"))
    if mails or bookings or year:
        stack.start()
        try:
            if year:
                console.print(a_year(stack, year, console))
            else:
                console.print(sending(stack, mails, console) if mails else soak(stack, bookings, console))
        finally:
            stack.stop()
        return
    console.print(growth())
    starts_took = []
    for again in (False, True):
        began = time.perf_counter()
        stack.start()
        starts_took.append(time.perf_counter() - began)
        if not again:
            stack.stop()
    try:
        for name, start, end, duration in (("searched", "09:00", "17:00", 30), ("booked", "00:00", "00:00", 15)):
            file = folder / f"{name}.yaml"
            file.write_text(town(name, SPECIALISTS, start, end, duration))
            stack.configure(file)
        stack.configure(ROOT / "deploy" / "municipalities" / "rumst.yaml")
        wait_until_capacity_is_told(stack)
        travelled = travel(stack)
        before = _now(stack)
        measured = {}
        with yardsticks(stack) as port:
            listed = jobs(stack, port)
            named = {job.name: job for job in listed}
            for job in listed:
                both = [job] if job.name == job.yardstick else [job, named[job.yardstick]]
                for connections in CONNECTIONS:
                    console.print(f"[dim]{job.name}, {connections} connection(s)[/dim]")
                    settled = partial(wait_until_all_is_told, f"{stack.url}/api/v1/booked")
                    settled()
                    with held_still(stack, job.alone):
                        runs = by_turns(both, connections, seconds, partial(time.sleep, 1) if job.alone else settled)
                    if set(runs[0].statuses) - {job.expected}:
                        console.print(f"[red]unexpected answers: {dict(runs[0].statuses)}[/red]")
                    measured[job.name, connections] = runs
        console.print(tell(measured, listed))
        console.print(travelled)
        console.print(tell_starts(starts_took))
        console.print(tell_memory(before, stack))
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
