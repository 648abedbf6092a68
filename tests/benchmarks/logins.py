"""What the time of a refused login reveals: pairs of a known and an unknown name, in random order."""

from __future__ import annotations

import random
import statistics
import time
import uuid
from collections.abc import Sequence

import requests
from rich.console import Console
from rich.table import Table

from loket_local.stack import Stack

MUNICIPALITY = "rumst"


def logins(stack: Stack, pairs: int, console: Console) -> Table:
    """Measure refused logins of `pairs` known and as many unknown names, one after the other on one connection.

    The share in which the known name took longer is what an attacker learns from one pair: 50 % is nothing.
    """
    known = _accounts(stack, pairs, console)
    with requests.Session() as session:
        _refused(stack, session, _name())  # the first request also connects
        found = []
        for name in known:
            both = {name: 0.0, _name(): 0.0}
            for each in random.sample(list(both), 2):
                both[each] = _refused(stack, session, each)
            found.append(tuple(both.values()))
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


def _refused(stack: Stack, session: requests.Session, name: str) -> float:
    """Milliseconds until a login with a wrong password is refused."""
    form = {"name": name, "password": "een verkeerde rij van woorden"}
    began = time.perf_counter()
    answer = session.post(f"{stack.url}/{MUNICIPALITY}/aanmelden", data=form, timeout=30, allow_redirects=False)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 401:
        raise RuntimeError(f"a wrong password was answered with {answer.status_code}")
    return took


def _table(pairs: Sequence[tuple[float, ...]]) -> Table:
    known, unknown = zip(*pairs, strict=True)
    differences = [one - other for one, other in pairs]
    error = statistics.stdev(differences) / len(differences) ** 0.5
    longer = sum(each > 0 for each in differences) / len(differences)
    table = Table("refused logins", "known name", "unknown name", title=f"{len(pairs)} pairs")
    for what, of in (("median, ms", statistics.median), ("standard deviation, ms", statistics.stdev)):
        table.add_row(what, f"{of(known):.1f}", f"{of(unknown):.1f}")
    table.add_row("mean difference, ms", f"{statistics.mean(differences):.2f} ± {error:.2f}", "")
    table.add_row("known name took longer", f"{longer:.0%}", "")
    return table
