"""Whether the memory of booking stays flat over very many bookings, while no service consumes its events."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from loket_local.ports import LOOPBACK
from loket_local.stack import Stack

from .load import measure, request
from .municipality import municipality_yaml

SPECIALISTS = 40
CONNECTIONS = 16
SAMPLES = 10
VISIT_MINUTES = 15


def bookings() -> Iterator[dict[str, Any]]:
    """One booking for every quarter of every specialist, day after day."""
    first = date.today() + timedelta(2)  # noqa: DTZ011 - the machine's own day is as good as any
    for number in itertools.count():
        slot, specialist = divmod(number, SPECIALISTS)
        day, quarter = divmod(slot, 24 * 60 // VISIT_MINUTES)
        clock = f"{quarter * VISIT_MINUTES // 60:02}:{quarter * VISIT_MINUTES % 60:02}"
        yield {
            "appointment_types": ["visit"], "resource": f"s-{specialist}",
            "start": f"{first + timedelta(day)}T{clock}:00+01:00",
            "contact": {"name": f"Visitor {number}", "email": f"soak{number}@example.org"},
        }  # fmt: skip


def resident_megabytes(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_seconds(process: int) -> float:
    """User and system time of a process."""
    # proc(5): the fields after the name, which may contain spaces; 14 and 15 are utime and stime
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def soak(stack: Stack, number: int, console: Console) -> Table:
    """Book `number` times over HTTP, and look at the processes ten times on the way."""
    for name in ("notification", "reporting"):
        stack.components[name].stop()
    file = stack.folder / "soak.yaml"
    file.write_text(municipality_yaml("soak", SPECIALISTS, "00:00", "00:00", VISIT_MINUTES))
    stack.configure(file)
    source = bookings()
    url = f"{stack.url}/api/v1/soak/appointments"
    table = Table("bookings", "a second", "booking, MiB", "gateway, MiB", title="memory over many bookings")
    done = 0
    while done < number:
        began, before = time.perf_counter(), done
        while done - before < number // SAMPLES:
            run = measure(LOOPBACK, stack.ports.http, lambda: request("POST", url, next(source)), CONNECTIONS, 5.0)
            refused = {status: count for status, count in run.statuses.items() if status != 201}
            if refused:
                console.print(f"[red]unexpected answers: {refused}[/red]")
            done += run.statuses[201]
        pids = {name: stack.components[name].child.pid for name in ("booking", "gateway")}  # type: ignore[union-attr]
        memory = {name: resident_megabytes(pid) for name, pid in pids.items()}
        rate = (done - before) / (time.perf_counter() - began)
        table.add_row(str(done), f"{rate:.0f}", f"{memory['booking']:.1f}", f"{memory['gateway']:.1f}")
        console.print(f"[dim]{done} of {number} bookings; booking has {memory['booking']:.1f} MiB[/dim]")
    return table
