"""A child process ends with its parent, however the parent ends."""

import os
import signal
import subprocess
import sys
import time

import pytest

from loket_local.processes import Child, StartFailed, is_alive
from tests.client import eventually

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
PARENT = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that ran the tests in the background ignores it
from loket_local.processes import Child
child = Child.start("sleeper", [sys.executable, "-c", "import time; time.sleep(600)"], Path(sys.argv[1]))
print(child.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_child_process_ends_when_its_parent_ends(tmp_path, how):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ,
    )
    child = int(parent.stdout.readline())
    assert is_alive(child)
    parent.send_signal(how)
    parent.wait(10)
    eventually(lambda: not is_alive(child))


def test_stop_waits_until_the_child_process_has_ended(tmp_path):
    child = Child.start("sleeper", SLEEPER, tmp_path / "log")
    child.stop()
    assert not child.is_running()
    child.stop()


def test_a_child_process_that_does_not_listen_in_time_is_terminated(tmp_path):
    deaf = [
        sys.executable,
        "-c",
        "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(600)",
    ]
    child = Child.start("deaf", deaf, tmp_path / "log")
    eventually((tmp_path / "log").read_text)
    began = time.monotonic()
    child.stop(timeout=0.5)
    assert not child.is_running()
    assert time.monotonic() - began < 5


def test_the_error_about_an_ended_child_process_includes_the_end_of_its_log(tmp_path):
    child = Child.start("failing", [sys.executable, "-c", "raise SystemExit('no such luck')"], tmp_path / "log")
    child.process.wait(10)
    with pytest.raises(StartFailed, match="no such luck"):
        child.require_running()
