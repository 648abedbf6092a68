"""What the time and the work of a refused login reveal: pairs of a known and an unknown name, in random order."""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests
from rich.console import Console
from rich.table import Table

from loket_local.stack import Stack

MUNICIPALITY = "rumst"


@dataclass(frozen=True)
class Refused:
    """One refused login: milliseconds until the answer, and milliseconds of processor time of the gateway."""

    waited: float
    worked: float


def logins(stack: Stack, pairs: int, console: Console) -> Table:
    """Measure refused logins of `pairs` known and as many unknown names, one after the other on one connection.

    The share in which the known name took longer is what an attacker learns from one pair: 50 % is nothing.
    """
    known = _accounts(stack, pairs, console)
    with requests.Session() as session:
        _refused(stack, session, _name())  # the first request also connects
        found = []
        for name in known:
            unknown = _name()
            both = {each: _refused(stack, session, each) for each in random.sample([name, unknown], 2)}
            found.append((both[name], both[unknown]))
    return _table(found)


def _accounts(stack: Stack, count: int, console: Console) -> list[str]:
    console.print(f"[dim]{count} accounts are made[/dim]")
    headers = {"Authorization": f"Bearer {stack.machine_key(MUNICIPALITY)}"}
    names = [_name() for _ in range(count)]
    for name in names:
        requests.post(
            f"{stack.url}/api/v1/{MUNICIPALITY}/accounts", json={"name": name, "roles": ["lead"]}, headers=headers,
            timeout=30,
        ).raise_for_status()  # fmt: skip
    return names


def _name() -> str:
    return f"lead-{uuid.uuid4().hex[:12]}"


def _refused(stack: Stack, session: requests.Session, name: str) -> Refused:
    """A login with a wrong password."""
    form = {"name": name, "password": "een verkeerde rij van woorden"}
    before, began = _processor_ms(stack), time.perf_counter()
    answer = session.post(f"{stack.url}/{MUNICIPALITY}/aanmelden", data=form, timeout=30, allow_redirects=False)
    waited = (time.perf_counter() - began) * 1000
    if answer.status_code != 401:
        raise RuntimeError(f"a wrong password was answered with {answer.status_code}")
    return Refused(waited, _processor_ms(stack) - before)


def _processor_ms(stack: Stack) -> float:
    """The processor time of all threads of the gateway, which other load on the machine does not change."""
    child = stack.components["gateway"].child
    assert child is not None
    tasks = Path(f"/proc/{child.process.pid}/task").glob("*/schedstat")
    return sum(int(each.read_text().split()[0]) for each in tasks) / 1e6


def _table(pairs: Sequence[tuple[Refused, Refused]]) -> Table:
    table = Table("refused logins, ms", "known name", "unknown name", "mean difference", "known took more")
    table.title = f"{len(pairs)} pairs"
    measures: tuple[tuple[str, Callable[[Refused], float]], ...] = (
        ("until the answer", lambda each: each.waited), ("processor time", lambda each: each.worked),
    )  # fmt: skip
    for what, of in measures:
        differences = [of(known) - of(unknown) for known, unknown in pairs]
        error = statistics.stdev(differences) / len(differences) ** 0.5
        table.add_row(
            f"{what}, median", f"{statistics.median(of(known) for known, _ in pairs):.1f}",
            f"{statistics.median(of(unknown) for _, unknown in pairs):.1f}",
            f"{statistics.mean(differences):.2f} ± {error:.2f}",
            f"{sum(each > 0 for each in differences) / len(pairs):.0%}",
        )  # fmt: skip
    return table
