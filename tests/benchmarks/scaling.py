"""How many processes and how much storage 1, 40 and 300 municipalities need: `python -m tests.benchmarks.scaling`.

A calculation from the costs that `python -m tests.benchmarks --settled` measured last, and from assumptions about
residents. docs/scaling.md explains the result.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from .settled_cpu import RESULTS

MUNICIPALITIES = (1, 40, 300)
#: of one municipality with 40,000 inhabitants
APPOINTMENTS_A_YEAR = 20_000
#: hours a year in which residents book, and how many times their mean the busiest hour has
HOURS, BUSIEST = 2_250, 6
#: the share of a month's appointments that is booked in the minutes after new days open, everywhere at once
RUSH_SHARE, RUSH_SECONDS = 0.05, 600
SEARCHES_PER_BOOKING = 10
#: milliseconds of CPU of a search: docs/measurements.md
SEARCH = {"gateway": 1.3, "booking": 4.0}
#: the share of one core that a process may use, so that responses stay fast
UTILISATION = 0.6
SERVERS = ("mongod", "broker")


@dataclass(frozen=True)
class Costs:
    """`milliseconds`: CPU of a booking until it is counted, by process. `stored`: bytes of an appointment."""

    milliseconds: Mapping[str, float]
    stored: float

    def cores(self, bookings_a_second: float) -> dict[str, float]:
        """The cores that each process is busy with."""
        return {
            name: bookings_a_second * (cost + SEARCHES_PER_BOOKING * SEARCH.get(name, 0.0)) / 1000
            for name, cost in self.milliseconds.items()
        }


@dataclass(frozen=True)
class Load:
    name: str
    bookings_a_second: float


def loads(municipalities: int) -> Iterator[Load]:
    a_year = municipalities * APPOINTMENTS_A_YEAR
    yield Load("busiest hour", a_year / HOURS * BUSIEST / 3600)
    yield Load("new days open", a_year / 12 * RUSH_SHARE / RUSH_SECONDS)


def read_costs(file: Path) -> Costs:
    """The costs of the last run. Raises click.ClickException when there was none."""
    if not file.exists():
        raise click.ClickException(f"{file} is missing. First run: python -m tests.benchmarks --settled 400")
    last = json.loads(file.read_text(encoding="utf-8").splitlines()[-1])
    processes = {name: cost for name, cost in last["milliseconds"]["300 days"].items() if name != "mail catcher"}
    return Costs(processes, last["stored"])


def needs(costs: Costs) -> Table:
    services = [name for name in costs.milliseconds if name not in SERVERS]
    table = Table("municipalities", "load", "bookings a second", *services, "mongod", "broker", "GB a year", "busiest")
    for number in MUNICIPALITIES:
        for load in loads(number):
            cores = costs.cores(load.bookings_a_second)
            table.add_row(
                str(number), load.name, f"{load.bookings_a_second:.2f}",
                *(str(max(1, math.ceil(cores[name] / UTILISATION))) for name in services),
                *(f"{cores[name]:.2f} cores" for name in SERVERS),
                f"{number * APPOINTMENTS_A_YEAR * costs.stored / 1e9:.1f}",
                max(services, key=lambda name: cores[name]),
            )  # fmt: skip
    return table


@click.command()
@click.option("--costs", "file", type=click.Path(path_type=Path), default=Path(".local") / RESULTS, show_default=True)
def main(file: Path) -> None:
    """Print how many instances of each service 1, 40 and 300 municipalities need."""
    Console().print(needs(read_costs(file)))


if __name__ == "__main__":
    main()
