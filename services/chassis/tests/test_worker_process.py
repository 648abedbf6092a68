"""A long calculation runs beside the service, within limits, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import threading

import pytest

from loket_chassis.runtime.worker_process import CalculationFailed, LimitExceeded, WorkerProcesses
from loket_contracts.errors import Refusal
from loket_contracts.periods import is_stored
from loket_local.processes import is_alive
from tests.client import eventually

#: a service, whose process eventlet has patched
PATCHED = """
from loket_chassis.service import run
from loket_chassis.runtime.worker_process import WorkerProcesses
import eventlet, os, time
workers = WorkerProcesses()
{}
"""


@pytest.fixture
def workers():
    made = WorkerProcesses(seconds=0)
    yield made
    made.end()


def patched(code, ends_with=0):
    """The words that the code prints in such a process."""
    command = [sys.executable, "-W", "ignore", "-c", PATCHED.format(code)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == ends_with, done.stderr
    return done.stdout.split()


def test_the_result_of_a_calculation_is_returned(workers):
    assert workers.run(sorted, [3, 1, 2], reverse=True) == [3, 2, 1]
    assert workers.run(os.getpid) == workers.run(os.getpid) != os.getpid()


def test_a_refusal_of_the_calculation_is_raised(workers):
    with pytest.raises(Refusal) as refused:
        workers.run(refuse, "slot-taken")
    assert (refused.value.code, refused.value.errors) == ("slot-taken", [{"pointer": "/start", "detail": "x"}])


def refuse(code):
    raise Refusal(code, errors=[{"pointer": "/start", "detail": "x"}])


def test_the_message_of_another_error_is_not_revealed(workers):
    with pytest.raises(CalculationFailed) as failed:
        workers.run(int, "Lieve Peeters")
    assert str(failed.value) == "ValueError"


def test_a_calculation_ends_at_its_limit_of_processor_time_and_the_next_one_succeeds(workers):
    with pytest.raises(LimitExceeded):
        workers.run(pow, 7, 10**9)
    assert workers.run(len, "abc") == 3


def test_a_calculation_ends_at_its_limit_of_memory_and_the_next_one_succeeds(workers):
    with pytest.raises(LimitExceeded):
        workers.run(bytes, 2 << 30)
    assert workers.run(len, "abc") == 3


def test_a_subprocess_that_was_killed_is_replaced(workers):
    os.kill(workers.run(os.getpid), signal.SIGKILL)
    eventually(lambda: not workers._idle[0].is_alive())
    assert workers.run(is_stored) is False


def test_no_more_subprocesses_run_than_allowed():
    workers = WorkerProcesses(number=1)
    pids = []
    threads = [threading.Thread(target=lambda: pids.append(workers.run(os.getpid))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pids) == 4
    assert len(set(pids)) == 1
    workers.end()


def test_an_unused_subprocess_ends():
    workers = WorkerProcesses(idle=0.1)
    pid = workers.run(os.getpid)
    eventually(lambda: not is_alive(pid))


def test_other_work_continues_during_a_calculation():
    turns = patched("""
turns = []
def work():
    while True:
        turns.append(1); eventlet.sleep(0.02)
eventlet.spawn(work)
workers.run(time.sleep, 0.6)
assert len(workers.run(bytes, 1 << 20)) == len(workers.run(bytes, 1 << 20))  # more than a socket buffers
print(len(turns))
""")
    assert int(turns[0]) > 5


def test_the_calculation_ends_when_its_caller_stops_waiting():
    outcome, pid = patched("""
pid = workers.run(os.getpid)
try:
    with eventlet.Timeout(0.2):
        workers.run(time.sleep, 60)
except eventlet.Timeout:
    print("timeout", pid)
""")
    assert outcome == "timeout"
    assert not is_alive(int(pid))


def test_a_subprocess_ends_when_the_service_is_killed():
    (pid,) = patched("print(workers.run(os.getpid), flush=True); os.kill(os.getpid(), 9)", ends_with=-signal.SIGKILL)
    eventually(lambda: not is_alive(int(pid)))
