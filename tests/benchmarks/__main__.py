"""`make bench`: the three yardsticks of plain nameko, then slot search, hold and book, all in one run.

Everything runs on this machine: broker, database, services and the load itself, on the same cores. What counts is the
ratio to the yardstick in the same row: the two are measured by turns, a few seconds each, so that a machine whose speed
changes meanwhile changes both.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from loket_local.ports import LOOPBACK
from loket_local.stack import Ports, Stack
from tests.client import UNLIMITED, unbounded

from .attacks import under_attack
from .counting import counting as of_events
from .domain import growth
from .jobs import SPECIALISTS, Job, jobs
from .load import Measured, measure
from .logins import logins as refused_logins
from .long_work import beside_long_work
from .mails import mails as sending
from .municipality import municipality_yaml
from .pages import pages as light_pages
from .rebuild import rebuild as of_figures
from .settled import held_still, wait_until_all_is_sent, wait_until_capacity_is_published
from .settled_cpu import settled_cpu
from .soak import resident_megabytes, soak
from .sustained import hold_rates
from .topics import topic_search
from .travel import travel
from .yardsticks import yardsticks
from .year import year as a_year

ROOT = Path(__file__).parents[2]
CONNECTIONS = (1, 8, 32)
TURNS = 3
console = Console(highlight=False)


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


def table_of(measured: dict[tuple[str, int], list[Measured]], listed: list[Job]) -> Table:
    table = Table("what", "connections", "per second", "p50 ms", "p99 ms", "ratio to its yardstick")
    for job in [each for each in listed if (each.name, CONNECTIONS[0]) in measured]:
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


def starts_table(took: list[float]) -> Table:
    table = Table("start of the stack", "seconds until all is healthy")
    for name, seconds in zip(("first, with empty data", "second"), took, strict=True):
        table.add_row(name, f"{seconds:.1f}")
    return table


def memory_table(before: dict[str, float], stack: Stack) -> Table:
    table = Table("process", "RSS at the start, MiB", "RSS at the end, MiB")
    for name, component in stack.components.items():
        assert component.child is not None
        table.add_row(name, f"{before[name]:.0f}", f"{resident_megabytes(component.child.pid):.0f}")
    table.add_row("all four", f"{sum(before.values()):.0f}", f"{sum(_now(stack).values()):.0f}")
    return table


def _now(stack: Stack) -> dict[str, float]:
    return {name: resident_megabytes(each.child.pid) for name, each in stack.components.items() if each.child}


def _asked_for(listed: Sequence[Job], only: str) -> list[Job]:
    """The jobs with this in their name, and those that they are compared with."""
    wanted = [job for job in listed if only in job.name]
    return [job for job in listed if job in wanted or job.name in {each.yardstick for each in wanted}]


@click.command()
@click.option("--seconds", default=6.0, show_default=True, help="How long each row runs.")
@click.option("--only", default="", help="Only the rows with this in their name, and their yardsticks.")
@click.option("--mails", default=0, help="Only book this number at once, and measure their mails; 10000 take minutes.")
@click.option(
    "--instances",
    default=1,
    show_default=True,
    help="With --mails: how many of notification. With --sustained: of each.",
)
@click.option("--alone", is_flag=True, help="With --mails: do not count them meanwhile.")
@click.option("--attacks", is_flag=True, help="Only see how an ordinary client fares while others attack.")
@click.option("--logins", default=0, help="Only compare this number of refused logins of known and of unknown names.")
@click.option("--long-work", is_flag=True, help="Only see how long residents wait while staff do long work.")
@click.option(
    "--pages", is_flag=True, help="Only see how heavy the pages are, and how soon a slow telephone shows them."
)
@click.option(
    "--year", default=0, help="Only measure the figures of a year with this number of appointments; 60000 take long."
)
@click.option("--years", default=10, show_default=True, help="With --year: play at most this number of years.")
@click.option("--counting", default=0, help="Only count the events of this number of bookings at each pace.")
@click.option("--rebuild", default=0, help="Only rebuild the figures from a log of this number of events.")
@click.option(
    "--bookings", default=0, help="Only make this number of bookings, and measure the memory; 100000 take minutes."
)
@click.option("--settled", default=0, help="Only measure the CPU time of this number of bookings; 400 take a minute.")
@click.option(
    "--sustained", multiple=True, type=float, help="Only see whether this number of bookings a second is sustained."
)
@click.option("--days", default=300, show_default=True, help="With --sustained: over how many days they are spread.")
@click.option("--minutes", default=5.0, show_default=True, help="With --sustained: how long each rate is held.")
def main(
    seconds: float,
    only: str,
    mails: int,
    instances: int,
    alone: bool,
    bookings: int,
    counting: int,
    rebuild: int,
    year: int,
    years: int,
    attacks: bool,
    logins: int,
    long_work: bool,
    pages: bool,
    settled: int,
    sustained: tuple[float, ...],
    days: int,
    minutes: float,
) -> None:
    """Measure Loket against plain nameko, on servers of its own."""
    folder = ROOT / ".local" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    stack = Stack(folder, Ports.free(), lambda text: console.print(f"[dim]{text}[/dim]"), extra=UNLIMITED)
    one_alone = (mails, bookings, counting, rebuild, year, attacks, logins, long_work, pages, settled, sustained)
    if any(one_alone):
        stack.start()
        try:
            if logins:
                stack.configure(ROOT / "deploy" / "municipalities" / "rumst.yaml")
                console.print(refused_logins(stack, logins, console))
            elif pages:
                stack.configure(ROOT / "deploy" / "municipalities" / "rumst.yaml")
                console.print(light_pages(stack))
            elif settled:
                console.print(settled_cpu(stack, settled, console))
            elif sustained:
                console.print(hold_rates(stack, sustained, days, minutes, instances, console))
            elif long_work:
                console.print(beside_long_work(stack, seconds, console))
            elif attacks:
                console.print(under_attack(stack, seconds, console))
            elif counting:
                console.print(of_events(stack, counting))
            elif rebuild:
                console.print(of_figures(stack, rebuild))
            elif year:
                console.print(a_year(stack, year, years, console))
            else:
                console.print(
                    sending(stack, mails, instances, alone, console) if mails else soak(stack, bookings, console)
                )
        finally:
            stack.stop()
        return
    console.print(growth())
    console.print(topic_search())
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
            file.write_text(municipality_yaml(name, SPECIALISTS, start, end, duration))
            stack.configure(file)
        rumst = folder / "rumst.yaml"  # the load comes from one address
        text = (ROOT / "deploy" / "municipalities" / "rumst.yaml").read_text(encoding="utf-8")
        rumst.write_text(unbounded(text), encoding="utf-8")
        stack.configure(rumst)
        wait_until_capacity_is_published(stack, "booked")
        travelled = travel(stack)
        before = _now(stack)
        measured = {}
        with yardsticks(stack) as plain:
            listed = jobs(stack, plain.port)
            named = {job.name: job for job in listed}
            for job in _asked_for(listed, only):
                both = [job] if job.name == job.yardstick else [job, named[job.yardstick]]
                for connections in CONNECTIONS:
                    console.print(f"[dim]{job.name}, {connections} connection(s)[/dim]")
                    all_is_sent = partial(wait_until_all_is_sent, stack, "booked")
                    all_is_sent()
                    # the yardstick has no listeners either
                    with held_still(stack, *(("notification", "reporting") if job.alone else ())):
                        runs = by_turns(
                            both, connections, seconds, partial(time.sleep, 1) if job.alone else all_is_sent
                        )
                    if set(runs[0].statuses) - {job.expected}:
                        console.print(f"[red]unexpected answers: {dict(runs[0].statuses)}[/red]")
                    measured[job.name, connections] = runs
        console.print(table_of(measured, listed))
        console.print(travelled)
        console.print(starts_table(starts_took))
        console.print(memory_table(before, stack))
    finally:
        stack.stop()


if __name__ == "__main__":
    main()
