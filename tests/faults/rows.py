"""Run one fault under load, let the checker judge it, and keep the results in a table of docs/faults.md."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass

from tests.client import eventually

from .checker import Verdict, judge
from .faults import Fault
from .final import Access, read_final
from .history import History, read
from .installation import Installation
from .load import Load

#: seconds under load before a fault begins and after it has ended
BEFORE, AFTER = 4.0, 8.0
_numbers = itertools.count(int(time.time()))


@dataclass(frozen=True)
class Result:
    """`broken`: why there is no verdict."""

    fault: str
    rate: float
    seed: int
    verdict: Verdict | None
    aim: float | None = None
    broken: str = ""

    @property
    def failures(self) -> list[str]:
        if self.verdict is None:
            return [self.broken]
        found = [f"{each.rule}: {each.detail}" for each in self.verdict.violations]
        if self.aim is not None and self.verdict.outage > self.aim:
            found.append(f"outage: {self.verdict.outage:.1f} s is longer than {self.aim:.0f} s")
        return found


def run_fault(
    on: Installation, fault: Fault, rate: float, seed: int, before: float = BEFORE, after: float = AFTER
) -> Result:
    fault.prepare(on)
    try:
        return run_schedule(on, [(before, fault)], after, rate, seed, fault.name, fault.aim, fault.from_portal)
    finally:
        fault.restore(on)


def run_schedule(
    on: Installation, schedule: list[tuple[float, Fault]], after: float, rate: float, seed: int, name: str,
    aim: float | None = None, from_portal: bool = False,
) -> Result:  # fmt: skip
    """`schedule`: pauses in seconds, and the fault that follows each. `from_portal`: as of a fault."""
    municipality = f"f{next(_numbers)}"
    on.configure(municipality, people=6 + int(0.6 * rate), for_portal=from_portal)
    key = on.stack.machine_key(municipality, "portal") if from_portal else None
    file = on.stack.folder / "histories" / f"{municipality}-{name}.jsonl"
    processes, hit = on.process_ids(), set[str]()
    history = History(file)
    with Load(on.gateways(), municipality, rate, seed, history, key):
        eventually(lambda: '"ok"' in file.read_text())
        for pause, fault in schedule:
            time.sleep(pause)
            hit |= fault.hits
            fault.begin(on)
            try:
                time.sleep(fault.seconds)
            finally:
                fault.end(on)
        time.sleep(after)
    history.close()
    now = on.process_ids()
    changed = [each for each, pid in processes.items() if each not in hit and now.get(each) != pid]
    on.wait_until_ready()
    final = read_final(Access.to(on.stack, municipality), municipality, on.received_mails, changed)
    return Result(name, rate, seed, judge(read(file.read_text().splitlines()), final), aim)


def describe(result: Result) -> str:
    verdict = result.verdict
    if verdict is None:
        return f"BROKEN {result.fault} at {result.rate:g}/s, seed {result.seed}"
    state = "passed" if not result.failures else "FAILED"
    return (
        f"{state} {result.fault} at {result.rate:g}/s, seed {result.seed}: {verdict.accepted} accepted, "
        f"{verdict.unknown} unknown, {verdict.lost} lost, {verdict.doubled} doubled, {verdict.ghosts} ghosts, "
        f"{verdict.mails_doubled} mails twice, outage {verdict.outage:.1f} s"
    )
