"""Install a Debian or Ubuntu package, when this machine allows it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .processes import StartFailed


@contextmanager
def alone() -> Iterator[None]:
    """Hold the lock of installations on this machine, so that no other process of ours installs at the same time."""
    with (Path(tempfile.gettempdir()) / f"loket-installs-{os.geteuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def install(package: str, purpose: str) -> None:
    """Install `package` with apt-get as root or through sudo; call it while `alone`.

    Raises StartFailed, with the command to run by hand, when that is not possible.
    """
    by_hand = f"Install it by hand (apt-get install {package}), or see docs/operating.md for servers of your own."
    apt = shutil.which("apt-get")
    if apt is None:
        raise StartFailed(f"{purpose} is missing, and this machine has no apt-get. {by_hand}")
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if prefix and shutil.which("sudo") is None:
        raise StartFailed(f"{purpose} is missing, and installing it needs root. {by_hand}")
    # policy-rc.d would be the other way to keep the packaged service from starting; this one leaves no file behind
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", package]):
        done = subprocess.run(
            [*prefix, apt, *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            tail = "\n".join(done.stdout.splitlines()[-8:])
            raise StartFailed(f"{purpose} could not be installed: apt-get {arguments[0]} said:\n{tail}\n{by_hand}")
