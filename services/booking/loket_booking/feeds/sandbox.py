"""Read a calendar in a subprocess, with limits on processor time and memory.

A calendar of some years takes seconds, during which this process could answer no requests. The limit is on processor
time, not on elapsed time, so that a busy machine refuses no calendar that a quiet one accepts.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import sys
import threading
from typing import Any

from loket_contracts.errors import Refusal

from ..domain.catalogue import Closure
from .busy import BUSY, busy_times, refused

#: seconds of processor time
SECONDS = 8
MAX_MEMORY = 1 << 30
TOO_LONG = "This calendar takes too long to read."
#: subprocesses at once
MAX_CONCURRENT = 2
_slots = threading.BoundedSemaphore(MAX_CONCURRENT)


def busy_times_sandboxed(text: str, now: dt.datetime, time_zone: str) -> list[Closure]:
    """As `busy.busy_times`. Raises Refusal: invalid-request, also when it exceeds the limits."""
    command = [sys.executable, "-m", __name__, now.isoformat(), time_zone, str(SECONDS)]
    with _slots:
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    if done.returncode < 0:  # killed by a signal, at one of the limits below
        raise refused(TOO_LONG)
    if done.returncode:
        kind = done.stderr.decode(errors="replace").strip().rpartition("\n")[2].partition(":")[0]
        # without the error's message, which may contain personal data
        raise RuntimeError(f"a calendar could not be read: {kind}")
    result = json.loads(done.stdout)
    if "errors" in result:
        raise Refusal("invalid-request", errors=result["errors"])
    return [_closure(*each) for each in result["busy"]]


def _closure(first: str, last: str, start: str | None, end: str | None) -> Closure:
    day, hour = dt.date.fromisoformat, dt.time.fromisoformat
    return Closure(day(first), day(last), BUSY, hour(start) if start else None, hour(end) if end else None)


def _busy_as_json(text: str, now: str, time_zone: str) -> dict[str, Any]:
    try:
        busy = busy_times(text, dt.datetime.fromisoformat(now), time_zone)
    except MemoryError:
        return {"errors": refused(TOO_LONG).errors}
    except Refusal as refusal:
        return {"errors": refusal.errors}
    return {"busy": [[each and each.isoformat() for each in (on.first, on.last, on.start, on.end)] for on in busy]}


def _set_limits(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY, MAX_MEMORY))


if __name__ == "__main__":
    _set_limits(int(sys.argv[3]))
    print(json.dumps(_busy_as_json(sys.stdin.buffer.read().decode(), sys.argv[1], sys.argv[2])))
