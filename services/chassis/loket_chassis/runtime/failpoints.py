"""Named places where a test can end the process, as a power cut would.

`LOKET_FAULT=outbox.before-publish` makes the process kill itself the first time it comes there. Unset, as it is
everywhere but in a fault test, `reach` is a comparison.
"""

from __future__ import annotations

import os
import signal

_ARMED = os.environ.get("LOKET_FAULT", "")


def reach(place: str) -> None:
    if place == _ARMED:
        os.kill(os.getpid(), signal.SIGKILL)
