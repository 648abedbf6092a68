"""Every installed command prints help, and nothing else."""

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

COMMANDS = sorted(each.name for each in entry_points(group="console_scripts") if each.value.startswith("loket"))


def test_the_commands_are_found():
    assert {"loket", "loket-admin", "loket-access", "loket-notify", "loket-report", "loket-gateway"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_help_and_nothing_else(command):
    done = subprocess.run(
        [Path(sys.executable).parent / command, "--help"], capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.lower().startswith("usage: ")
    assert len(done.stdout.splitlines()) > 4
