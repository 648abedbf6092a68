"""The table of docs/faults.md keeps the rows of other runs, and the schedule of random faults follows from its seed."""

import pytest

from . import record
from .__main__ import random_schedule
from .checker import Verdict, Violation
from .rows import Result


def result(fault="broker-killed", rate=30.0, seed=7, violations=(), **counts):
    usual = {"accepted": 10, "unknown": 1, "lost": 0, "doubled": 0, "ghosts": 0, "mails_doubled": 0, "outage": 4.24}
    return Result(fault, rate, seed, Verdict(**{**usual, **counts}, violations=violations), aim=15.0)


@pytest.fixture
def page(tmp_path, monkeypatch):
    page = tmp_path / "faults.md"
    page.write_text(f"before\n{record.BEGIN}{record.END}after\n", encoding="utf-8")
    monkeypatch.setattr(record, "PAGE", page)
    return page


def rows(page):
    return [line for line in page.read_text().splitlines() if line.startswith("| `")]


def test_the_runs_of_one_fault_and_load_are_added_up_and_can_be_repeated(page):
    record.publish([result(), result(seed=8, lost=1, outage=5.0)], ["broker-killed"])
    (row,) = rows(page)
    assert row.startswith("| `broker-killed` | 30 | 2 | 20 | 2 | 1 | 0 | 0 | 0 | 5.0 | 15 | none | ")
    assert row.endswith("| `--only broker-killed --rate 30 --seed 7 --runs 2` |")
    assert page.read_text().endswith(f"{record.END}after\n")


def test_a_new_run_replaces_its_row_and_leaves_the_others_in_order(page):
    order = ["booking-killed", "broker-killed"]
    record.publish([result(), result(rate=3.0)], order)
    record.publish([result("booking-killed"), result(lost=3, violations=[Violation("left", "outbox: 1")])], order)
    found = [[cell.strip() for cell in row.split("|")[1:]] for row in rows(page)]
    assert [(row[0], row[1], row[5], row[11]) for row in found] == [
        ("`booking-killed`", "30", "0", "none"), ("`broker-killed`", "3", "0", "none"),
        ("`broker-killed`", "30", "3", "left"),
    ]  # fmt: skip


def test_a_row_without_a_verdict_is_published_as_such(page):
    record.publish([Result("broker-killed", 3.0, 1, None, broken="StartFailed")], ["broker-killed"])
    assert "| no verdict |" in rows(page)[0]


def test_the_random_schedule_follows_from_its_seed():
    names = [[(pause, fault.name) for pause, fault in random_schedule(seed, 5)] for seed in (3, 3, 4)]
    assert names[0] == names[1] != names[2]
