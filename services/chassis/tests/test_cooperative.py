"""A long loop lets other work run."""

import subprocess
import sys

from loket_chassis.runtime.cooperative import cooperatively

LOOP = """
from loket_chassis.service import run
from loket_chassis.runtime.cooperative import TURN, cooperatively
import eventlet, time
turns = []
def work():
    while True:
        turns.append(1); eventlet.sleep(0)
eventlet.spawn(work)
for _ in cooperatively(range(20)):
    until = time.monotonic() + TURN
    while time.monotonic() < until: pass
print(len(turns))
"""


def test_every_item_comes_once_and_in_order():
    assert list(cooperatively(iter("abc"))) == ["a", "b", "c"]


def test_other_work_runs_after_each_turn():
    command = [sys.executable, "-W", "ignore", "-c", LOOP]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) >= 20
