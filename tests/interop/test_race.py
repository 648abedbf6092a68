"""`loket race` reports how many concurrent clients get one slot, over each interface."""

import json
import subprocess
import sys

import pytest

WOON = {"type": "woningkwaliteit", "location": "gemeentehuis"}


def race(stack, *options):
    command = [sys.executable, "-m", "loket_chassis.cli", "race", "--url", stack.url]
    given = [part for name, value in WOON.items() for part in (f"--{name}", value)]
    return subprocess.run([*command, *given, *options], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("interface", ["loket", "qmatic", "jcc"])
def test_the_number_of_winners_equals_the_capacity_and_the_slot_is_freed_afterwards(stack, portal, interface):
    slot = portal.slots(WOON["type"])[-1]
    key = stack.machine_key("rumst", "portal")
    places = str(slot["capacity"])
    # each interface lists other days; Loket's start has an offset, those of the dialects have none
    start = slot["start"] if interface == "loket" else slot["start"][:19]
    options = ("--key", key, "--start", start, "--places", places, "--clients", "20")
    done = race(stack, "--interface", interface, *options, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout)
    assert (report["won"], report["without_answer"]) == (slot["capacity"], 0)
    assert sum(report["outcomes"].values()) == 20
    again = portal.slots(WOON["type"])[-1]
    assert (again["start"], again["capacity"]) == (slot["start"], slot["capacity"])


def test_fewer_winners_than_capacity_are_reported_as_a_failure(stack):
    done = race(stack, "--clients", "20", "--places", "19")
    assert done.returncode == 1
    assert "there were 19 places." in done.stdout


def test_an_unreachable_system_is_reported_in_one_line(stack):
    done = race(stack, "--url", "http://127.0.0.1:9")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: http://127.0.0.1:9 cannot be reached")


def test_responses_that_are_not_json_are_refused_with_the_option_to_use(stack):
    done = race(stack, "--answers", "{")
    assert done.returncode == 2
    assert "--answers" in done.stderr
