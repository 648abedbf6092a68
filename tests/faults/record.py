"""The results in docs/faults.md: one row for each fault and load, of all its runs."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from .rows import Result

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
BEGIN, END = "<!-- rows -->\n", "<!-- end of rows -->\n"
COLUMNS = (
    "Fault", "Bookings a second", "Runs", "Accepted", "Unknown", "Lost", "Doubled", "Carried out after a refusal",
    "Mails sent twice", "Longest outage, s", "Aim, s", "Other violations", "Date", "Commit", "Repeat with",
)  # fmt: skip
HEAD = f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}\n"
Key = tuple[str, str]


@cache
def _commit() -> str:
    """Of the code under test. Read once: a run commits its rows while it continues."""
    command = ["git", "rev-parse", "--short=7", "HEAD"]
    done = subprocess.run(command, cwd=PAGE.parent, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def publish(results: Sequence[Result], order: Sequence[str]) -> None:
    """Replace the rows of these results in the page; other rows stay. `order`: of the faults."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    rows = {**read_rows(old), **make_rows(results)}
    ordered = sorted(rows, key=lambda key: (order.index(key[0]) if key[0] in order else len(order), float(key[1])))
    PAGE.write_text(f"{before}{BEGIN}{HEAD}{''.join(rows[key] for key in ordered)}{END}{after}", encoding="utf-8")


def read_rows(table: str) -> dict[Key, str]:
    found = re.findall(r"^(\| `([\w-]+)` \| ([\d.]+) \|.*\n)", table, re.MULTILINE)
    return {(fault, rate): row for row, fault, rate in found}


def make_rows(results: Sequence[Result]) -> dict[Key, str]:
    grouped: dict[Key, list[Result]] = {}
    for result in results:
        grouped.setdefault((result.fault, f"{result.rate:g}"), []).append(result)
    return {key: _row(key, group) for key, group in grouped.items()}


def _row(key: Key, results: Sequence[Result]) -> str:
    fault, rate = key
    verdicts = [each.verdict for each in results if each.verdict is not None]
    broken = ["no verdict"] * (len(results) - len(verdicts))
    others = sorted({each.rule for verdict in verdicts for each in verdict.violations} - {"lost", "doubled", "ghost"})
    aim, seeds = results[0].aim, [each.seed for each in results]
    repeat = f"--only {fault} --rate {rate} --seed {min(seeds)}" + (f" --runs {len(seeds)}" if len(seeds) > 1 else "")
    counts = [
        sum(getattr(each, name) for each in verdicts)
        for name in ("accepted", "unknown", "lost", "doubled", "ghosts", "mails_doubled")
    ]
    outage = max((each.outage for each in verdicts), default=float("inf"))
    cells = [
        f"`{fault}`", rate, len(results), *counts, f"{outage:.1f}", "" if aim is None else f"{aim:.0f}",
        ", ".join([*others, *broken]) or "none", dt.datetime.now(dt.UTC).date(), _commit(),
        f"`{repeat}`",
    ]  # fmt: skip
    return f"| {' | '.join(map(str, cells))} |\n"
