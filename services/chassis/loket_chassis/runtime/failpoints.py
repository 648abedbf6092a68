"""Failpoints: named places where a test can kill the process, as a power cut would.

`LOKET_FAULT=outbox.before-publish` makes the process kill itself when it first reaches that place. Outside fault
tests the variable is unset and `reach` is one comparison.
"""

from __future__ import annotations

import os
import signal

_ARMED = os.environ.get("LOKET_FAULT", "")


def reach(place: str) -> None:
    if place == _ARMED:
        os.kill(os.getpid(), signal.SIGKILL)
