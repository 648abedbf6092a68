"""Apply faults under load: `python -m tests.faults --only broker-killed --rate 30 --seed 7`."""

from __future__ import annotations

import os
import random
import shutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.run_folder import folder_of_run

from .faults import TABLE, Fault, nothing
from .installation import KINDS, Installation
from .record import publish
from .rows import AFTER, Result, describe, run_fault, run_schedule

RATES = (3.0, 30.0)
#: seconds between random faults
PAUSES = (2.0, 8.0)
#: where the logs of rows that failed, or sent mails twice, are copied to
LOGS = Path(".local/faults")
Row = tuple[Fault, float, int]
Schedule = list[tuple[float, Fault]]


@contextmanager
def installation(kind: str) -> Iterator[Installation]:
    folder = folder_of_run(os.getpid()) / kind
    on = Installation.start(folder, kind)
    try:
        yield on
    finally:
        on.stop()
        shutil.rmtree(folder, ignore_errors=True)


def run_rows(rows: list[Row]) -> Iterator[Result]:
    """Run each row. Rows on the same kind of installation share one, until one of them breaks it."""
    left = sorted(rows, key=lambda row: KINDS.index(row[0].on))
    while left:
        kind = left[0][0].on
        with installation(kind) as on:
            while left and left[0][0].on == kind:
                fault, rate, seed = left.pop(0)
                try:
                    result = run_fault(on, fault, rate, seed)
                except Exception:
                    result = Result(fault.name, rate, seed, None, broken=traceback.format_exc(limit=-4))
                if result.failures or (result.verdict and result.verdict.mails_doubled):
                    save_logs(on, result)
                yield result
                if result.broken:
                    break


def save_logs(on: Installation, result: Result) -> None:
    """Copy the logs of all processes: the installation is removed after its last row."""
    target = LOGS / f"{result.fault}-{result.rate:g}-{result.seed}"
    shutil.copytree(on.stack.logs, target, dirs_exist_ok=True)
    print(f"Logs: {target}", flush=True)


def random_schedule(seed: int, minutes: float) -> Schedule:
    """Faults and the pauses before them, always the same for a seed."""
    chance, seconds, schedule = random.Random(seed), 0.0, Schedule()
    possible = [fault for fault in TABLE.values() if fault.on == "pairs" and fault.prepare is nothing]
    while seconds < minutes * 60:
        pause, fault = round(chance.uniform(*PAUSES), 1), chance.choice(possible)
        schedule.append((pause, fault))
        seconds += pause + fault.seconds
    return schedule


def run_random(schedule: Schedule, rates: list[float], seed: int) -> Iterator[Result]:
    for rate in rates:
        with installation("pairs") as on:
            yield run_schedule(on, schedule, AFTER, rate, seed, "random")


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(TABLE)), help="These faults; all when left out.")
@click.option("--rate", "rates", multiple=True, type=float, default=RATES, help="Bookings a second.")
@click.option("--seed", default=1, help="What the load and the random faults follow from.")
@click.option("--runs", default=1, help="Repeat each row with this number of seeds, from --seed on.")
@click.option("--random", "is_random", is_flag=True, help="Draw faults and pauses; the same for the same seed.")
@click.option("--minutes", default=5.0, help="How long to go on drawing.")
@click.option("--publish", "published", is_flag=True, help="Write the rows to docs/faults.md.")
def main(
    only: tuple[str, ...], rates: tuple[float, ...], seed: int, runs: int, is_random: bool, minutes: float,
    published: bool,
) -> None:  # fmt: skip
    """Break a Loket on purpose, and compare the answers that clients got with what it holds afterwards."""
    if is_random:
        schedule = random_schedule(seed, minutes)
        for pause, fault in schedule:
            print(f"after {pause:4.1f} s: {fault.name}")
        results = run_random(schedule, list(rates), seed)
    else:
        chosen = [TABLE[name] for name in only or TABLE]
        results = run_rows([(each, rate, n) for each in chosen for rate in rates for n in range(seed, seed + runs)])
    failed = False
    done: list[Result] = []
    try:
        for result in results:
            print(describe(result), flush=True)
            for failure in result.failures[:20]:
                print(f"  {failure}", flush=True)
            failed |= bool(result.failures)
            done.append(result)
            if published:
                publish(done, list(TABLE))
    finally:
        shutil.rmtree(folder_of_run(os.getpid()), ignore_errors=True)
    sys.exit(int(failed))


if __name__ == "__main__":
    main()
