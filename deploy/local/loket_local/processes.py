"""One child process: started, watched, and ended with its parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

PR_SET_PDEATHSIG = 1


class StartFailed(Exception):
    """A process could not be started. The message says why and what to do."""


def _before_exec(niceness: int) -> None:
    """Ask the Linux kernel to end this child when its parent dies, however the parent dies (prctl(2))."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    os.nice(niceness)


@dataclass
class Child:
    """A running child process whose output goes to a log file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        log: Path,
        env: Mapping[str, str] | None = None,
        niceness: int = 0,
    ) -> Child:
        """Start `command` in a session of its own, so that Ctrl-C reaches the parent alone, which then stops it.

        `niceness`: how far it steps back when the processors are busy, see nice(2).
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(part) for part in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env) if env is not None else None,
                start_new_session=True,
                preexec_fn=partial(_before_exec, niceness),  # noqa: PLW1509 - it calls one system call and takes no lock
            )
        return cls(name, process, log)

    @property
    def pid(self) -> int:
        return self.process.pid

    def is_running(self) -> bool:
        return self.process.poll() is None

    def require_running(self) -> None:
        """Raises StartFailed with the last lines of the log when the process has ended."""
        if not self.is_running():
            raise StartFailed(
                f"{self.name} stopped with exit code {self.process.returncode}. "
                f"The end of {self.log}:\n{last_lines(self.log)}"
            )

    def stop(self, timeout: float = 20.0) -> None:
        """Ask it to finish (SIGTERM), and end it (SIGKILL) when `timeout` seconds were not enough."""
        if not self.is_running():
            return
        self.process.terminate()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self) -> None:
        """Kill it, as a crash would (SIGKILL)."""
        self.process.kill()
        self.process.wait()


def last_lines(log: Path, count: int = 12) -> str:
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-count:])


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs; a zombie that its parent has not waited for counts as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def stop_by_id(pid: int, timeout: float = 40.0) -> bool:
    """Send SIGTERM to a process that is not our child and wait until it is gone. False when it stays."""
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if not is_alive(pid):
            return True
        time.sleep(0.1)
    return False
